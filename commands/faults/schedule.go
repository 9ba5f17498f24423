package faults

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"vagganet/commands/events"
	"vagganet/netcmd"
	"vagganet/netcmd/links"
)

// HealVerb is the program's verb that heals what is left of a fault whose time
// is up. It takes the fault's number.
const HealVerb = "_heal"

// grace is for how long an entry that comes again and again may have been due,
// unbegun, when the run ends: it was on its way.
const grace = time.Second

// Schedule is what is known of a run's faults, and of those that are to come. It has
// the program's own verbs do them, one at a time, and touches nothing itself.
type Schedule struct {
	*record
	timeline timeline
	queue    []Order
	// doing is the order that is being carried out; nil if none is.
	doing *Order
	// failed reports whether one of them has.
	failed    bool
	suspended time.Time
	// stopped is when the run was told to end; zero if it was not.
	stopped time.Time
	// begun counts, by entry, how often it began; amiss is what did not come in
	// its time, and news the events about that which nobody has taken yet.
	begun []int
	amiss amiss
	news  []events.Event
	// healed is the latest planned end of a fault that was healed.
	healed time.Time
	// unsure are entries that the run's end came into: it may be what they have made.
	unsure []occurrence
	// starts are the nodes that are to run, which nobody has taken yet.
	starts []string
}

// Order is a verb that is to be run.
type Order struct {
	occurrence // of the timeline; its entry is -1 for what heals a fault
	heals      int
	// What is it as a person types it, and Words are the program's arguments.
	What  string
	Words []string
	// begun reports whether it is known to have done what it is for, and announced whether
	// it was about to.
	begun, announced bool
}

// Planned reports whether the order is the timeline's.
func (o Order) Planned() bool { return o.entry >= 0 }

// NewSchedule returns that of a run with these guests, before it begins.
func NewSchedule(entries []Planned, guests []netcmd.Guest, seed uint64) *Schedule {
	var names []string
	for _, g := range guests {
		names = append(names, g.Name)
	}
	return &Schedule{record: newRecord(names), timeline: newTimeline(entries, seed), begun: make([]int, len(entries))}
}

// Begin begins the timeline: all children have been started.
func (s *Schedule) Begin(now time.Time) { s.timeline.begin(now) }

// Over reports whether all that the timeline has once has been done, and healed.
func (s *Schedule) Over() bool {
	if !s.timeline.over() || s.doing != nil && (!s.doing.Planned() || s.comesOnce(*s.doing)) || slices.ContainsFunc(s.queue, s.comesOnce) {
		return false
	}
	for _, f := range s.open {
		if f.once && f.For > 0 {
			return false
		}
	}
	return true
}

// comesOnce reports whether an order is that of an entry that comes once.
func (s *Schedule) comesOnce(o Order) bool {
	return o.Planned() && s.timeline.entries[o.entry].Every == 0
}

// Stop ends the timeline, and what it has cut, since the run is to end. What was
// due by now, and has not begun, will not come any more.
func (s *Schedule) Stop(now time.Time) {
	if !s.stopped.IsZero() {
		return
	}
	if !s.suspended.IsZero() {
		now = s.suspended
	}
	s.stopped = now
	s.enqueueDue(now)
	for _, o := range s.queue {
		if o.entry >= 0 {
			s.cutOff(o)
		}
	}
	s.queue = slices.DeleteFunc(s.queue, func(o Order) bool { return o.entry >= 0 })
	for _, o := range s.timeline.stop() {
		s.note(events.FaultPending, o, now)
	}
	s.hasten(now)
}

// End ends all that is left, with the run. Well reports whether all have ended well: then
// what is not known to have been made was not.
func (s *Schedule) End(now time.Time, well bool) []events.Event {
	s.Stop(now)
	if o := s.doing; o != nil && o.entry >= 0 && !o.begun {
		s.cutOff(*o)
	}
	for _, o := range s.unsure {
		if well {
			s.note(events.FaultMissed, o, s.stopped)
		}
	}
	return append(s.TakeNews(), s.record.end()...)
}

// cutOff takes note of an order that the end of the run came before: that is when the
// children were told to end, however long they take for that. One that was announced may be
// what they have ended by.
func (s *Schedule) cutOff(o Order) {
	switch first, overdue := s.begun[o.entry] == 0, s.stopped.Sub(o.at) > grace; {
	case first && o.announced && !overdue:
		s.unsure = append(s.unsure, o.occurrence)
	case first || overdue:
		s.note(events.FaultMissed, o.occurrence, s.stopped)
	}
}

