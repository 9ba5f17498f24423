package commands

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"

	"al.essio.dev/pkg/shellescape"
	"github.com/urfave/cli/v2"

	"vagganet/commands/checks"
	"vagganet/commands/cmdline"
	"vagganet/commands/config"
	"vagganet/commands/faults"
	"vagganet/commands/hints"
	"vagganet/commands/machine"
	"vagganet/commands/project"
	"vagganet/commands/report"
	"vagganet/commands/runner"
	"vagganet/commands/runstate"
	"vagganet/commands/supervisor"
	"vagganet/commands/terminal"
	"vagganet/netcmd"
	"vagganet/netcmd/addresses"
	"vagganet/netcmd/gateway"
)

func (a App) runVerb() *cli.Command {
	return &cli.Command{
		Name:      "run",
		Usage:     "run the children of a command, each in a network namespace of its own",
		ArgsUsage: "COMMAND [-- DRIVER ARGUMENT ...]",
		Flags: []cli.Flag{
			&cli.StringSliceFlag{Name: "guest", Usage: "run a guest by a shell command, as `NAME=COMMAND`, without a config file (repeatable)"},
			&cli.StringSliceFlag{Name: "only", Usage: "start only child `NAME`, or children with that tag (repeatable)"},
			&cli.StringSliceFlag{Name: "exclude", Usage: "don't start child `NAME`, or those with that tag (repeatable)"},
			&cli.BoolFlag{Name: "detach", Aliases: []string{"d"}, Usage: "print the run's name once all is ready, and go on in the background"},
			&cli.StringFlag{Name: "name", Usage: "the run's `NAME` (default: the command's, with a number if there are more)"},
			&cli.BoolFlag{Name: "isolated", Usage: "run without a gateway, and so without root: guests reach neither host nor internet"},
			&cli.BoolFlag{Name: "no-prefix", Usage: "print the children's lines without their names"},
			&cli.StringFlag{Name: "faults", Usage: "take the timeline of faults from `FILE`, and not from the command"},
			&cli.Uint64Flag{Name: "seed", DefaultText: "another one each time", Usage: "draw the timeline's faults by `NUMBER`; the same one draws the same faults"},
			&cli.StringFlag{Name: "events", Usage: "write the run's events to `FILE`, as JSON lines"},
			&cli.StringFlag{Name: "report", Usage: "write a page for a browser about the run to `FILE` when it is over"},
			&cli.StringFlag{Name: "out", Usage: "write the lines of each child, the events, a report and a summary into `DIRECTORY`, a new or empty one"},
			dryRunFlag(),
		},
		Action: a.runCommand,
	}
}

func (a App) runCommand(c *cli.Context) error {
	g, err := a.gatewayToMake(c)
	if err != nil {
		return err
	}
	argv, err := driverArgv(c)
	if err != nil {
		return err
	}
	if c.Bool("detach") && len(argv) > 0 {
		return cmdline.Usagef("run --detach takes no driver: %s would have no terminal", argv[0])
	}
	if c.Bool("detach") && !c.Bool("dry-run") && a.detached == nil {
		return a.detach(c)
	}
	use, err := a.useGateway(c, g)
	if err != nil {
		return err
	}
	defer use.Close()
	spec, facts, err := a.prepareRun(c, g)
	if err != nil {
		return err
	}
	if c.Bool("dry-run") {
		return a.apply(c, title(c, spec.Run.Command)+faults.Listed(spec.Faults)+readyListed(spec.Run)+driverListed(argv), spec.Run.Plan())
	}
	if err := a.checkTools(spec.Run.Plan()); err != nil {
		return err
	}
	g = spec.Run.Gateway
	if spec.Run.Isolated == nil {
		if err := checks.Resolver(g, facts); err != nil {
			hints.Report(terminal.Err, err)
		}
		what := g.Reach()
		// Hosts that take nothing are many, and mean it: create has said so once.
		what.NoHost = true
		what.NoIptables = cmp.Or(facts.Gateway.Parts.Note, &gateway.Note{}).NoIptables
		spec.Reach = &what
	}
	out, err := makeOut(c.String("out"), &spec, a.detached != nil)
	if err != nil {
		return err
	}
	listeners, err := report.Listen(c.String("events"), c.String("report"), out.listeners(), report.About{CommandLine: shellescape.QuoteCommand(a.args),
		Version: a.Version, Kernel: machine.KernelRelease(), NoLines: c.Bool("no-prefix")})
	if err != nil {
		out.undo()
		return err
	}
	spec.Lines = listeners.HasPage()
	saySeed(c, spec)
	defer closePorts(c, spec.Run, spec.Token)
	outside := supervisor.Outside{Events: listeners.Inside(), Out: out.folder()}
	if len(argv) > 0 {
		outside.Driver = a.startDriver(c, spec.Run, argv)
	}
	if err := a.detached.takeOutput(out.log(), &spec, &outside); err != nil {
		return err
	}
	defer a.detached.giveBack()
	code, err := startRun(c, spec, outside, func(code int) int {
		code = cmp.Or(code, sayUnwritten(listeners.Finish()))
		return cmp.Or(code, sayUnwritten(out.finish(listeners.Summary(), spec, code)))
	})
	if errors.Is(err, supervisor.ErrNotInside) && runner.LimitHint(err, "") == "" {
		return hints.With(err, "%s", checks.NotInsideHint(spec.Run.Isolated != nil))
	}
	if err != nil {
		return err
	}
	return cmdline.PassOn(code)
}

