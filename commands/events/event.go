// Package events has the events of a run: their form, and what writes them.
//
// The form is JSON lines, which "run --events FILE" writes. Each has
//
//	mono   seconds since the run's network was up, by CLOCK_MONOTONIC; no line has less than the one before
//	time   the same by the wall clock, in UTC
//	event  one of the kinds below, which says what else is there
//
// Kinds, in the order in which a reader meets them:
//
//	run-begin     run, command, guests (name, ip, hostname), slot (-1 without a gateway), seed where faults are drawn
//	node-up       node, ip
//	start         child, and its node: a guest, "bridge", or none in the caller's network
//	exit          child, node, code (128+N for signal N)
//	ready         child, node: what its config says of that has come
//	run-ready     all children have been started and are ready: the timeline begins
//	role          a command has asked which nodes are in a role, for the fault that it begins next: role, whom (those that are), by
//	fault-begin   a command has cut links, or killed or paused nodes: id, what, whom (of what is drawn: the nodes), by ("command" or "timeline"), for (seconds, if it heals by itself),
//	              asked, took_ms and skew_ms, and what is cut now; by the timeline also due, and late (both in seconds,
//	              absent where it is 0). With "interrupted" the command was killed, or failed,
//	              before it said that all of it is in force.
//	fault-change  a command has changed what is cut, and cut nothing itself: what, by, and as above
//	fault-end     none of the links that it cut is cut by it any more: id, what, and what is cut now. With "timed" its
//	              time was up; else a later command has healed them or taken them over, or the run is over.
//	fault-missed  a fault or check of the timeline was due and never began: what, by, due (seconds of the timeline), and
//	              how long it was due by then, late (seconds)
//	fault-late    one began so late that it should have been over: the same; what began stands before it
//	fault-pending one was not due yet when the run ended: what, by, due
//	fault-failed  a command of the timeline, or a heal whose time had come, has failed: what, code, and due of the first
//	check         what, ok, differences (a number), by
//	exec          a command of the timeline has ended: what, code, due
//	suspend       the run stands still (Ctrl+Z), and so do the clocks of its faults
//	resume        it goes on
//	line          child, node, stream ("stdout" or "stderr"), bytes: that many follow, which are one or more lines that
//	              came together, as the child wrote them; only where somebody asked for them
//	run-end       code
//
// What is cut now is the whole of it, after the event: "cut" are links between
// guests, "uplinks" the guests' ways to host and internet, and "shapes" links that
// are slow or lose packets. Each is a list of rows {from, to, how}: to lists who
// doesn't hear from, and is absent for uplinks. How is drop, reject or new, or what
// a shape does. "nodes" are rows {from, how} as well, of nodes that are "down" or "paused".
// "groups" are lists of nodes: those of one have the same links, cut or shaped, with each
// node outside of it. It is absent where all nodes are one group, as when nothing is cut.
// What is cut from each other has the smallest group first, a bridge is the second of
// three, one node against all others is the first of two, and a ring has a group for each node,
// neighbours next to each other.
//
// The fault was not in force at "asked", when its command began, and is at "mono";
// in between are took_ms, from the first of its steps to the end of the last, and
// skew_ms, from the end of the first to the end of the last of the steps that cut
// at the same time: 0 where one transaction does it all.
package events

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"vagganet/commands/groups"
	"vagganet/netcmd/links"
)

// Kind is what sort of event it is.
type Kind string

// The kinds of events.
const (
	RunBegin     Kind = "run-begin"
	NodeUp       Kind = "node-up"
	Start        Kind = "start"
	Exit         Kind = "exit"
	Ready        Kind = "ready"
	RunReady     Kind = "run-ready"
	Role         Kind = "role"
	FaultBegin   Kind = "fault-begin"
	FaultChange  Kind = "fault-change"
	FaultEnd     Kind = "fault-end"
	FaultFailed  Kind = "fault-failed"
	FaultMissed  Kind = "fault-missed"
	FaultLate    Kind = "fault-late"
	FaultPending Kind = "fault-pending"
	Checked      Kind = "check"
	Exec         Kind = "exec"
	Suspend      Kind = "suspend"
	Resume       Kind = "resume"
	Line         Kind = "line"
	RunEnd       Kind = "run-end"
)