// Announce is the record's, and takes note that the timeline's order that is being carried
// out is about to do what it is for.
func (s *Schedule) Announce(c Change, now time.Time) (id int, left events.State, list []events.Event) {
	if s.doing != nil && c.By == ByTimeline && c.Heals == 0 {
		s.doing.announced = true
	}
	return s.record.Announce(c, now)
}

// Suspend stops the clock.
func (s *Schedule) Suspend(now time.Time) { s.suspended = now }

// Resume goes on; the time in between does not count.
func (s *Schedule) Resume(now time.Time) {
	pause := now.Sub(s.suspended)
	s.postpone(pause)
	s.timeline.postpone(pause)
	for i := range s.queue {
		s.queue[i].postpone(pause)
	}
	if s.doing != nil {
		s.doing.postpone(pause)
	}
	s.suspended = time.Time{}
}

// Tick is the order to be carried out now; nil if there is none.
func (s *Schedule) Tick(now time.Time) *Order {
	if !s.suspended.IsZero() {
		return nil
	}
	s.enqueueDue(now)
	if s.doing != nil || len(s.queue) == 0 {
		return nil
	}
	next := s.queue[0]
	s.queue = s.queue[1:]
	if next.entry >= 0 {
		next.Words = s.timeline.words(next.entry)
		next.What = s.timeline.entries[next.entry].What()
	} else if next.at.After(s.healed) {
		s.healed = next.at
	}
	s.doing = &next
	if next.Planned() && s.timeline.entries[next.entry].Verb == "exec" {
		s.came(now) // it begins now, and its end is not awaited
	}
	return s.doing
}

// enqueueDue puts what is due into the queue: heals before what is planned.
func (s *Schedule) enqueueDue(now time.Time) {
	for _, d := range s.timeUp(now) {
		s.enqueue(Order{occurrence: occurrence{entry: -1, at: d.at}, heals: d.id,
			What: "the end of " + s.open[d.id].What, Words: []string{HealVerb, fmt.Sprint(d.id)}}, now)
	}
	due, skipped := s.timeline.due(now)
	for _, o := range skipped {
		s.note(events.FaultMissed, o, now)
	}
	for _, o := range due {
		if s.doing != nil && s.doing.entry == o.entry {
			s.note(events.FaultMissed, o, now)
			continue
		}
		s.enqueue(Order{occurrence: o}, now)
	}
}

// enqueue puts heals before what is planned, and nothing there twice: an entry
// that waits already is done for its latest time.
func (s *Schedule) enqueue(o Order, now time.Time) {
	i := slices.IndexFunc(s.queue, func(q Order) bool { return q.entry == o.entry && q.heals == o.heals })
	if i >= 0 {
		if o.entry >= 0 {
			s.note(events.FaultMissed, s.queue[i].occurrence, now)
			s.queue[i] = o
		}
		return
	}
	at := len(s.queue)
	if o.entry < 0 {
		at = slices.IndexFunc(append(s.queue, Order{}), func(q Order) bool { return q.entry >= 0 })
	}
	s.queue = slices.Insert(s.queue, at, o)
}

// Soonest is when tick has something to do; zero if it never has.
func (s *Schedule) Soonest() time.Time {
	if !s.suspended.IsZero() {
		return time.Time{}
	}
	return sooner(s.next(), s.timeline.soonest())
}

// Ended takes note of the end of the order that was carried out. A check that finds
// differences fails, too, but has sent them.
func (s *Schedule) Ended(code int) []events.Event {
	o := s.doing
	s.doing = nil
	var list []events.Event
	if o != nil && o.Planned() && s.timeline.entries[o.entry].Verb == "exec" {
		e := events.Event{Kind: events.Exec, What: o.What, Code: &code, By: ByTimeline}
		o.dueIn(&e, o.at)
		list = append(list, e)
	}
	if code == 0 {
		return list
	}
	if o.Planned() && !o.begun && !s.stopped.IsZero() {
		s.cutOff(*o) // what it is for was ending
		return append(list, s.TakeNews()...)
	}
	s.failed = true
	e := events.Event{Kind: events.FaultFailed, What: o.What, Code: &code}
	if o.Planned() {
		o.dueIn(&e, o.at)
	}
	return append(list, e)
}

