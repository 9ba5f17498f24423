package report

import (
	"math"
	"slices"
	"time"

	"vagganet/commands/events"
)

// Summary is the result of a run for programs, which "run --out" writes as run.json.
type Summary struct {
	Run         string `json:"run"`
	Command     string `json:"command"`
	CommandLine string `json:"command_line"`
	// Seed is what the run's faults are drawn by.
	Seed uint64 `json:"seed"`
	// Code is the exit code.
	Code     int          `json:"code"`
	Children []ChildEnded `json:"children"`
	// Missed and Late are faults and checks of the timeline that were due and never began,
	// or began when they should have been over.
	Missed []Amiss `json:"missed"`
	Late   []Amiss `json:"late"`
	// Failed are entries that failed, and ends of faults that did.
	Failed []Amiss `json:"failed"`
	// Pending are entries that were not due yet when the run ended.
	Pending []Amiss `json:"pending"`
	// Faults are all that were made, in their order.
	Faults []Fault `json:"faults"`
	// Latest is by how many seconds the latest entry of the timeline came late, or had not
	// come when it was given up.
	Latest float64 `json:"latest"`
	// Begin is when the network was up, and End when the last child had ended; both are
	// absent where it never was.
	Begin   time.Time `json:"begin,omitzero"`
	End     time.Time `json:"end,omitzero"`
	Version string    `json:"version"`
	Kernel  string    `json:"kernel"`
}

// ChildEnded is how a child has ended, the last time.
type ChildEnded struct {
	Name string `json:"name"`
	Node string `json:"node"`
	// Code is its exit code; null where it was never started, or has not ended.
	Code *int `json:"code"`
	// Starts is how often it was started.
	Starts int `json:"starts"`
}

// Fault is one that was made, by a command or by the timeline.
type Fault struct {
	What string `json:"what"`
	// Whom are the nodes, where some were drawn or asked for.
	Whom string `json:"whom,omitempty"`
	By   string `json:"by"`
	// Due is when it was due, in seconds of the timeline, and Late how long after that it
	// began; absent of a command.
	Due  *float64 `json:"due,omitempty"`
	Late float64  `json:"late,omitempty"`
	// Begin is when it was in force, in seconds since the network was up, and Seconds how
	// long some of it was.
	Begin   float64 `json:"begin"`
	Seconds float64 `json:"seconds"`

	id int // 0 when it is over
}

// Amiss is an entry of the timeline that did not come in its time.
type Amiss struct {
	What string `json:"what"`
	// Due is when it was due the first time, in seconds of the timeline, and Times how often
	// that happened.
	Due   float64 `json:"due"`
	Times int     `json:"times"`
}

// add takes note of an event.
func (s *Summary) add(e events.Event) {
	s.Latest = max(s.Latest, e.Late)
	switch e.Kind {
	case events.RunBegin:
		s.Run, s.Begin = e.Run, e.Time
	case events.RunEnd:
		s.End = e.Time
		for i := range s.Faults {
			s.end(s.Faults[i].id, e.Mono)
		}
	case events.FaultBegin:
		s.Faults = append(s.Faults, Fault{What: e.What, Whom: e.Whom, By: e.By, Due: e.Due, Late: e.Late, Begin: e.Mono, id: e.ID})
	case events.FaultEnd:
		s.end(e.ID, e.Mono)
	case events.Start:
		c := s.child(e)
		c.Starts++
		c.Code = nil
	case events.Exit:
		s.child(e).Code = e.Code
	case events.FaultMissed:
		addAmiss(&s.Missed, e)
	case events.FaultLate:
		addAmiss(&s.Late, e)
	case events.FaultFailed:
		addAmiss(&s.Failed, e)
	case events.FaultPending:
		addAmiss(&s.Pending, e)
	}
}

// MadePlanned reports whether a fault of the timeline was made.
func (s *Summary) MadePlanned() bool {
	return slices.ContainsFunc(s.Faults, func(f Fault) bool { return f.Due != nil })
}

// end takes note that a fault is over.
func (s *Summary) end(id int, mono float64) {
	i := slices.IndexFunc(s.Faults, func(f Fault) bool { return id != 0 && f.id == id })
	if i >= 0 {
		f := &s.Faults[i]
		f.Seconds, f.id = math.Round((mono-f.Begin)*1e6)/1e6, 0
	}
}

func (s *Summary) child(e events.Event) *ChildEnded {
	i := slices.IndexFunc(s.Children, func(c ChildEnded) bool { return c.Name == e.Child })
	if i < 0 {
		i = len(s.Children)
		s.Children = append(s.Children, ChildEnded{Name: e.Child, Node: e.Node})
	}
	return &s.Children[i]
}

func addAmiss(list *[]Amiss, e events.Event) {
	i := slices.IndexFunc(*list, func(a Amiss) bool { return a.What == e.What })
	if i < 0 {
		i = len(*list)
		*list = append(*list, Amiss{What: e.What})
		if e.Due != nil {
			(*list)[i].Due = *e.Due
		}
	}
	(*list)[i].Times++
}
