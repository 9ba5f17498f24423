// Package commands is the command line: a file for each verb, which turns
// flags and facts into a plan that is printed or run.
package commands

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/faults"
	"vagganet/commands/hints"
	"vagganet/commands/inner"
	"vagganet/commands/machine"
	"vagganet/commands/runstate"
	"vagganet/commands/settings"
	"vagganet/commands/supervisor"
	"vagganet/commands/terminal"
	"vagganet/netcmd"
	"vagganet/netcmd/gateway"
	"vagganet/netcmd/live"
	"vagganet/netcmd/plan"
)

// Machine is what the program asks of the machine that it runs on.
type Machine interface {
	// Has reports whether a program is there: by its path, or in PATH.
	Has(program string) bool
	// LegacyIptables reports whether a tool is an iptables of the legacy kind.
	LegacyIptables(iptables plan.Tool) bool
	// CanCut reports whether a tool is an ebtables that cuts links.
	CanCut(ebtables plan.Tool) bool
	// Kernel reads what cuts depend on of the kernel.
	Kernel() machine.Kernel
	// Facts reads what plans for a gateway depend on.
	Facts(gateway.Gateway) machine.Facts
	// User returns the user of that name.
	User(name string) (gateway.User, error)
	// Routes lists the networks that the host reaches, and the addresses it has.
	Routes() []machine.Route
	// Survey adds to the facts what else can be seen of the machine, and looks
	// for tools.
	Survey(f machine.Facts, tools []string) machine.Survey
	// Runs lists the runs that are up.
	Runs(gateway.Gateway) ([]runstate.Run, error)
	// SeenRuns lists them, too, and removes nothing of others.
	SeenRuns(gateway.Gateway) ([]runstate.Run, error)
	// Inside is the run that the caller is in; nil outside of any.
	Inside(gateway.Gateway) *runstate.Run
	// Process says how a process is.
	Process(pid int) machine.Process
	// Resolve follows the symbolic links of a path as a process sees them whose
	// root is base.
	Resolve(base, path string) (string, error)
	// Tree lists the folders of base on the way to each path.
	Tree(base string, paths []string) (netcmd.Tree, error)
	// GuestCommand is what is known of a guest's own command; its PID is 0 if
	// none can be seen.
	GuestCommand(run live.Run, guest string) live.Process
	// GuestPIDs are the guests' own commands, by guest; those that have none are not
	// in there.
	GuestPIDs(run live.Run) map[string]int
	// Nodes returns what is known of the processes of a run's guests.
	Nodes(run live.Run) []live.Node
	// Gone reports whether all processes of nodes have ended, StandStill whether none of
	// them runs.
	Gone(nodes []live.Node) bool
	StandStill(nodes []live.Node) bool
	// Lacks reports whether the kernel surely has no such module, whether built in or
	// to be loaded.
	Lacks(module string) bool
	// Program is this program's absolute path, and whether it lacks some of
	// its names beside it.
	Program() (path string, lacksNames bool)
}

// Host is the machine that the program runs on.
type Host struct{ machine.Host }

// Runs lists the runs that are up, and says of which others it removed the names.
func (Host) Runs(g gateway.Gateway) ([]runstate.Run, error) {
	return runstate.List(g, func(name string) { terminal.Say(terminal.Err, "run %s was killed: its name is free again", name) })
}

// SeenRuns lists the runs that are up, and leaves the names of others where they are.
func (Host) SeenRuns(g gateway.Gateway) ([]runstate.Run, error) { return runstate.List(g, nil) }

// Inside is the run that the caller is in; nil outside of any.
func (Host) Inside(g gateway.Gateway) *runstate.Run { return runstate.Inside(g) }

// GuestCommand is what is known of a guest's own command.
func (Host) GuestCommand(run live.Run, guest string) live.Process {
	if run.NoProc {
		return runstate.GuestCommandOnly(run.Supervisor, run.Dir+"/"+guest)
	}
	return runstate.GuestCommand(run.Supervisor, run.Dir+"/"+guest)
}

// GuestPIDs are the guests' own commands, by guest.
func (Host) GuestPIDs(run live.Run) map[string]int { return runstate.GuestPIDs(run) }

