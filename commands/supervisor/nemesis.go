package supervisor

import (
	"fmt"
	"slices"
	"time"

	"vagganet/commands/messages"
	"vagganet/commands/story"
)

// HealVerb is the program's verb that heals what is left of a fault whose time
// is up. It takes the fault's number.
const HealVerb = "_heal"

// grace is for how long an entry that comes again and again may have been due,
// unbegun, when the run ends: it was on its way.
const grace = time.Second

// nemesis is what is known of a run's faults, and of those that are to come. It
// has the program's own verbs do them, one at a time, and touches nothing itself.
type nemesis struct {
	*faults
	guests   map[string]bool
	timeline timeline
	queue    []order
	// doing is the order that is being carried out; nil if none is.
	doing *order
	// failed reports whether one of them has.
	failed, stopped bool
	suspended       time.Time
	// begun counts, by entry, how often it began; amiss is what did not come in
	// its time, and news the events about that which nobody has taken yet.
	begun []int
	amiss amiss
	news  []story.Event
	// healed is the latest planned end of a fault that was healed.
	healed time.Time
}

// order is a verb that is to be run.
type order struct {
	occurrence // of the timeline; its entry is -1 for what heals a fault
	heals      int
	what       string
	words      []string
	// begun reports whether it is known to have done what it is for.
	begun bool
}

func newNemesis(spec Spec) *nemesis {
	n := &nemesis{faults: newFaults(), guests: map[string]bool{}, timeline: newTimeline(spec.Faults, spec.Run.Seed), begun: make([]int, len(spec.Faults))}
	for _, g := range spec.Run.Guests {
		n.guests[g.Name] = true
	}
	return n
}

func (n *nemesis) begin(now time.Time) { n.timeline.begin(now) }

// stop ends the timeline, and what it has cut, since the run is to end. What was
// due by now, and has not begun, will not come any more.
func (n *nemesis) stop(now time.Time) {
	if n.stopped {
		return
	}
	n.stopped = true
	if !n.suspended.IsZero() {
		now = n.suspended
	}
	n.enqueueDue(now)
	for _, o := range n.queue {
		if o.entry >= 0 {
			n.cutOff(o.occurrence, now)
		}
	}
	n.queue = slices.DeleteFunc(n.queue, func(o order) bool { return o.entry >= 0 })
	for _, o := range n.timeline.stop() {
		n.note(story.FaultPending, o, now)
	}
	n.hasten(now)
}

// end ends all that is left, with the run.
func (n *nemesis) end(now time.Time) []story.Event {
	n.stop(now)
	if o := n.doing; o != nil && o.entry >= 0 && !o.begun {
		n.cutOff(o.occurrence, now)
	}
	return append(n.takeNews(), n.faults.end()...)
}

// cutOff takes note of an occurrence that the end of the run came before.
func (n *nemesis) cutOff(o occurrence, now time.Time) {
	if n.begun[o.entry] == 0 || now.Sub(o.at) > grace {
		n.note(story.FaultMissed, o, now)
	}
}

func (n *nemesis) suspend(now time.Time) { n.suspended = now }

// resume goes on; the time in between does not count.
func (n *nemesis) resume(now time.Time) {
	pause := now.Sub(n.suspended)
	n.postpone(pause)
	n.timeline.postpone(pause)
	for i := range n.queue {
		n.queue[i].postpone(pause)
	}
	if n.doing != nil {
		n.doing.postpone(pause)
	}
	n.suspended = time.Time{}
}

// tick is the order to be carried out now; nil if there is none.
func (n *nemesis) tick(now time.Time) *order {
	if !n.suspended.IsZero() {
		return nil
	}
	n.enqueueDue(now)
	if n.doing != nil || len(n.queue) == 0 {
		return nil
	}
	next := n.queue[0]
	n.queue = n.queue[1:]
	if next.entry >= 0 {
		next.words = n.timeline.words(next.entry)
		next.what = n.timeline.entries[next.entry].what()
	} else if next.at.After(n.healed) {
		n.healed = next.at
	}
	n.doing = &next
	return n.doing
}

