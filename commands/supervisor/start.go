package supervisor

import (
	"cmp"
	"fmt"
	"slices"
	"syscall"
	"time"

	"vagganet/commands/runner"
	"vagganet/netcmd"
)

// The part of a decision that is about the start of children: at the beginning, when they
// are ready, and again.

// How long it takes until a child is started again: the pause doubles while the
// child dies young.
const (
	firstPause   = time.Second
	longestPause = 30 * time.Second
	young        = 10 * time.Second
)

// begin starts every child that waits for none.
func (d *decision) begin() []action {
	var todo []action
	for i := range d.children {
		m := &d.children[i]
		if m.waits = len(m.after) > 0; m.waits {
			todo = append(todo, action{do: wait, child: i})
		}
	}
	for i := range d.children {
		if !d.children[i].waits {
			todo = append(todo, action{do: start, child: i})
		}
	}
	return todo
}

// started takes note of a child that was.
func (d *decision) started(i int, now time.Time) []action {
	m := &d.children[i]
	m.running, m.down, m.started = true, false, now
	if m.within == 0 {
		return d.ready(i)
	}
	if !m.wasReady && m.readyBy.IsZero() {
		m.readyBy = now.Add(m.within)
	}
	return nil
}

// ready takes note of a child that is, and starts those that have waited for it.
func (d *decision) ready(i int) []action {
	d.children[i].wasReady, d.children[i].readyBy = true, time.Time{}
	var todo []action
	for i := range d.children {
		m := &d.children[i]
		if m.waits && !slices.ContainsFunc(m.after, func(other int) bool { return !d.children[other].wasReady }) {
			m.waits = false
			todo = append(todo, action{do: start, child: i})
		}
	}
	return todo
}

// allReady reports whether every child has been started and was ready.
func (d *decision) allReady() bool {
	return !d.stopping && !slices.ContainsFunc(d.children, func(m member) bool { return m.waits || !m.wasReady })
}

// wentDown takes note of the end of a child whose node was killed: neither the run nor
// another child ends because of it, whatever the mode.
func (d *decision) wentDown(i, code int) {
	m := &d.children[i]
	m.running, m.down, m.code, m.readyBy = false, true, &code, time.Time{}
}

// startNodes starts the children of nodes again that have none running, unless a node is
// down.
func (d *decision) startNodes(nodes []string, isDown func(child int) bool) []action {
	var todo []action
	for i, m := range d.children {
		if m.node != "" && slices.Contains(nodes, m.node) && !m.running && !isDown(i) {
			d.children[i].again = time.Time{}
			todo = append(todo, action{do: start, child: i})
		}
	}
	return todo
}

// failed takes note of a child that could not be started. The first time, the
// run can't be what it was meant to be.
func (d *decision) failed(i int, err error, now time.Time) []action {
	m := &d.children[i]
	if m.started.IsZero() {
		d.code, d.decider = netcmd.ExitOwn, m.name
		return append([]action{sayf("%s could not be started: %v%s", m.name, err, limitLine(err))}, d.stop(syscall.SIGTERM, now)...)
	}
	d.startAgain(m, now)
	return []action{sayf("%s could not be started again: %v; trying it in %v%s", m.name, err, m.pause, limitLine(err))}
}

// limitLine is a line that names the limit that was met, if it is known.
func limitLine(err error) string {
	hint := runner.LimitHint(err, "")
	if hint == "" {
		return ""
	}
	return "\nhint: " + hint
}

// endedUnready takes note of a child that ended before it was ready: the run can't be
// what it was meant to be.
func (d *decision) endedUnready(m *member, code int, now time.Time) []action {
	if d.code < 0 {
		d.code, d.decider = cmp.Or(code, netcmd.ExitOwn), m.name
	}
	text := sayf("%s ended with exit code %d before it was ready, stopping all", m.name, code)
	return append([]action{text}, d.stop(syscall.SIGTERM, now)...)
}

// unready ends a run one of whose children was to be ready by now.
func (d *decision) unready(now time.Time) []action {
	var todo []action
	for i := range d.children {
		m := &d.children[i]
		if m.readyBy.IsZero() || now.Before(m.readyBy) || d.stopping {
			continue
		}
		if d.code < 0 {
			d.code, d.decider = netcmd.ExitOwn, m.name
		}
		todo = append(todo, action{do: notReady, child: i, text: fmt.Sprintf("%s was not ready within %v, stopping all", m.name, m.within)})
		todo = append(todo, d.stop(syscall.SIGTERM, now)...)
	}
	return todo
}

func (d *decision) endedAgain(m *member, code int, now time.Time) []action {
	if d.stopping {
		return nil
	}
	if now.Sub(m.started) >= young {
		m.pause = 0
	}
	d.startAgain(m, now)
	return []action{sayf("%s ended with exit code %d, starting it again in %v", m.name, code, m.pause)}
}

func (d *decision) startAgain(m *member, now time.Time) {
	m.pause = min(max(2*m.pause, firstPause), longestPause)
	m.again = now.Add(m.pause)
}