// Nodes returns what is known of the processes of a run's guests.
func (Host) Nodes(run live.Run) []live.Node { return runstate.Nodes(run) }

// Gone reports whether all processes of nodes have ended.
func (Host) Gone(nodes []live.Node) bool { return runstate.Gone(nodes) }

// StandStill reports whether no process of nodes runs.
func (Host) StandStill(nodes []live.Node) bool { return runstate.StandStill(nodes) }

// App is the program.
type App struct {
	Machine Machine
	Version string
	// Commit is what the program was built from; empty if make has not said so.
	Commit string
	// args is the command line.
	args []string
	// detached is what a run in the background has; nil for one in the foreground.
	detached *detached
	// asVagga says that the program was called by vagga's name.
	asVagga bool
}

// Main runs the program and returns its exit code.
func (a App) Main(args []string) int {
	if len(args) > 2 && args[1] == netcmd.EnvVerb {
		return inner.BecomeCommand(args[2:])
	}
	os.Setenv("PATH", withSystemFolders(os.Getenv("PATH")))
	if len(args) == 2 && args[1] == runstate.InsideVerb {
		return supervisor.Inside(func(err error) { hints.Report(terminal.Err, err) }, a.allowed)
	}
	if code, is := inner.Main(args[1:]); is {
		return code
	}
	if len(args) > 2 && args[1] == detachedVerb {
		a.detached = newDetached()
		return a.main(supervisor.UntilSignal, args[2:])
	}
	if len(args) > 1 && args[1] == completeVerb {
		a.complete(args[2:])
		return 0
	}
	return a.main(supervisor.UntilSignal, args)
}

// withSystemFolders adds the folders of ip and iptables, which plain users often
// don't have in PATH.
func withSystemFolders(path string) string {
	for _, dir := range []string{"/usr/sbin", "/sbin"} {
		if !slices.Contains(filepath.SplitList(path), dir) {
			path += ":" + dir
		}
	}
	return path
}

// main runs the program on a context that is made when a verb begins: what only writes
// the version is done before it would wait for signals.
func (a App) main(begin func() context.Context, args []string) int {
	a.args = args
	a.asVagga = filepath.Base(args[0]) == "vagga"
	app, called, err := a.arrange(args)
	app.Before = func(c *cli.Context) error {
		c.Context = begin()
		return nil
	}
	code := runVerb(app, called, err)
	lost := terminal.Lost()
	if lost == nil || code != 0 {
		return code
	}
	hints.Report(terminal.Err, lost)
	if cmdline.PassesOn(called.Path) {
		return cmdline.ExitOwn
	}
	return cmdline.ExitFailed
}

// runVerb runs a verb, unless there is an error already, reports the error, and
// returns the exit code.
func runVerb(app *cli.App, called cmdline.Call, err error) int {
	if err == nil {
		err = settings.Load()
	}
	if err == nil {
		err = settings.CheckEnvironment(flagsAt(app, called.Path))
	}
	if err == nil {
		err = asEnded(app, app.Run(called.Args))
	}
	var code cmdline.ExitCode
	if errors.As(err, &code) {
		return int(code)
	}
	if err == nil {
		return 0
	}
	hints.Report(terminal.Err, cmdline.WithUsage(err, called.Path))
	var usage cmdline.UsageError
	var by supervisor.Interrupted
	var coded cmdline.CodedError
	switch {
	case errors.As(err, &coded):
		return coded.Code
	case errors.As(err, &by):
		return 128 + int(by)
	case cmdline.PassesOn(called.Path):
		return cmdline.ExitOwn
	case errors.As(err, &usage):
		return cmdline.ExitUsage
	}
	return cmdline.ExitFailed
}

// verb is one by its name, not built yet.
type verb struct {
	name  string
	build func(App) *cli.Command
}

