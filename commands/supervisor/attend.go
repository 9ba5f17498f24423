package supervisor

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

// What the process inside announces, as the first word of a line. The last line is the
// run's exit code.
const (
	suspended    = "suspended" // all children stand still
	ready        = "ready"     // with the run's name: all children are ready
	signalDriver = "signal"    // with a number
)

// attendant is what the process outside does for the one inside.
type attendant struct {
	toInside    io.Writer
	tellReady   func(run string) // may be nil
	startDriver StartDriver
	driver      Driver        // nil until it was started
	driverEnded chan struct{} // closed when it has ended
	// stops reports whether the driver waits until the children stand still, and stood
	// says that they do.
	stops atomic.Bool
	stood chan struct{}
}

// attend listens to the process inside, and returns the exit code that it announces; it is
// not known where that process was killed.
func (a *attendant) attend(inside io.Reader) (code int, known bool) {
	for lines := bufio.NewScanner(inside); lines.Scan(); {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		switch word {
		case suspended:
			a.standStill()
		case ready:
			a.ready(rest)
		case signalDriver:
			a.signalDriver(rest)
		default:
			code, err := strconv.Atoi(word)
			return code, err == nil
		}
	}
	return 0, false
}

// standStill stops this process, since the children stand still. Like any other job, the
// program stops with its processes; who lets it go on, lets them.
func (a *attendant) standStill() {
	if a.stops.Swap(false) {
		a.stood <- struct{}{} // it is the driver who stops it
		return
	}
	if a.driver != nil && a.driver.Suspend() {
		return
	}
	syscall.Kill(syscall.Getpid(), syscall.SIGSTOP)
}
