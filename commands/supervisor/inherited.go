package supervisor

import (
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// CloseInherited keeps the files that this process happens to have from whoever
// started it, besides standard input, output and error, from the commands that
// it will start.
func CloseInherited() {
	if unix.CloseRange(3, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC) != nil {
		closeOnExec() // a kernel before 5.11
	}
}

func closeOnExec() {
	files, _ := filepath.Glob("/proc/self/fd/*")
	for _, file := range files {
		if fd, err := strconv.Atoi(filepath.Base(file)); err == nil && fd > 2 {
			syscall.CloseOnExec(fd)
		}
	}
}

// resetSignals has commands that this process will start begin with the usual
// effect of signals that it may have been started with ignored: one that is
// caught here is not ignored there. Go catches all others by itself.
func resetSignals() {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGTSTP, syscall.SIGTTIN, syscall.SIGTTOU)
}