// Event is one line. Fields that its kind doesn't have are absent.
type Event struct {
	Mono float64   `json:"mono"`
	Time time.Time `json:"time"`
	Kind Kind      `json:"event"`

	Run     string  `json:"run,omitempty"`
	Command string  `json:"command,omitempty"`
	Guests  []Guest `json:"guests,omitempty"`
	Slot    *int    `json:"slot,omitempty"`
	Seed    *uint64 `json:"seed,omitempty"`

	Child  string     `json:"child,omitempty"`
	Node   string     `json:"node,omitempty"`
	IP     netip.Addr `json:"ip,omitzero"`
	Code   *int       `json:"code,omitempty"`
	Stream string     `json:"stream,omitempty"`
	// Lines follow the event as they are: in JSON, each of a flood of short ones
	// would cost more than all the rest that is done with it.
	Bytes int    `json:"bytes,omitempty"`
	Lines []byte `json:"-"`

	ID          int      `json:"id,omitempty"`
	What        string   `json:"what,omitempty"`
	Role        string   `json:"role,omitempty"`
	Whom        string   `json:"whom,omitempty"`
	By          string   `json:"by,omitempty"`
	For         float64  `json:"for,omitempty"`
	Asked       *float64 `json:"asked,omitempty"`
	TookMS      *float64 `json:"took_ms,omitempty"`
	SkewMS      *float64 `json:"skew_ms,omitempty"`
	Interrupted bool     `json:"interrupted,omitempty"`
	Timed       bool     `json:"timed,omitempty"`
	Due         *float64 `json:"due,omitempty"`
	Late        float64  `json:"late,omitempty"`
	*State
	// Groups are the nodes whose links are alike, which the Writer finds in the State.
	Groups [][]string `json:"groups,omitempty"`

	OK          *bool `json:"ok,omitempty"`
	Differences *int  `json:"differences,omitempty"`
}

// GuestNames returns the names of the guests with which a run begins.
func (e Event) GuestNames() []string {
	var names []string
	for _, g := range e.Guests {
		names = append(names, g.Name)
	}
	return names
}

// Title is what a person reads for a fault: the command, and where it drew nodes,
// these in place of the seed, which the command has last. What is long is cut short.
func (e Event) Title() string {
	what, whom := e.What, ""
	if e.Whom != "" {
		what, _, _ = strings.Cut(what, " --seed ")
		whom = ": " + groups.BriefSummary(e.Whom)
	}
	if len(what) > titleMost {
		what = links.Brief(strings.Fields(what), " ")
	}
	return what + whom
}

// titleMost is how many bytes of a command are shown as they are.
const titleMost = 120

// Note returns what stands behind the title of a fault; empty for nothing.
func (e Event) Note() string {
	switch {
	case e.Kind == FaultMissed:
		return fmt.Sprintf(" never began, due at %v", e.due())
	case e.Kind == FaultLate:
		return fmt.Sprintf(" began %v late, due at %v", inSeconds(e.Late), e.due())
	case e.Kind == FaultPending:
		return fmt.Sprintf(" was not due yet, planned at %v", e.due())
	case e.Interrupted:
		return " (interrupted, may be in force)"
	case e.For > 0:
		return fmt.Sprintf(" (for %v)", inSeconds(e.For))
	}
	return ""
}

// due is when it was due by the timeline; 0 if that isn't known.
func (e Event) due() time.Duration {
	if e.Due == nil {
		return 0
	}
	return inSeconds(*e.Due)
}

func inSeconds(s float64) time.Duration {
	return time.Duration(s * float64(time.Second)).Round(time.Millisecond)
}

// Guest is a node of the run, as its beginning lists it.
type Guest struct {
	Name     string     `json:"name"`
	IP       netip.Addr `json:"ip"`
	Hostname string     `json:"hostname"`
}

// State is all that is cut or shaped, in rows.
type State struct {
	Cut     []links.Row `json:"cut"`
	Uplinks []links.Row `json:"uplinks"`
	Shapes  []links.Row `json:"shapes"`
	// Nodes are those whose processes are not as they were started: How is Down or Paused.
	Nodes []links.Row `json:"nodes"`
}

// What a fault does to a node, in a row of State.Nodes. A row without it is that of a node
// that is to run.
const (
	Down   = "down"
	Paused = "paused"
)