// startRun runs a run to its end, and returns its exit code. Finish is called once, however
// it ends, with the exit code so far.
func startRun(c *cli.Context, spec supervisor.Spec, outside supervisor.Outside, finish func(code int) int) (int, error) {
	finished := false
	outside.Finish = func(code int) int {
		finished = true
		return finish(code)
	}
	code, err := supervisor.Start(c.Context, spec, outside)
	switch {
	case finished:
	case err != nil:
		finish(cmdline.ExitOwn)
	default:
		code = finish(code)
	}
	return code, err
}

// sayUnwritten says what could not be written, and returns the exit code of that; 0 where
// all was.
func sayUnwritten(err error) int {
	if err == nil {
		return 0
	}
	hints.Report(terminal.Err, err)
	return cmdline.ExitOwn
}

// prepareRun is the run that the flags and the config file ask for, on this
// machine, checked.
func (a App) prepareRun(c *cli.Context, g gateway.Gateway) (supervisor.Spec, machine.Facts, error) {
	facts := a.Machine.Facts(g)
	if !c.Bool("isolated") {
		if err := adoptNetwork(c, &g, facts); err != nil {
			return supervisor.Spec{}, facts, err
		}
	}
	spec, command, err := a.spec(c, g, facts)
	if err != nil {
		return spec, facts, err
	}
	run := &spec.Run
	run.Legacy = facts.Legacy
	run.Hosts, run.Umask, run.OddNames = facts.Hosts, facts.Umask, facts.OddNames
	spec.Token = fmt.Sprintf("%016X%016X", rand.Uint64(), rand.Uint64())
	if run.Isolated == nil {
		run.ResolvConf = facts.Resolver.GuestFile(g.Network.Host())
	} else {
		project.WithoutPorts(run)
	}
	note := facts.Gateway.Parts.Note
	run.OneUserNS = facts.OneUserNS || run.Isolated == nil && note != nil && note.Restricted
	if told := project.WithoutEbtables(run); told != "" {
		terminal.Say(terminal.Err, "%s", told)
	}
	if why := project.AddIPv6(run); why != "" && command.WantsIPv6 {
		terminal.Say(terminal.Err, "ipv6 of %s is true, but its guests have no IPv6: %s", run.Command, why)
	}
	if err := checks.Settings(facts); err != nil && !c.Bool("dry-run") {
		return spec, facts, err
	}
	if run.NoProc = facts.NoProc; run.NoProc {
		terminal.Say(terminal.Err, "parts of /proc are hidden here, so guests run without a PID namespace of their own")
	}
	if err := checkProc(*run, spec.Faults); err != nil {
		return spec, facts, err
	}
	if err := checks.UserIDs(*run, facts); err != nil {
		return spec, facts, err
	}
	return spec, facts, a.checkPlace(c, *run, facts)
}

// spec is what the flags and the config file say, checked, with the command that it is
// made of.
func (a App) spec(c *cli.Context, g gateway.Gateway, facts machine.Facts) (supervisor.Spec, *config.Command, error) {
	command, file, err := a.command(c)
	if err != nil {
		return supervisor.Spec{}, nil, err
	}
	network, err := project.GuestNetwork(c.String("guest-network"), file)
	if err != nil {
		return supervisor.Spec{}, nil, err
	}
	if err := addresses.CheckApart(g.Network, network); err != nil && !c.Bool("isolated") {
		return supervisor.Spec{}, nil, hints.With(err, "choose another one by --guest-network or --network")
	}
	run := netcmd.Run{Name: command.Name, Command: command.Name, Gateway: g, Network: network,
		Network6: project.GuestNetwork6(command, file), MTU: command.MTU, IPv6: facts.IPv6, BridgeFilter: facts.BridgeFilter,
		ExactName: c.String("name") != "", KillAfter: command.KillUnresponsiveAfter, Roles: command.Roles}
	run.Program, run.Links = a.Machine.Program()
	if name := c.String("name"); name != "" {
		if err := config.CheckName("run", name); err != nil {
			return supervisor.Spec{}, nil, cmdline.AsUsage(err)
		}
		run.Name = name
	}
	chosen, err := project.Choose(command, c.StringSlice("only"), c.StringSlice("exclude"))
	if err != nil {
		return supervisor.Spec{}, nil, err
	}
	if c.Bool("isolated") {
		run.Isolated = &facts.Isolated
		run.Isolated.RunDir = project.RunDir(facts.RunDirs, command, chosen, file)
	}
	if err := project.AddChildren(a.Machine, &run, command, chosen, file); err != nil {
		return supervisor.Spec{}, nil, err
	}
	spec := supervisor.Spec{
		Run:        run,
		RunFolders: runstate.Folders(g),
		Prefix:     !c.Bool("no-prefix"),
		Trace:      c.Bool("trace"),
	}
	err = a.setFaults(c, &spec, command, file)
	return spec, command, err
}