// enqueueDue puts what is due into the queue: heals before what is planned.
func (n *nemesis) enqueueDue(now time.Time) {
	for _, d := range n.due(now) {
		n.enqueue(order{occurrence: occurrence{entry: -1, at: d.at}, heals: d.id,
			what: "the end of " + n.open[d.id].What, words: []string{HealVerb, fmt.Sprint(d.id)}}, now)
	}
	due, skipped := n.timeline.due(now)
	for _, o := range skipped {
		n.note(story.FaultMissed, o, now)
	}
	for _, o := range due {
		if n.doing != nil && n.doing.entry == o.entry {
			n.note(story.FaultMissed, o, now)
			continue
		}
		n.enqueue(order{occurrence: o}, now)
	}
}

// enqueue puts heals before what is planned, and nothing there twice: an entry
// that waits already is done for its latest time.
func (n *nemesis) enqueue(o order, now time.Time) {
	i := slices.IndexFunc(n.queue, func(q order) bool { return q.entry == o.entry && q.heals == o.heals })
	if i >= 0 {
		if o.entry >= 0 {
			n.note(story.FaultMissed, n.queue[i].occurrence, now)
			n.queue[i] = o
		}
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

// allows reports whether a message fits what is going on, whoever sent it: faults
// are about this run's guests, the timeline is spoken for while one of its entries is
// carried out, and a fault is taken back when its time is up.
func (n *nemesis) allows(m messages.Message) bool {
	heals := func(id int) bool { return n.doing != nil && n.doing.entry < 0 && n.doing.heals == id }
	planned := n.doing != nil && n.doing.entry >= 0
	switch {
	case m.About != nil:
		f := m.About
		return (f.Heals == 0 || heals(f.Heals)) && (f.By != messages.ByTimeline || planned) && n.knows(f.State)
	case m.Left != 0:
		return heals(m.Left)
	case m.Check != nil:
		return m.Check.By != messages.ByTimeline || planned
	}
	return true
}

// knows reports whether all nodes of a state are guests of the run.
func (n *nemesis) knows(s story.State) bool {
	for _, row := range slices.Concat(s.Cut, s.Uplinks, s.Shapes) {
		if !n.guests[row.From] || slices.ContainsFunc(row.To, func(to string) bool { return !n.guests[to] }) {
			return false
		}
	}
	return true
}

// hear takes a message that a command sends, and answers it.
func (n *nemesis) hear(m messages.Message, now time.Time, mono func(time.Duration) float64) (messages.Reply, []story.Event) {
	switch {
	case m.About != nil:
		return messages.Reply{Fault: n.about(*m.About, now)}, nil
	case m.Started:
		return messages.Reply{}, nil // the loop listens once all have been started
	case m.Left != 0:
		left, events := n.left(m.Left, now)
		return messages.Reply{State: left}, events
	case m.Check != nil:
		ok := m.Check.Differences == 0
		events := []story.Event{{Kind: story.Checked, OK: &ok, Differences: &m.Check.Differences, What: m.Check.Text, By: m.Check.By}}
		if m.Check.By == messages.ByTimeline {
			n.came(now)
		}
		return messages.Reply{}, append(events, n.takeNews()...)
	}
	f := n.open[m.Fault]
	events := n.faults.begin(m.Fault, now, m.Gone)
	if len(events) == 0 {
		return messages.Reply{}, nil
	}
	last := &events[len(events)-1]
	asked := mono(f.Asked)
	last.Asked = &asked
	if m.Done != nil {
		last.TookMS, last.SkewMS = milliseconds(m.Done.Took), milliseconds(m.Done.Skew)
	}
	if f.By == messages.ByTimeline && f.Heals == 0 && !m.Gone {
		n.came(now)
	}
	return messages.Reply{}, append(events, n.takeNews()...)
}

// came takes note that the timeline's order that is being carried out has done
// what it is for.
func (n *nemesis) came(now time.Time) {
	o := n.doing
	if o == nil || o.entry < 0 || o.begun {
		return
	}
	o.begun = true
	n.begun[o.entry]++
	if n.late(o.occurrence, now) {
		n.note(story.FaultLate, o.occurrence, now)
	}
}

// late reports whether what comes now should be over by now: a fault by its own
// time, and what has none by the end of another fault that it should have seen.
func (n *nemesis) late(o occurrence, now time.Time) bool {
	if limit := n.timeline.entries[o.entry].For; limit > 0 {
		return now.Sub(o.at) >= limit
	}
	return n.healed.After(o.at)
}

func milliseconds(d time.Duration) *float64 {
	ms := float64(d.Microseconds()) / 1000
	return &ms
}
