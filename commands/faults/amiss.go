package faults

import (
	"fmt"
	"time"

	"vagganet/commands/events"
)

// amiss counts what a timeline has planned and the run has not had in time.
type amiss struct {
	entries []amissEntry
}

// amissEntry is one sort of failure of an entry: how often, and the first time.
type amissEntry struct {
	kind  events.Kind
	what  string
	first time.Duration // by the timeline
	times int
}

// note makes an event of an occurrence that did not come as planned.
func (s *Schedule) note(kind events.Kind, o occurrence, now time.Time) {
	what := s.timeline.entries[o.entry].What()
	s.amiss.add(kind, what, o.planned)
	e := events.Event{Kind: kind, What: what, By: ByTimeline}
	if kind == events.FaultPending {
		now = o.at
	}
	o.dueIn(&e, now)
	s.news = append(s.news, e)
}

// dueIn says in an event when that was due, and how late it is now.
func (o occurrence) dueIn(e *events.Event, now time.Time) {
	due := o.planned.Seconds()
	e.Due, e.Late = &due, now.Sub(o.at).Round(time.Millisecond).Seconds()
}

// TakeNews returns the events that note has made since it was last called.
func (s *Schedule) TakeNews() []events.Event {
	news := s.news
	s.news = nil
	return news
}

func (a *amiss) add(kind events.Kind, what string, planned time.Duration) {
	for i := range a.entries {
		if e := &a.entries[i]; e.kind == kind && e.what == what {
			e.times++
			return
		}
	}
	a.entries = append(a.entries, amissEntry{kind, what, planned, 1})
}

// Amiss returns lines that say to a person what did not come in its time.
func (s *Schedule) Amiss() []string { return s.amiss.lines() }

// Fails reports whether one of the orders has failed, or the timeline was not kept.
func (s *Schedule) Fails() bool { return s.failed || s.amiss.fails() }

// fails reports whether the run was not what it was planned to be: something was
// due, and came late or not at all.
func (a *amiss) fails() bool {
	for _, e := range a.entries {
		if e.kind != events.FaultPending {
			return true
		}
	}
	return false
}

// lines say it to a person, a line for each entry.
func (a *amiss) lines() []string {
	var lines []string
	for _, e := range a.entries {
		lines = append(lines, e.String())
	}
	return lines
}

func (e amissEntry) String() string {
	when := fmt.Sprintf("at %v", e.first)
	if e.times > 1 {
		when = fmt.Sprintf("%d times, first at %v", e.times, e.first)
	}
	switch e.kind {
	case events.FaultPending:
		return fmt.Sprintf("%s was not due yet when the run ended: it was planned %s", e.what, when)
	case events.FaultLate:
		return fmt.Sprintf("%s came too late to be what was planned: it was due %s", e.what, when)
	}
	return fmt.Sprintf("%s never began: it was due %s", e.what, when)
}
