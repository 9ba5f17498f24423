package runner

import (
	"io"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// usualReadPatience is how long the others wait for one that doesn't read its input.
const usualReadPatience = time.Second

var readPatience = usualReadPatience

// feed gives a step its input, or what is left of it, and ends it there. One that
// doesn't want all of it says by its exit code how that is.
func (one *started) feed(text string) {
	if one.stdin != nil {
		io.WriteString(one.stdin, text)
		one.stdin.Close()
	}
}

// feedTogether gives all steps their input but for the last line, and that when
// all have read the rest: what the last line has them do, such as to commit a
// transaction, happens at almost the same time.
func feedTogether(all []*started) {
	last := make([]string, len(all))
	var reading sync.WaitGroup
	for i, one := range all {
		lines := strings.SplitAfter(strings.TrimSuffix(one.input, "\n"), "\n")
		last[i] = strings.TrimPrefix(one.input, strings.Join(lines[:len(lines)-1], ""))
		first := strings.TrimSuffix(one.input, last[i])
		if one.stdin == nil || first == "" {
			continue
		}
		reading.Add(1)
		go func() {
			defer reading.Done()
			io.WriteString(one.stdin, first)
			waitUntilRead(one.stdin)
		}()
	}
	reading.Wait()
	for i, one := range all {
		one.feed(last[i])
	}
}

// waitUntilRead waits until a pipe is empty, or has nobody left who could read it.
func waitUntilRead(pipe io.Writer) {
	file, ok := pipe.(syscall.Conn)
	if !ok {
		return
	}
	conn, err := file.SyscallConn()
	if err != nil {
		return
	}
	for deadline := time.Now().Add(readPatience); time.Now().Before(deadline); time.Sleep(100 * time.Microsecond) {
		read := true
		err := conn.Control(func(fd uintptr) {
			left, err := unix.IoctlGetInt(int(fd), unix.TIOCINQ)
			end := []unix.PollFd{{Fd: int32(fd)}}
			unix.Poll(end, 0)
			read = err != nil || left == 0 || end[0].Revents&unix.POLLERR != 0
		})
		if err != nil || read {
			return
		}
	}
}
