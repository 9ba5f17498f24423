package commands

import (
	"github.com/urfave/cli/v2"

	"vagganet/commands/kinds"
	"vagganet/netcmd/live"
)

func (a App) shapeVerb() *cli.Command {
	return a.verbOf(kinds.Shape(a.lacks))
}

// readShapes reads how the links of a run are shaped, into now, also for a dry run:
// that is no change.
func (a App) readShapes(c *cli.Context, l live.Run, now *live.Observed) error {
	p := l.ListShapes()
	if err := a.checkTools(p); err != nil {
		return err
	}
	r := newRunner(c)
	if err := r.Run(c.Context, p); err != nil {
		return err
	}
	return l.ReadShapes(r.Var, now)
}

// lacks reports whether the kernel surely has no such module. It is not a.Machine.Lacks
// itself, since the list of verbs can be made without a machine.
func (a App) lacks(module string) bool { return a.Machine.Lacks(module) }
