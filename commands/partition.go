package commands

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"vagganet/netcmd"
)

func (a App) partitionVerb() *cli.Command {
	flags := []cli.Flag{runFlag(), dryRunFlag()}
	kind := func(name, args, usage string, build buildCuts) *cli.Command {
		// No help verb: a node may be called so.
		return &cli.Command{Name: name, ArgsUsage: args, Usage: usage, Flags: flags, HideHelpCommand: true,
			Action: func(c *cli.Context) error { return a.partition(c, build) }}
	}
	return &cli.Command{
		Name:      "partition",
		Aliases:   []string{"_network"},
		Usage:     "cut links between the guests of a run",
		ArgsUsage: "KIND [NODE ...]",
		Description: "Replaces the run's partition by another one, for all guests at once. Loopback,\n" +
			"the bridge's address, the host and the internet are never cut.",
		Flags:           flags,
		HideHelpCommand: true,
		Subcommands: []*cli.Command{
			kind("fullmesh", "", "every link works again", fullMesh),
			kind("disjoint", "NODE ... -- NODE ...", "clusters; every node is named exactly once", clusters(netcmd.Disjoint)),
			kind("split", "NODE ... -- NODE ...", "clusters that may overlap; a node not named is isolated", clusters(netcmd.Split)),
			kind("isolate", "NODE ...", "nodes cut from everybody and from each other", isolate),
			{Name: "run", ArgsUsage: "NODE COMMAND [ARGUMENT ...]", Flags: flags, Action: a.partitionRun, HideHelpCommand: true,
				Usage: "run a command in the network of a node, in the caller's file system"},
		},
		Action: noKind,
	}
}

// buildCuts makes a set of cuts from a verb's arguments.
type buildCuts func(guests, args []string) (netcmd.Cuts, error)

func fullMesh(guests, args []string) (netcmd.Cuts, error) {
	if len(args) > 0 {
		return netcmd.Cuts{}, usagef("fullmesh takes no node, but got %q", args[0])
	}
	return netcmd.FullMesh(guests), nil
}

func isolate(guests, args []string) (netcmd.Cuts, error) {
	if len(args) == 0 {
		return netcmd.Cuts{}, usagef("isolate takes at least one node")
	}
	if slices.Contains(args, "--") {
		return netcmd.Cuts{}, usagef("isolate takes one list of nodes, without -- (see split)")
	}
	return netcmd.Isolate(guests, args)
}

func clusters(build func(guests []string, clusters [][]string) (netcmd.Cuts, error)) buildCuts {
	return func(guests, args []string) (netcmd.Cuts, error) {
		lists := [][]string{{}}
		for _, arg := range args {
			if arg == "--" {
				lists = append(lists, nil)
				continue
			}
			lists[len(lists)-1] = append(lists[len(lists)-1], arg)
		}
		if len(args) == 0 {
			return netcmd.Cuts{}, usagef("clusters are lists of nodes with -- between them")
		}
		return build(guests, lists)
	}
}

func (a App) partition(c *cli.Context, build buildCuts) error {
	live, err := a.liveRun(c)
	if err != nil {
		return err
	}
	cuts, err := build(live.Names(), c.Args().Slice())
	if err != nil {
		return err
	}
	if !c.Bool("dry-run") {
		lock, err := lockRun(c.Context, live)
		if err != nil {
			return err
		}
		defer lock.Close()
	}
	what := strings.Join(append([]string{c.Command.Name}, c.Args().Slice()...), " ")
	return a.apply(c, fmt.Sprintf("vagganet partition: %s, of run %s", what, live.Run), live.Partition(cuts))
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
	if _, passed := err.(exitCode); passed || err == nil {
		return err
	}
	return withExitCode(err, exitOwn)
}

func noKind(c *cli.Context) error {
	if !c.Args().Present() {
		return withHint(usagef("partition takes a kind"), "fullmesh, disjoint, split, isolate or run; vagganet help partition tells more")
	}
	var known []string
	for _, sub := range c.Command.Subcommands {
		known = append(known, sub.Name)
	}
	word := c.Args().First()
	return withHint(usagef("%q is no kind of partition: there are %s", word, strings.Join(known, ", ")), "%s", nearest(word, known))
}
