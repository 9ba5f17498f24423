package supervisor

import (
	"fmt"
	"slices"
	"syscall"
	"time"

	"vagganet/netcmd"
	"vagganet/netcmd/links"
	"vagganet/netcmd/plan"
)

// decision is what is known of a run's children, and what follows from it.
// Exits and signals come in, each with its time; what is to be done goes out.
// It touches nothing itself.
type decision struct {
	mode      plan.Mode
	killAfter time.Duration
	children  []member
	// code is that of the child that decides, or 128+N for a signal that came
	// before; -1 while neither has. others says how many failed after it, unless
	// the user had stopped the run by then.
	code    int
	decider string
	others  int
	// stopping says that all are to end; interrupted, that Ctrl+C was one of
	// the reasons.
	stopping, interrupted bool
	// killAt is when patience ends; suspended, since when the run stands
	// still. Zero for neither.
	killAt, suspended time.Time
	// begun reports whether all children have been ready.
	begun  bool
	driver driver
}

// member is a child of the run.
type member struct {
	name string
	// node is the guest that it runs in; empty for a child that is in none.
	node    string
	running bool
	// down reports whether it ended since its node was killed: that end counts for
	// nothing.
	down bool
	// code is how it ended the last time; nil before it has.
	code *int
	// after are the children that are to be ready before it is started, and waits reports
	// whether it is not, because of them.
	after []int
	waits bool
	// within is how long it may take to be ready; 0 for a child that is, once it is
	// started. wasReady reports whether it ever was, and readyBy is when it is to be.
	within   time.Duration
	wasReady bool
	readyBy  time.Time
	restart  netcmd.Restart
	// started is when it last was.
	started time.Time
	// again is when it is to be started again, after a pause; zero if it is
	// not.
	again time.Time
	pause time.Duration
}

// action is something to be done.
type action struct {
	do     verb
	child  int            // for start
	signal syscall.Signal // for send
	text   string         // for say
}

type verb int

const (
	start     verb = iota // start one child
	send                  // a signal to all children
	kill                  // all children
	suspend               // all children stand still
	resume                // and go on
	say                   // something to the user
	wait                  // a child waits for others
	notReady              // a child is not ready in time, as text says
	tellReady             // to the process outside
)

func newDecision(spec Spec) *decision {
	d := &decision{mode: spec.Run.Mode, killAfter: spec.Run.KillAfter, code: -1, driver: driver{comes: spec.Driver}}
	for _, c := range spec.Run.Children {
		m := member{name: c.Name}
		if c.IsGuest() {
			m.node = c.Node
		}
		for _, name := range c.After {
			if other := slices.IndexFunc(spec.Run.Children, func(o netcmd.Child) bool { return o.Name == name }); other >= 0 {
				m.after = append(m.after, other)
			}
		}
		if m.restart = c.Restart; c.Ready != nil {
			m.within = c.Ready.Within
		}
		d.children = append(d.children, m)
	}
	return d
}

// finish ends a run well, since its timeline is over.
func (d *decision) finish(now time.Time) []action {
	if d.stopping {
		return nil
	}
	if d.code < 0 {
		d.code, d.decider = 0, "the timeline"
	}
	return append([]action{sayf("the timeline is over, stopping all")}, d.stop(syscall.SIGTERM, now)...)
}

// exitOf is the exit code of a child that has ended; nil if it runs, or if no
// child is called so.
func (d *decision) exitOf(name string) *int {
	for _, m := range d.children {
		if m.name == name && !m.running {
			return m.code
		}
	}
	return nil
}

// ended takes note of an exit.
func (d *decision) ended(i, code int, now time.Time) []action {
	m := &d.children[i]
	m.running, m.code = false, &code
	if d.mode == plan.Restart || m.restart == netcmd.RestartAlways || m.restart == netcmd.RestartOnFailure && code != 0 {
		return d.endedAgain(m, code, now)
	}
	m.readyBy = time.Time{}
	if !m.wasReady && !d.stopping {
		return d.endedUnready(m, code, now)
	}
	decides := d.code < 0 && (code != 0 || d.mode == plan.StopOnFailure)
	if decides {
		d.code, d.decider = code, m.name
	} else if code != 0 && !d.stopping {
		d.others++
	}
	stops := decides && d.mode != plan.WaitAll && !d.stopping && d.running() > 0
	switch {
	case stops:
		text := sayf("%s ended with exit code %d, stopping the others", m.name, code)
		return append([]action{text}, d.stop(syscall.SIGTERM, now)...)
	case code != 0 && !d.stopping && d.running() > 0:
		return []action{sayf("%s ended with exit code %d, waiting for the others", m.name, code)}
	case code != 0 && (decides || !d.stopping):
		return append([]action{sayf("%s ended with exit code %d", m.name, code)}, d.verdict()...)
	}
	return d.verdict()
}

