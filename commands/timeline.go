package commands

import (
	"cmp"
	"errors"
	"math/rand/v2"
	"os"
	"slices"

	"github.com/urfave/cli/v2"

	"vagganet/commands/config"
	"vagganet/commands/faults"
	"vagganet/commands/hints"
	"vagganet/commands/kinds"
	"vagganet/commands/supervisor"
	"vagganet/commands/terminal"
	"vagganet/netcmd"
	"vagganet/netcmd/links"
)

// scriptSeed is the seed of a run that a script starts, unless another one is asked
// for: the script is the same each time that it is printed.
const scriptSeed = 1

// setFaults gives a run its timeline: the command's, or else that of --faults.
// Whatever can't be done to these guests is an error now.
func (a App) setFaults(c *cli.Context, spec *supervisor.Spec, command *config.Command, file *config.File) error {
	planned, path := command.Faults, ""
	if file != nil {
		path = file.Path
	}
	if name := c.String("faults"); name != "" {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if planned, err = config.ParseFaults(name, text); err != nil {
			return err
		}
		path = name
	}
	for _, f := range planned {
		random, err := kinds.Check(spec.Run, f, a.Machine.Lacks)
		if err != nil {
			return &config.Error{Path: path, Line: f.Line, Msg: err.Error(), Hint: cmp.Or(nodeHint(spec.Run, command, err), hints.For(err))}
		}
		spec.Faults = append(spec.Faults, faults.Planned{Fault: f, Random: random})
	}
	switch {
	case c.IsSet("seed"):
		spec.Run.Seed = c.Uint64("seed")
	case c.Bool("dry-run"):
		spec.Run.Seed = scriptSeed
	default:
		spec.Run.Seed = uint64(rand.Uint32())
	}
	return nil
}

// nodeHint is the cure where a fault names a child that is no guest of the run;
// empty if that is not what is wrong.
func nodeHint(run netcmd.Run, command *config.Command, err error) string {
	var none *links.NoGuestError
	if !errors.As(err, &none) {
		return ""
	}
	for _, c := range run.Children {
		switch {
		case c.Name != none.Name:
		case c.Node == netcmd.Bridge:
			return c.Name + " is a bridge command: it sees every guest, and has no links of its own"
		default:
			return c.Name + " has no network of its own: with \"network: {}\" it is a guest"
		}
	}
	if slices.ContainsFunc(command.Children, func(c *config.Child) bool { return c.Name == none.Name }) {
		return none.Name + " is not started: --only or --exclude leaves it out"
	}
	return ""
}

// saySeed says by what the faults of a timeline are drawn, if it was chosen here.
func saySeed(c *cli.Context, spec supervisor.Spec) {
	drawn := slices.ContainsFunc(spec.Faults, func(f faults.Planned) bool { return f.Random })
	if drawn && !c.IsSet("seed") {
		terminal.Say(terminal.Err, "seed %d: with run --seed %d, the same faults are drawn again", spec.Run.Seed, spec.Run.Seed)
	}
}

// listed tells of the timeline in a script, which does without.
func listed(planned []faults.Planned) string {
	if len(planned) == 0 {
		return ""
	}
	text := "\nthe script leaves out the timeline of faults, which the program keeps itself:"
	for _, f := range planned {
		text += "\n" + f.String()
	}
	return text
}
