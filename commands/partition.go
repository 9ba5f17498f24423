package commands

import (
	"os"

	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/faults"
	"vagganet/commands/kinds"
	"vagganet/commands/supervisor"
	"vagganet/commands/terminal"
	"vagganet/netcmd/links"
)

func (a App) partitionVerb() *cli.Command {
	flags := []cli.Flag{runFlag(), dryRunFlag()}
	verb := &cli.Command{
		Name:            "partition",
		Aliases:         []string{"_network"},
		Usage:           "cut links between the guests of a run",
		ArgsUsage:       "KIND [NODE ...]",
		Flags:           flags,
		HideHelpCommand: true,
		Action:          cmdline.NoKind,
	}
	for _, k := range kinds.All() {
		// No help verb: a node may be called so.
		verb.Subcommands = append(verb.Subcommands, k.Command(a.orAsk(a.changeBy(k), "partition", k.Name), flags...))
	}
	verb.Subcommands = append(verb.Subcommands, &cli.Command{Name: "run", ArgsUsage: "NODE COMMAND [ARGUMENT ...]", Flags: flags,
		Action: a.partitionRun, HideHelpCommand: true,
		OnUsageError: cmdline.OnUsageError,
		Usage:        "run a command in the network of a node, in the caller's file system"})
	return verb
}

// sayMore writes what one may not expect of a change, and its lines, which a script has as
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
	if l, found := cuts.HalfDead(change.Cut); found {
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
		return err
	}
	live, err := a.liveRun(c)
	if err != nil {
		return err
	}
	if err := checkNode(live, node); err != nil {
		return err
	}
	return a.foreground(c, live.Enter(node, argv), false)
}
