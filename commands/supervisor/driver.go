package supervisor

import (
	"fmt"
	"strconv"
	"syscall"
	"time"

	"vagganet/commands/hints"
	"vagganet/commands/terminal"
	"vagganet/netcmd"
)

// driverName is what the driver is called in messages.
const driverName = "the driver"

// What the process outside writes to the control pipe in place of a signal. An exit code
// follows, as one byte: that of the driver, or that which this process will have.
const (
	driverHasEnded = 200
	hasFinished    = 201
)

// Driver is a command that runs beside a run's children and decides how the run ends. The
// process outside has started it.
type Driver interface {
	Signal(syscall.Signal)
	// Suspend has it stand still, and reports whether this process will by that.
	Suspend() bool
	// Wait waits for its end, and returns its exit code.
	Wait() int
}

// StartDriver starts the driver of the run of that name. When a terminal stops the driver,
// suspend is to be called, which has the children stand still, too.
type StartDriver func(run string, suspend func()) (Driver, error)

// driver is what a decision knows of the run's driver.
type driver struct {
	comes          bool // there is one, or will be
	started, ended bool
}

func (d driver) runs() bool { return d.started && !d.ended }

// begins takes note that all children are ready: the driver is started now.
func (d *decision) begins() []action {
	d.begun, d.driver.started = true, d.driver.comes
	return []action{{do: tellReady}}
}

// driverEnded takes note of the driver's end, which ends the run. Its exit code is the
// run's, unless a child had decided before.
func (d *decision) driverEnded(code int, now time.Time) []action {
	d.driver.ended = true
	if d.code < 0 {
		d.code, d.decider = code, driverName
	}
	if d.stopping {
		return nil
	}
	return append(d.resume(now), d.stop(syscall.SIGTERM, now)...)
}

func (ps *processes) tellReady() { ps.announce(ready + " " + ps.spec.Run.Name) }

func (ps *processes) signalDriver(s syscall.Signal) {
	if ps.spec.Driver {
		ps.announce(fmt.Sprintf("%s %d", signalDriver, s))
	}
}

// ready starts the driver, if there is one, and tells the process inside when it has ended.
func (a *attendant) ready(run string) {
	if a.tellReady != nil {
		a.tellReady(run)
	}
	if a.startDriver == nil {
		return
	}
	driver, err := a.startDriver(run, a.suspendChildren)
	if err != nil {
		hints.Report(terminal.Err, fmt.Errorf("the driver could not be started: %w", err))
		a.toInside.Write([]byte{driverHasEnded, netcmd.ExitOwn})
		return
	}
	a.driver, a.driverEnded = driver, make(chan struct{})
	go func() {
		defer close(a.driverEnded)
		code := driver.Wait()
		a.toInside.Write([]byte{driverHasEnded, byte(code)})
	}()
}

// awaitDriver waits for the driver, which has ended with the run. What led into the run may
// stand still, and has to go on to see that.
func (a *attendant) awaitDriver() {
	for a.driver != nil {
		select {
		case <-a.driverEnded:
			return
		case <-time.After(driverInterval):
			a.driver.Signal(syscall.SIGCONT)
		}
	}
}

// driverInterval is how often a driver is woken whose run has ended.
const driverInterval = 100 * time.Millisecond

func (a *attendant) signalDriver(number string) {
	if s, err := strconv.Atoi(number); err == nil && a.driver != nil {
		a.driver.Signal(syscall.Signal(s))
	}
}

// suspendPatience is how long the driver, which the terminal has stopped, waits for the
// children to stand still: the run may have ended meanwhile.
const suspendPatience = time.Second

// suspendChildren has the children stand still with the driver.
func (a *attendant) suspendChildren() {
	a.stops.Store(true)
	a.toInside.Write([]byte{byte(syscall.SIGTSTP)})
	select {
	case <-a.stood:
	case <-time.After(suspendPatience):
		a.stops.Store(false)
	}
}
