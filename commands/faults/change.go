// Package faults has the life of a fault: what a command does to the links of a run as
// a value, the plan that does it, and, in the run, when that is due, which links it has
// as long as nothing else has been done to them, and its end.
package faults

import (
	"slices"
	"syscall"
	"time"

	"vagganet/commands/events"
	"vagganet/netcmd/links"
	"vagganet/netcmd/live"
	"vagganet/netcmd/plan"
)

// Change is what a command does to the links of a run, whatever they are like by then.
// The run gets it before that is done: should the command be killed meanwhile, that is
// all that is known.
type Change struct {
	// What is the command, as one would type it: "isolate a".
	What string `json:"what"`
	// Whom are the nodes, where some were drawn: groups with "|" between them.
	Whom string `json:"whom"`
	// Roles are those that nodes were asked for, with the nodes that are in them: "n1 n2".
	Roles map[string]string `json:"roles,omitempty"`
	// By is ByCommand or ByTimeline.
	By string `json:"by"`
	// Replaces lists the layers of which it sets all links, named or not: those not
	// named work again.
	Replaces []Layer `json:"replaces"`
	// State are the links that it sets. It is nil for layers that it is not about.
	events.State
	// For is how long until what it cuts is to be healed; 0 for never.
	For time.Duration `json:"for"`
	// Heals is the number of the fault that this one takes back, since its time is
	// up; 0 for none. It is the run that knows what State is left to heal then.
	Heals int `json:"heals"`
	// Asked is the events.Clock when the command began.
	Asked time.Duration `json:"asked"`

	// Shape is what the links of State.Shapes are to do.
	Shape links.Shape `json:"-"`
	// Signal is what the nodes of State.Nodes get that are to be down.
	Signal syscall.Signal `json:"-"`
	// FromSet reports whether nodes are those of a set, or all, and not each meant by its name.
	FromSet bool `json:"-"`
	// Lines tell a person which links they are, where What leaves that open.
	Lines []string `json:"-"`
}

// Who makes faults.
const (
	ByCommand  = "command"
	ByTimeline = "timeline"
)

// Layer is a kind of links.
type Layer string

// The kinds of links, as an events.State has them.
const (
	Cuts    Layer = "cut"
	Uplinks Layer = "uplinks"
	Shapes  Layer = "shapes"
	// Nodes are no links: what is done to the processes of nodes.
	Nodes Layer = "nodes"
)

// Done is how a change went: all of it is in force.
type Done struct {
	// Clock is when it came to be in force, Took how long it took, and Skew
	// how far the first and the last of what was done together lie apart.
	Clock, Took, Skew time.Duration
}

// Check is what a check has found.
type Check struct {
	Differences int
	// Text says the same in one line.
	Text string
	// By is ByCommand or ByTimeline.
	By string
}

// Sets reports whether the change is about links of a layer.
func (c Change) Sets(l Layer) bool {
	return layers(c.State)[l] != nil || c.replaces(l)
}

// layers are the rows of a state, by what they are about.
func layers(s events.State) map[Layer][]links.Row {
	return map[Layer][]links.Row{Cuts: s.Cut, Uplinks: s.Uplinks, Shapes: s.Shapes, Nodes: s.Nodes}
}

// Adapts reports whether the change takes what is cut now, and alters it.
func (c Change) Adapts() bool { return (c.Sets(Cuts) || c.Sets(Uplinks)) && !c.replaces(Cuts) }

// replaces reports whether the change sets all links of a layer. One that replaces
// uplinks replaces links between guests, too.
func (c Change) replaces(l Layer) bool { return slices.Contains(c.Replaces, l) }

// Apply returns what there is after the change, where now is what there was before.
func (c Change) Apply(now links.Faults) (links.Faults, error) {
	switch {
	case c.replaces(Uplinks):
		now.Cuts = links.FullMesh(now.Cuts.Guests)
	case c.replaces(Cuts):
		now.Cuts = now.Cuts.By(links.Up)
	}
	if c.replaces(Shapes) {
		now.Shapes = links.NoShapes(now.Shapes.Guests)
	}
	var err error
	if now.Cuts, err = now.Cuts.With(c.Cut); err != nil {
		return now, err
	}
	for _, r := range c.Uplinks {
		how, err := links.ParseHow(r.How)
		if err != nil {
			return now, err
		}
		if now.Cuts, err = now.Cuts.WithUplinks([]string{r.From}, links.State{How: how}); err != nil {
			return now, err
		}
	}
	now.Shapes = now.Shapes.With(c.Shapes, c.Shape)
	return now, nil
}

// Plan returns the plan that makes the change: wanted is what Apply has made of now.
func (c Change) Plan(run live.Run, wanted links.Faults, now live.Observed) plan.Plan {
	var p plan.Plan
	if c.replaces(Uplinks) {
		p = run.Heal()
	} else {
		if c.Sets(Cuts) {
			p = append(p, run.Partition(wanted.Cuts, now)...)
		}
		if c.Sets(Uplinks) {
			p = append(p, run.CutUplinks(wanted.Cuts, now)...)
		}
	}
	if c.Sets(Shapes) {
		p = append(p, run.Shape(wanted.Shapes, now)...)
	}
	return p
}

// PlanNodes returns the plan that makes the change to nodes, which are those of
// State.Nodes, in its order, as they are now.
func (c Change) PlanNodes(run live.Run, nodes []live.Node) plan.Plan {
	var kill, pause, resume, start []live.Node
	for i, n := range nodes {
		switch how := c.Nodes[i].How; {
		case how == events.Down && n.Down && !n.Runs(), how == events.Paused && n.Paused:
			// It is so already.
		case how == events.Down || c.Signal != 0:
			kill = append(kill, n)
		case how == events.Paused:
			pause = append(pause, n)
		case n.Paused:
			resume = append(resume, n)
		case n.Down:
			start = append(start, n)
		}
	}
	var p plan.Plan
	if kill != nil {
		p = append(p, run.KillNodes(kill, c.Signal)...)
	}
	if pause != nil {
		p = append(p, run.PauseNodes(pause)...)
	}
	if resume != nil {
		p = append(p, run.ResumeNodes(resume)...)
	}
	if start != nil {
		p = append(p, run.StartNodes(start)...)
	}
	return p
}

// Script returns the change's plan p, and, where it has an end, what waits for that and
// then heals it: a script has nobody else to do so.
func (c Change) Script(run live.Run, p plan.Plan, wanted links.Faults, now live.Observed) (plan.Plan, error) {
	if c.For == 0 {
		return p, nil
	}
	heal, after := Heal(c.State), run.After(p, now)
	after.Shapes = wanted.Shapes
	healed, err := heal.Apply(after.Faults)
	return slices.Concat(p, live.Pause(c.For), heal.Plan(run, healed, after)), err
}

// Heal returns the change after which links work and nodes run again, whatever rows say
// of them.
func Heal(s events.State) Change {
	works := func(rows []links.Row) []links.Row {
		rows = slices.Clone(rows)
		for i := range rows {
			rows[i].How = ""
		}
		return rows
	}
	return Change{What: "heal", By: ByCommand,
		State: events.State{Cut: works(s.Cut), Uplinks: works(s.Uplinks), Shapes: works(s.Shapes), Nodes: works(s.Nodes)}}
}
