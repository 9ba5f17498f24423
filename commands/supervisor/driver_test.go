package supervisor

import (
	"syscall"
	"testing"
	"time"

	"vagganet/netcmd/plan"
)

// The driver's exit code is the run's where no child and no signal came before, and the run
// waits for it as for a child.
func TestDriver(t *testing.T) {
	now := time.Unix(1e9, 0)
	for _, c := range []struct {
		name string
		mode plan.Mode
		do   func(d *decision)
		code int
		over bool
	}{
		{"it ends first", plan.StopOnFailure, func(d *decision) {
			d.driverEnded(3, now)
			endAll(d, 143, now)
		}, 3, true},
		{"it ends well, where children are started again", plan.Restart, func(d *decision) {
			d.driverEnded(0, now)
			endAll(d, 143, now)
		}, 0, true},
		{"it is stopped by a child's end", plan.StopOnFailure, func(d *decision) {
			d.ended(0, 5, now)
			d.driverEnded(143, now)
			endAll(d, 143, now)
		}, 5, true},
		{"it is waited for", plan.WaitAll, func(d *decision) { endAll(d, 0, now) }, 0, false},
		{"a failure came before", plan.WaitAll, func(d *decision) {
			endAll(d, 4, now)
			d.driverEnded(6, now)
		}, 4, true},
		{"a signal came before", plan.StopOnFailure, func(d *decision) {
			d.signalled(syscall.SIGTERM, now)
			d.driverEnded(0, now)
			endAll(d, 0, now)
		}, 143, true},
		{"it is not waited for after patience has ended", plan.StopOnFailure, func(d *decision) {
			endAll(d, 2, now)
			d.tick(now.Add(time.Minute))
		}, 2, true},
		{"nor after a second Ctrl+C", plan.StopOnFailure, func(d *decision) {
			d.signalled(syscall.SIGINT, now)
			d.signalled(syscall.SIGINT, now)
			endAll(d, 2, now)
		}, 130, true},
	} {
		spec := testSpec(c.mode)
		spec.Driver = true
		d := newDecision(spec)
		for i := range d.children {
			d.started(i, now)
		}
		if todo := d.begins(); len(todo) != 1 || todo[0].do != tellReady {
			t.Fatalf("%s: the driver is not started", c.name)
		}
		c.do(d)
		if d.exitCode() != c.code || d.over() != c.over {
			t.Errorf("%s: exit code %d, over %v", c.name, d.exitCode(), d.over())
		}
	}
}

func endAll(d *decision, code int, now time.Time) {
	for i := range d.children {
		if d.children[i].running {
			d.ended(i, code, now)
		}
	}
}

// No driver is started where a child could not be.
func TestNoDriverOfAStoppedRun(t *testing.T) {
	spec := testSpec(plan.StopOnFailure)
	spec.Driver = true
	d := newDecision(spec)
	d.signalled(syscall.SIGTERM, time.Unix(1e9, 0))
	if d.allReady() || !d.over() {
		t.Error("a driver is to be started")
	}
}
