package live

import (
	"vagganet/netcmd"
	"vagganet/netcmd/links"
	"vagganet/netcmd/plan"
	"vagganet/netcmd/tc"
)

const shapesRead = "shapes"

// ListShapes is the plan that reads how links are shaped. What it captures is for
// ReadShapes.
func (l Run) ListShapes() plan.Plan {
	s := l.at(netcmd.Bridge, "how links are shaped", l.Tools.TC.With("-json", "-batch", "-")...)
	s.Stdin, s.Capture = plan.Lines(tc.List(l.Names())...), shapesRead
	return plan.Plan{s}
}

// ReadShapes reads how links are shaped from what ListShapes captured, into now: the
// reverse of Shape.
func (l Run) ReadShapes(captured Captured, now *Observed) error {
	text, err := captured(shapesRead)
	if err == nil {
		now.Shapes, now.queues, err = tc.Read(text, l.Names(), l.addressOf())
	}
	return err
}

// Shape is the plan that gives the links these shapes and no others. Now is what
// ReadShapes has found. The plan is empty where all links are as they should be.
func (l Run) Shape(wanted links.Shapes, now Observed) plan.Plan {
	batch := tc.Lines(wanted, now.Shapes, now.queues, l.addressOf(), l.MTU)
	if batch == nil {
		return nil
	}
	s := l.at(netcmd.Bridge, "how links are shaped", l.Tools.TC.With("-batch", "-")...)
	s.Stdin = plan.Lines(batch...)
	return plan.Plan{s}
}
