package report

import (
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
	switch e.Kind {
	case events.RunBegin:
		s.Run, s.Begin = e.Run, e.Time
	case events.RunEnd:
		s.End = e.Time
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
