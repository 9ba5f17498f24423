package commands

import (
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/faults"
	"vagganet/commands/hints"
	"vagganet/commands/supervisor"
	"vagganet/commands/terminal"
	"vagganet/netcmd/links"
	"vagganet/netcmd/live"
)

func howFlag() cli.Flag {
	return &cli.StringFlag{Name: "how", Value: string(links.Drop),
		Usage: "the `WAY` to cut: drop (it vanishes), reject (it is refused), new (only what opens a connection vanishes)"}
}

func oneWayFlag() cli.Flag {
	return &cli.BoolFlag{Name: "one-way", Usage: "cut only what the nodes send, or what clusters send to those named after them"}
}

func seedFlag() cli.Flag {
	return &cli.Uint64Flag{Name: "seed", DefaultText: "another one each time", Usage: "the same `NUMBER` draws the same nodes"}
}

func (a App) partitionVerb() *cli.Command {
	flags := []cli.Flag{runFlag(), dryRunFlag()}
	verb := &cli.Command{
		Name:      "partition",
		Aliases:   []string{"_network"},
		Usage:     "cut links between the guests of a run",
		ArgsUsage: "KIND [NODE ...]",
		Description: "Replaces the run's partition by another one, for all guests at once; cut and heal\n" +
			"change the one there is. Loopback and the bridge's address are never cut, and\n" +
			"host and internet only by uplink. \"vagganet help faults\" tells more.",
		Flags:           flags,
		HideHelpCommand: true,
		Action:          noKind,
	}
	for _, k := range kinds() {
		// No help verb: a node may be called so.
		verb.Subcommands = append(verb.Subcommands, k.command(a.orAsk(a.changeBy(k), "partition", k.name), flags...))
	}
	verb.Subcommands = append(verb.Subcommands, &cli.Command{Name: "run", ArgsUsage: "NODE COMMAND [ARGUMENT ...]", Flags: flags,
		Action: a.partitionRun, HideHelpCommand: true,
		OnUsageError: func(_ *cli.Context, err error, _ bool) error { return own(cmdline.AsUsage(err)) },
		Usage:        "run a command in the network of a node, in the caller's file system"})
	return verb
}

// checkBridgeFilter says what these cuts lack of the kernel. It is not loaded by
// the way: that would lead the host's own bridges through its firewall.
func checkBridgeFilter(l live.Run, cuts links.Cuts) error {
	if l.BridgeFilter || !l.NeedsBridgeFilter(cuts) {
		return nil
	}
	what := "--how reject and --how new take"
	if l.Tools.Ebtables == nil {
		what = "run " + l.Run + " has no ebtables, and iptables takes"
	}
	return hints.With(fmt.Errorf("%s the kernel's br_netfilter, which is not loaded", what), bridgeFilterHint)
}

// bridgeFilterHint is how to load it, and to keep the host's bridges as they are.
const bridgeFilterHint = "load it, and keep it off the host's own bridges: sudo modprobe br_netfilter && " +
	"sudo sysctl -w net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0 net.bridge.bridge-nf-call-arptables=0"

// sayMore says what one may not expect of a change, and its lines, which a script has as
// comments.
func sayMore(c *cli.Context, change faults.Change, cuts links.Cuts) {
	if os.Getenv(supervisor.TimelineVariable) != "" {
		return // the run tells of it
	}
	if !c.Bool("dry-run") {
		for _, line := range change.Lines {
			terminal.Say(terminal.Err, "%s", line)
		}
	}
	if !change.Sets(faults.Cuts) {
		return
	}
	if l, found := cuts.HalfDead(); found {
		from := "looks dead from both ends"
		if l.How == links.Reject {
			from = "is refused to " + l.From + " and looks dead to " + l.To
		}
		terminal.Say(terminal.Err, "what %s sends doesn't reach %s, but what %s sends reaches %s: TCP needs both, and %s",
			l.From, l.To, l.To, l.From, from)
	}
}

func (a App) partitionRun(c *cli.Context) error {
	node, argv, err := nodeAndCommand(c)
	if err != nil {
		return own(err)
	}
	live, err := a.liveRun(c)
	if err != nil {
		return own(err)
	}
	if err := checkNode(live, node); err != nil {
		return own(err)
	}
	return own(a.foreground(c, live.Enter(node, argv), false))
}

// own gives vagganet's errors a code of their own, where the exit code is else
// that of a command.
func own(err error) error {
	if _, passed := err.(cmdline.ExitCode); passed || err == nil {
		return err
	}
	return cmdline.WithExitCode(err, cmdline.ExitOwn)
}