// Allows reports whether a change fits what is going on, whoever sends it: it is about
// this run's guests, and a fault is healed when its time is up. Own reports whether it
// comes from what the run has started for its order.
func (s *Schedule) Allows(c Change, own bool) bool {
	heals := own && s.doing != nil && !s.doing.Planned() && s.doing.heals == c.Heals
	return (c.Heals == 0 || heals) && s.AllowsBy(c.By, own) && s.knows(c.State)
}

// AllowsBy reports whether somebody may call himself that: the timeline only while one
// of its entries is carried out.
func (s *Schedule) AllowsBy(by string, own bool) bool {
	return by != ByTimeline || own && s.doing != nil && s.doing.Planned()
}

// knows reports whether all nodes of a state are guests of the run.
func (s *Schedule) knows(state events.State) bool {
	for _, row := range slices.Concat(slices.Collect(maps.Values(layers(state)))...) {
		_, known := links.Index(s.nodes, row.From, 0)
		to := -1
		for _, name := range row.To {
			if known {
				to, known = links.Index(s.nodes, name, to+1)
			}
		}
		if !known {
			return false
		}
	}
	return true
}

// Checked takes note of what a check has found.
func (s *Schedule) Checked(c Check, now time.Time) []events.Event {
	ok := c.Differences == 0
	list := []events.Event{{Kind: events.Checked, OK: &ok, Differences: &c.Differences, What: c.Text, By: c.By}}
	if c.By == ByTimeline {
		s.came(now)
	}
	return append(list, s.TakeNews()...)
}

// Made takes note that a change has been made; done is nil if its command has ended
// without a word of that. Mono is a clock in seconds of the run.
func (s *Schedule) Made(id int, done *Done, now time.Time, mono func(time.Duration) float64) []events.Event {
	f := s.open[id]
	s.noteStarts(f)
	list := s.record.begin(id, now, done == nil)
	if len(list) == 0 {
		return nil
	}
	last := &list[len(list)-1]
	asked := mono(f.Asked)
	last.Asked = &asked
	if done != nil {
		last.TookMS, last.SkewMS = milliseconds(done.Took), milliseconds(done.Skew)
	}
	if f.By == ByTimeline && f.Heals == 0 && s.doing != nil {
		f.once = s.comesOnce(*s.doing)
		s.doing.dueIn(last, now)
	}
	if f.By == ByTimeline && f.Heals == 0 && done != nil {
		s.came(now)
	}
	return append(list, s.TakeNews()...)
}

// noteStarts takes note of the nodes that a change lets run.
func (s *Schedule) noteStarts(f *fault) {
	if f == nil {
		return
	}
	for _, row := range f.Nodes {
		if row.How == "" {
			s.starts = append(s.starts, row.From)
		}
	}
}

// TakeStarts returns the nodes that changes have let run since it was last called: those
// that don't, are to be started again.
func (s *Schedule) TakeStarts() []string {
	starts := s.starts
	s.starts = nil
	return starts
}

// came takes note that the timeline's order that is being carried out has done
// what it is for.
func (s *Schedule) came(now time.Time) {
	o := s.doing
	if o == nil || o.entry < 0 || o.begun {
		return
	}
	o.begun = true
	s.begun[o.entry]++
	if s.late(o.occurrence, now) {
		s.note(events.FaultLate, o.occurrence, now)
	}
}

// late reports whether what comes now should be over by now: a fault by its own
// time, and what has none by the end of another fault that it should have seen.
func (s *Schedule) late(o occurrence, now time.Time) bool {
	if limit := s.timeline.entries[o.entry].For; limit > 0 {
		return now.Sub(o.at) >= limit
	}
	return s.healed.After(o.at)
}

func milliseconds(d time.Duration) *float64 {
	ms := float64(d.Microseconds()) / 1000
	return &ms
}

// Listed returns what is said of a timeline in a script, which does without.
func Listed(planned []Planned) string {
	if len(planned) == 0 {
		return ""
	}
	text := "\nthe script leaves out the timeline of faults, which the program keeps itself:"
	for _, f := range planned {
		text += "\n" + f.String()
	}
	return text
}
