package commands

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/config"
	"vagganet/commands/faults"
	"vagganet/commands/hints"
	"vagganet/commands/supervisor"
	"vagganet/commands/terminal"
	"vagganet/netcmd"
	"vagganet/netcmd/links"
	"vagganet/netcmd/live"
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
		random, err := a.checkFault(spec.Run, f)
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

// checkFault reads the words of an entry as the verb will. Random reports whether it
// would draw nodes by a seed of its own choice.
func (a App) checkFault(run netcmd.Run, f config.Fault) (random bool, err error) {
	verb := &cli.Command{Name: f.Verb, HideHelpCommand: true, OnUsageError: onUsageError, Action: noKind}
	check := func(k kind) *cli.Command {
		return k.command(func(c *cli.Context) error {
			random = hasFlag(k, "seed") && !c.IsSet("seed")
			return k.check(c, run, f)
		})
	}
	switch f.Verb {
	case "check":
		return false, nil
	case "shape":
		verb = check(a.shapeKind())
	case "partition":
		for _, k := range kinds() {
			verb.Subcommands = append(verb.Subcommands, check(k))
		}
	}
	app := &cli.App{Commands: []*cli.Command{verb}, HideHelp: true, HideVersion: true,
		OnUsageError: onUsageError, ExitErrHandler: func(*cli.Context, error) {}}
	app.Writer, app.ErrWriter = io.Discard, io.Discard
	called, err := cmdline.Arrange(app, append([]string{"vagganet", f.Verb}, f.Words...))
	if err == nil {
		err = app.Run(called.Args)
	}
	return random, cmdline.WithUsage(err, called.Path)
}

// check says why a kind can't be what a timeline has it do.
func (k kind) check(c *cli.Context, run netcmd.Run, f config.Fault) error {
	switch cuts := hasFlag(k, "for") && c.Args().First() != "on"; {
	case c.IsSet("for"):
		return errors.New("--for is not for a timeline; write for: beside it")
	case f.For > 0 && c.Bool("clear"):
		return errors.New("--clear does nothing that could be healed; for: is for what does")
	case f.For > 0 && !cuts:
		return fmt.Errorf("%s cuts nothing; for: is for what does", strings.Join(f.Words, " "))
	case k.name == "uplink" && run.Gateway.Isolated != nil:
		return errors.New("an isolated run has no uplink")
	}
	forGuests, err := k.change(c)
	if err != nil {
		return err
	}
	l := live.Run{Info: netcmd.Info{Run: run.Name, Guests: run.Guests}, Tools: run.Gateway.Tools, BridgeFilter: run.BridgeFilter}
	change, err := forGuests(l.Names())
	if err != nil {
		return err
	}
	made, err := change.Apply(live.NoFaults(l.Names()))
	if err != nil {
		return err
	}
	return checkBridgeFilter(l, made.Cuts)
}

func hasFlag(k kind, name string) bool {
	return cmdline.FindFlag(k.flags, "--"+name) != nil
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
