package supervisor

import (
	"fmt"
	"slices"
	"time"

	"vagganet/commands/story"
)

// HealVerb is the program's verb that heals what is left of a fault whose time
// is up. It takes the fault's number.
const HealVerb = "_heal"

// nemesis is what is known of a run's faults, and of those that are to come. It
// has the program's own verbs do them, one at a time, and touches nothing itself.
type nemesis struct {
	*faults
	timeline timeline
	queue    []order
	// doing is the order that is being carried out; nil if none is.
	doing *order
	// failed says that one of them has.
	failed, stopped bool
	suspended       time.Time
}

// order is a verb that is to be run.
type order struct {
	// entry is the timeline's; -1 for what heals a fault.
	entry int
	heals int
	what  string
	words []string
}

func newNemesis(spec Spec) *nemesis {
	return &nemesis{faults: newFaults(), timeline: newTimeline(spec.Faults, spec.Seed)}
}

func (n *nemesis) begin(now time.Time) { n.timeline.begin(now) }

// stop ends the timeline, and what it has cut, since the run is to end.
func (n *nemesis) stop(now time.Time) {
	if n.stopped {
		return
	}
	n.stopped = true
	n.timeline.stop()
	n.queue = slices.DeleteFunc(n.queue, func(o order) bool { return o.entry >= 0 })
	n.hasten(now)
}

func (n *nemesis) suspend(now time.Time) { n.suspended = now }

// resume goes on; the time in between does not count.
func (n *nemesis) resume(now time.Time) {
	n.postpone(now.Sub(n.suspended))
	n.timeline.postpone(now.Sub(n.suspended))
	n.suspended = time.Time{}
}

// tick is the order to be carried out now; nil if there is none.
func (n *nemesis) tick(now time.Time) *order {
	if !n.suspended.IsZero() {
		return nil
	}
	for _, id := range n.due(now) {
		n.enqueue(order{entry: -1, heals: id, what: "the end of " + n.open[id].What, words: []string{HealVerb, fmt.Sprint(id)}})
	}
	for _, i := range n.timeline.due(now) {
		if n.doing == nil || n.doing.entry != i {
			n.enqueue(order{entry: i})
		}
	}
	if n.doing != nil || len(n.queue) == 0 {
		return nil
	}
	next := n.queue[0]
	n.queue = n.queue[1:]
	if next.entry >= 0 {
		next.words = n.timeline.words(next.entry)
		next.what = n.timeline.entries[next.entry].what()
	}
	n.doing = &next
	return n.doing
}

// enqueue puts heals before what is planned, and nothing there twice.
func (n *nemesis) enqueue(o order) {
	if slices.ContainsFunc(n.queue, func(q order) bool { return q.entry == o.entry && q.heals == o.heals }) {
		return
	}
	at := len(n.queue)
	if o.entry < 0 {
		at = slices.IndexFunc(append(n.queue, order{}), func(q order) bool { return q.entry >= 0 })
	}
	n.queue = slices.Insert(n.queue, at, o)
}

// soonest is when tick has something to do; zero if it never has.
func (n *nemesis) soonest() time.Time {
	if !n.suspended.IsZero() {
		return time.Time{}
	}
	return sooner(n.next(), n.timeline.soonest())
}

// done takes note of the end of the order that was carried out. A check that
// finds differences fails, too, but has told of it.
func (n *nemesis) done(code int) []story.Event {
	o := n.doing
	n.doing = nil
	if code == 0 {
		return nil
	}
	n.failed = true
	return []story.Event{{Kind: story.FaultFailed, What: o.what, Code: &code}}
}

// hear takes a message that a command sends, and answers it.
func (n *nemesis) hear(m story.Message, now time.Time, mono func(time.Duration) float64) (story.Reply, []story.Event) {
	switch {
	case m.About != nil:
		return story.Reply{Fault: n.about(*m.About, now)}, nil
	case m.Left != 0:
		left, events := n.left(m.Left, now)
		return story.Reply{State: left}, events
	case m.Check != nil:
		ok := m.Check.Differences == 0
		return story.Reply{}, []story.Event{{Kind: story.Checked, OK: &ok, Differences: &m.Check.Differences, What: m.Check.Text}}
	}
	f := n.open[m.Fault]
	events := n.faults.begin(m.Fault, now, m.Gone)
	if len(events) == 0 {
		return story.Reply{}, nil
	}
	last := &events[len(events)-1]
	asked := mono(f.Asked)
	last.Asked = &asked
	if m.Done != nil {
		last.TookMS, last.SkewMS = milliseconds(m.Done.Took), milliseconds(m.Done.Skew)
	}
	return story.Reply{}, events
}

func milliseconds(d time.Duration) *float64 {
	ms := float64(d.Microseconds()) / 1000
	return &ms
}
