package machine

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Process is how a process is.
type Process struct {
	// State is "running" (it may be waiting for something), "stopped", or
	// "ended" if it isn't there.
	State string
	// Age is for how long it has been there.
	Age time.Duration
	// Started is when it was started, in ticks since the machine was: it tells
	// the process from a later one with the same number.
	Started int64
}

// ticks is in how many parts of a second the kernel tells when a process was
// started, the same on every machine that Go runs on.
const ticks = 100

// Process returns the state of a process.
func (Host) Process(pid int) Process {
	text, err := ReadProc(fmt.Sprintf("/proc/%d/stat", pid))
	if pid == 0 || err != nil {
		return Process{State: "ended"}
	}
	return readStat(text)
}

// readStat reads the text of a stat file. Its second field is the command's
// name in brackets, which may have anything in it.
func readStat(text string) Process {
	p := Process{State: "running"}
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	if len(fields) < 20 {
		return Process{State: "ended"}
	}
	switch fields[0] {
	case "T", "t":
		p.State = "stopped"
	case "Z", "X":
		p.State = "ended"
	}
	p.Started, _ = strconv.ParseInt(fields[19], 10, 64)
	var now unix.Timespec
	if unix.ClockGettime(unix.CLOCK_BOOTTIME, &now) == nil {
		p.Age = time.Duration(now.Nano()) - time.Duration(p.Started)*time.Second/ticks
	}
	return p
}
