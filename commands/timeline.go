package commands

import (
	"cmp"
	"fmt"
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
	"vagganet/netcmd/plan"
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
		planned, path = command.ExpandFaults(planned), name
	}
	for _, f := range planned {
		random, err := kinds.Check(spec.Run, f, a.Machine.Lacks)
		if err != nil {
			return &config.Error{Path: path, Line: f.Line, Msg: err.Error(), Hint: cmp.Or(kinds.NodeHint(spec.Run, command, err), hints.For(err))}
		}
		spec.Faults = append(spec.Faults, faults.Planned{Fault: f, Random: random})
	}
	once := func(f config.Fault) bool { return f.Every == 0 }
	if spec.Run.Mode == plan.Timeline && !slices.ContainsFunc(planned, once) {
		return hints.With(fmt.Errorf("the run ends with its timeline, since its mode is timeline, but no fault comes only once"),
			"add one with at: and without every:, such as {at: 1m, check: true}, or take another mode")
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

// saySeed writes by what seed the faults of a timeline are drawn, if it was chosen here.
func saySeed(c *cli.Context, spec supervisor.Spec) {
	drawn := slices.ContainsFunc(spec.Faults, func(f faults.Planned) bool { return f.Random })
	if drawn && !c.IsSet("seed") {
		terminal.Say(terminal.Err, "seed %d: with run --seed %d, the same faults are drawn again", spec.Run.Seed, spec.Run.Seed)
	}
}

// readyListed returns what is said in a script of children that wait for others, which it
// doesn't do.
func readyListed(run netcmd.Run) string {
	text := ""
	for _, c := range run.Children {
		if c.Ready != nil || c.After != nil || c.Restart != netcmd.NoRestart {
			text += " " + c.Name
		}
	}
	if text == "" {
		return ""
	}
	return "\nthe script starts all children at once, and leaves out ready, after and restart of:" + text
}

// checkProc returns an error if a timeline is to do something to processes that it can't
// see: where parts of /proc are hidden, those of a run are known from outside alone.
func checkProc(run netcmd.Run, planned []faults.Planned) error {
	for _, f := range planned {
		if run.NoProc && (f.Verb == "kill" || f.Verb == "pause") {
			return hints.With(fmt.Errorf("parts of /proc are hidden here, so a timeline can't %s nodes", f.Verb),
				"from outside of the run, it works: vagganet %s NODE", f.Verb)
		}
	}
	return nil
}