// verdict decides whose exit code the run's is, where more than one has failed
// and none of them ended it.
func (d *decision) verdict() []action {
	if d.mode != plan.WaitAll || d.running() > 0 || d.others == 0 {
		return nil
	}
	return []action{sayf("exit code %d is that of %s, the first that failed", d.code, d.decider)}
}

// signalled takes a signal of the user's. Unless a child has decided before, it
// is the run's end, whatever the children make of it. A second Ctrl+C kills.
func (d *decision) signalled(s syscall.Signal, now time.Time) []action {
	code := 128 + int(s)
	switch s {
	case syscall.SIGTSTP:
		return d.suspend(now)
	case syscall.SIGCONT:
		return d.resume(now)
	case syscall.SIGPIPE:
		return d.unread(now)
	case syscall.SIGHUP:
		s = syscall.SIGTERM
	}
	// A stopped process gets no signal before it goes on.
	todo := d.resume(now)
	if s == syscall.SIGINT && d.interrupted {
		d.driver.ended = true
		return append(todo, action{do: kill})
	}
	d.interrupted = d.interrupted || s == syscall.SIGINT
	if d.code < 0 {
		d.code = code
		todo = append(todo, sayf("signal: %v, stopping all", syscall.Signal(code-128)))
	}
	return append(todo, d.stop(s, now)...)
}

// unread ends a run whose output nobody reads any more.
func (d *decision) unread(now time.Time) []action {
	if d.code < 0 {
		d.code = 128 + int(syscall.SIGPIPE)
	}
	return d.stop(syscall.SIGTERM, now)
}

// stop asks all children to end, and says until when.
func (d *decision) stop(s syscall.Signal, now time.Time) []action {
	if !d.stopping {
		d.stopping, d.killAt = true, now.Add(d.killAfter)
	}
	for i := range d.children {
		m := &d.children[i]
		m.again, m.readyBy, m.waits = time.Time{}, time.Time{}, false
	}
	return []action{{do: send, signal: s}}
}

func (d *decision) suspend(now time.Time) []action {
	if d.suspended.IsZero() {
		d.suspended = now
	}
	return []action{{do: suspend}}
}

// resume goes on; the time in between does not count.
func (d *decision) resume(now time.Time) []action {
	if d.suspended.IsZero() {
		return nil
	}
	pause := now.Sub(d.suspended)
	d.suspended = time.Time{}
	later := func(t *time.Time) {
		if !t.IsZero() {
			*t = t.Add(pause)
		}
	}
	later(&d.killAt)
	for i := range d.children {
		later(&d.children[i].again)
		later(&d.children[i].started)
		later(&d.children[i].readyBy)
	}
	return []action{{do: resume}}
}

// tick does what is due.
func (d *decision) tick(now time.Time) []action {
	var todo []action
	if !d.suspended.IsZero() {
		return nil
	}
	if !d.killAt.IsZero() && !now.Before(d.killAt) {
		d.killAt = time.Time{}
		todo = append(todo, sayf("still there %v after they were to end, killing: %s", d.killAfter, d.whoRuns()), action{do: kill})
		d.driver.ended = true
	}
	todo = append(todo, d.unready(now)...)
	for i := range d.children {
		if m := &d.children[i]; !m.again.IsZero() && !now.Before(m.again) {
			m.again = time.Time{}
			todo = append(todo, action{do: start, child: i})
		}
	}
	return todo
}

// next is when tick has something to do; zero if it never has.
func (d *decision) next() time.Time {
	if !d.suspended.IsZero() {
		return time.Time{}
	}
	next := d.killAt
	for _, m := range d.children {
		for _, t := range []time.Time{m.again, m.readyBy} {
			if !t.IsZero() && (next.IsZero() || t.Before(next)) {
				next = t
			}
		}
	}
	return next
}

// over reports whether no child is left, and none is to come. A node that is down counts
// as one that runs, until the run is to end.
func (d *decision) over() bool {
	for _, m := range d.children {
		if m.running || !m.again.IsZero() || m.waits || m.down && !d.stopping {
			return false
		}
	}
	return !d.driver.runs()
}

// exitCode is the run's, once it is over.
func (d *decision) exitCode() int { return max(d.code, 0) }

func (d *decision) running() int {
	n := 0
	for _, m := range d.children {
		if m.running {
			n++
		}
	}
	if d.driver.runs() {
		n++
	}
	return n
}

func (d *decision) whoRuns() string {
	var names []string
	for _, m := range d.children {
		if m.running {
			names = append(names, m.name)
		}
	}
	if d.driver.runs() {
		names = append(names, driverName)
	}
	return links.Brief(names, ", ")
}

func sayf(format string, args ...any) action {
	return action{do: say, text: fmt.Sprintf(format, args...)}
}