// verbs are all verbs, but help.
func verbs() []verb {
	return []verb{{"create", App.createVerb}, {"destroy", App.destroyVerb}, {"run", App.runVerb}, {"exec", App.execVerb},
		{"campaign", App.campaignVerb}, {"wait", App.waitVerb}, {"logs", App.logsVerb}, {"stop", App.stopVerb},
		{"partition", App.partitionVerb}, {"shape", App.shapeVerb},
		{"kill", App.killVerb}, {"pause", App.pauseVerb}, {"resume", App.resumeVerb}, {"start", App.startVerb}, {"capture", App.captureVerb}, {"check", App.checkVerb},
		{"status", App.statusVerb}, {"graph", App.graphVerb}, {"doctor", App.doctorVerb}, {"init", App.initVerb},
		{"version", App.versionVerb}, {faults.HealVerb, App.healVerb}}
}

// arrange takes a command line apart, and returns the program that it is for. That has
// only the verb which the line begins with, unless something is wrong, or help is asked
// for: then it has all of them, to say what was meant.
func (a App) arrange(args []string) (*cli.App, cmdline.Call, error) {
	if one, is := begins(args); is {
		app := a.cliOf(one)
		if called, err := cmdline.Arrange(app, cmdline.Alias(app, args)); err == nil {
			return app, called, nil
		}
	}
	app := a.cli()
	called, err := cmdline.Arrange(app, cmdline.Alias(app, args))
	return app, called, err
}

// begins returns the verb that a command line begins with, or none for --version; is is
// false where it begins with something else, or as vagga, whose commands may be called
// what a verb is.
func begins(args []string) (one []verb, is bool) {
	if filepath.Base(args[0]) == "vagga" {
		return nil, false
	}
	words := cmdline.Alias(nil, args)[1:]
	all := verbs()
	i := slices.IndexFunc(all, func(v verb) bool { return len(words) > 0 && v.name == words[0] })
	if i < 0 {
		return nil, slices.Equal(words, []string{"--version"})
	}
	return all[i : i+1], true
}

// cli is the program with all that it has.
func (a App) cli() *cli.App {
	app := a.cliOf(verbs())
	app.Commands = append(app.Commands, withoutHelp(cmdline.HelpVerb()))
	for _, t := range topics {
		app.Commands = append(app.Commands, withoutHelp(t.command()))
	}
	return app
}

// cliOf is the program with some verbs.
func (a App) cliOf(verbs []verb) *cli.App {
	app := &cli.App{
		Name:    "vagganet",
		Usage:   "test distributed systems under network faults, on one machine",
		Version: a.Version,
		// The verb help and the option --help are ours: see cmdline.Arrange.
		HideHelp: true,
		// A comma in a guest's command is no separator.
		DisableSliceFlagSeparator: true,
		Flags:                     globalFlags(),
		ExitErrHandler:            func(*cli.Context, error) {},
		OnUsageError:              cmdline.OnUsageError,
		Action:                    noVerb,
	}
	for _, v := range verbs {
		app.Commands = append(app.Commands, withoutHelp(v.build(a)))
	}
	app.Writer, app.ErrWriter = terminal.Out, io.Discard
	return app
}

// withoutHelp has the library leave the help and the usage errors of a command to us.
func withoutHelp(c *cli.Command) *cli.Command {
	c.OnUsageError, c.HideHelp = cmdline.OnUsageError, true
	for _, sub := range c.Subcommands {
		sub.HideHelp = true
		if sub.OnUsageError == nil {
			sub.OnUsageError = cmdline.OnUsageError
		}
	}
	return c
}

func noVerb(c *cli.Context) error {
	for _, name := range c.LocalFlagNames() {
		if verb := cmdline.FindCommand(c.App.Commands, c.String(name)); verb != nil {
			return hints.With(cmdline.Usagef("no verb is given"), "%q was taken for the value of --%s", c.String(name), name)
		}
	}
	if c.NumFlags() > 0 {
		return cmdline.Usagef("no verb is given")
	}
	return cmdline.WriteHelp(c.App, nil)
}

// flagsAt are the flags that count for a verb: its own, and the global ones.
func flagsAt(app *cli.App, path []string) []cli.Flag {
	flags := slices.Clone(app.Flags)
	if command := cmdline.CommandAt(app, path); command != nil {
		flags = append(flags, command.Flags...)
	}
	return flags
}
