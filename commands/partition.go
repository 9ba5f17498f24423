package commands

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"vagganet/commands/messages"
	"vagganet/commands/story"
	"vagganet/commands/supervisor"
	"vagganet/commands/terminal"
	"vagganet/netcmd"
	"vagganet/netcmd/plan"
)

// kind is a way to part the guests of a run.
type kind struct {
	name, args, usage string
	// flags are those that it takes besides the usual ones.
	flags []cli.Flag
	// reads says that it changes what is cut now, and does not replace it.
	reads bool
	// build makes the cuts from what is cut now, or from a full mesh, and tells
	// of them in lines.
	build func(c *cli.Context, now netcmd.Cuts) (cuts netcmd.Cuts, told []string, err error)
	// clears says that it takes back shapes, too.
	clears bool
	// plan is what brings them about, if not LiveRun.Partition.
	plan func(netcmd.LiveRun, netcmd.Cuts, netcmd.Observed) plan.Plan
}

func kinds() []kind {
	how, oneWay, until := howFlag(), oneWayFlag(), forFlag()
	list := []kind{
		{name: "fullmesh", usage: "every link works again, shapes and uplinks included", build: fullMesh, clears: true,
			plan: func(l netcmd.LiveRun, _ netcmd.Cuts, _ netcmd.Observed) plan.Plan { return l.Heal() }},
		{name: "disjoint", args: "NODE ... -- NODE ...", usage: "clusters; every node is named exactly once",
			flags: []cli.Flag{how, oneWay, until}, build: clusters(netcmd.Disjoint)},
		{name: "split", args: "NODE ... -- NODE ...", usage: "clusters that may overlap; a node not named is isolated",
			flags: []cli.Flag{how, until}, build: clusters(netcmd.Split)},
		{name: "isolate", args: "NODE ...", usage: "nodes cut from everybody and from each other",
			flags: []cli.Flag{how, oneWay, until}, build: isolate},
		{name: "cut", args: "FROM:TO ...", usage: "what FROM sends to TO is cut as well",
			flags: []cli.Flag{how, oneWay, until}, reads: true, build: cut},
		{name: "heal", args: "FROM:TO ...", usage: "what FROM sends to TO arrives again", reads: true, build: healLinks},
		{name: "uplink", args: "off|on [NODE ...]", usage: "host and internet, for some nodes or all",
			flags: []cli.Flag{how, until}, reads: true, build: uplink, plan: netcmd.LiveRun.CutUplinks},
	}
	for _, n := range netcmd.Named {
		k := kind{name: n.Name, usage: n.About, flags: []cli.Flag{how, until}, build: named(n)}
		if n.Random {
			k.flags = append(k.flags, seedFlag())
		}
		list = append(list, k)
	}
	return list
}

func howFlag() cli.Flag {
	return &cli.StringFlag{Name: "how", Value: string(netcmd.Drop),
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
		verb.Subcommands = append(verb.Subcommands, &cli.Command{Name: k.name, ArgsUsage: k.args, Usage: k.usage,
			Flags: slices.Concat(k.flags, flags), HideHelpCommand: true,
			Action: a.orAsk(func(c *cli.Context) error { return a.partition(c, k) }, "partition", k.name)})
	}
	verb.Subcommands = append(verb.Subcommands, &cli.Command{Name: "run", ArgsUsage: "NODE COMMAND [ARGUMENT ...]", Flags: flags,
		Action: a.partitionRun, HideHelpCommand: true,
		OnUsageError: func(_ *cli.Context, err error, _ bool) error { return own(usageError{err}) },
		Usage:        "run a command in the network of a node, in the caller's file system"})
	return verb
}

func (a App) partition(c *cli.Context, k kind) error {
	asked := story.Clock()
	if err := k.checkWords(c); err != nil {
		return err
	}
	live, err := a.liveRun(c)
	if err != nil {
		return err
	}
	if k.name == "uplink" && live.Isolated {
		return fmt.Errorf("run %s is isolated: its guests have no uplink", live.Run)
	}
	var cuts netcmd.Cuts
	var told []string
	if !k.reads {
		if cuts, told, err = k.build(c, netcmd.FullMesh(live.Names())); err != nil {
			return err
		}
	}
	lock, err := a.lockToChange(c, live)
	if err != nil {
		return err
	}
	defer lock.Close()
	var now netcmd.Observed
	if k.reads || live.NeedsRules(cuts) {
		if now, err = a.listRules(c, live); err != nil {
			return err
		}
	}
	if k.reads {
		if cuts, told, err = k.build(c, now.Cuts); err != nil {
			return err
		}
	}
	if err := checkBridgeFilter(live, cuts); err != nil {
		return err
	}
	f, err := k.fault(c, live, cuts, asked)
	if err != nil {
		return err
	}
	steps, err := a.partitionSteps(c, k, live, f, cuts, now)
	if err != nil {
		return err
	}
	title := fmt.Sprintf("vagganet partition: %s, of run %s", f.What, live.Run)
	err = a.applyFault(c, lock, strings.Join(append([]string{title}, told...), "\n"), live, f, steps)
	lock.Close() // who reads the output may take for ever
	if err != nil {
		return err
	}
	if k.name == "uplink" {
		cuts = netcmd.FullMesh(live.Names()) // links between guests stay as they are
	}
	tell(c, told, cuts)
	return nil
}

// checkWords says what is wrong in a call whatever run it is for, before one is
// looked for.
func (k kind) checkWords(c *cli.Context) error {
	for i, word := range c.Args().Slice() {
		if i > 0 && len(word) > 1 && word[0] == '-' && word != "--" {
			return withHint(usagef("%q stands behind --, where no options are", word), "options stand before the first --")
		}
	}
	if hasFlag(k, "how") {
		if _, err := howOf(c); err != nil {
			return err
		}
	}
	if k.args == "" {
		if err := noNodes(c); err != nil {
			return err
		}
	} else if !c.Args().Present() {
		if _, _, err := k.build(c, netcmd.FullMesh(nil)); err != nil {
			return err
		}
	}
	_, err := duration(c)
	return err
}

// partitionSteps are those that bring a kind's cuts about, and, in a script, heal
// them again when their time is up.
func (a App) partitionSteps(c *cli.Context, k kind, live netcmd.LiveRun, f messages.Fault, cuts netcmd.Cuts, now netcmd.Observed) (plan.Plan, error) {
	build := netcmd.LiveRun.Partition
	if k.plan != nil {
		build = k.plan
	}
	steps := build(live, cuts, now)
	if k.clears {
		shapes, err := a.readShapes(c, live)
		if err != nil {
			return nil, err
		}
		steps = append(steps, live.Shape(netcmd.NoShapes(live.Names()), shapes)...)
	}
	if !c.Bool("dry-run") || f.For == 0 {
		return steps, nil
	}
	after, err := k.healedLater(live, f, cuts, live.After(steps, now))
	return slices.Concat(steps, netcmd.Pause(f.For), after), err
}

// fault is what the run is told of a kind that makes these cuts.
func (k kind) fault(c *cli.Context, live netcmd.LiveRun, cuts netcmd.Cuts, asked time.Duration) (messages.Fault, error) {
	what := strings.Join(slices.Concat([]string{k.name}, options(c), c.Args().Slice()), " ")
	f, err := newFault(c, what, asked)
	if err != nil {
		return f, err
	}
	if !k.reads {
		if c.IsSet("seed") {
			f.Whom = whom(cuts)
		}
		f.State, f.Replaces = rows(cuts.Links(), nil), []messages.Layer{messages.Cuts}
		if k.clears {
			f.Replaces = append(f.Replaces, messages.Uplinks, messages.Shapes)
		}
		return f, nil
	}
	named, _, err := k.build(c, netcmd.Unsaid(live.Names()))
	f.State = rows(named.Said())
	if c.Args().First() == "on" && f.For > 0 {
		err = usagef("%s cuts nothing: --for is for what does", what)
	}
	return f, err
}

// healedLater is how a script heals what it has cut. Now is what there is by then.
func (k kind) healedLater(live netcmd.LiveRun, f messages.Fault, cuts netcmd.Cuts, now netcmd.Observed) (plan.Plan, error) {
	cuts, _, err := healed(cuts, f.State)
	if err != nil {
		return nil, err
	}
	if k.name == "uplink" {
		return live.CutUplinks(cuts, now), nil
	}
	return live.Partition(cuts, now), nil
}

// checkBridgeFilter says what these cuts lack of the kernel. It is not loaded by
// the way: that would lead the host's own bridges through its firewall.
func checkBridgeFilter(live netcmd.LiveRun, cuts netcmd.Cuts) error {
	if live.BridgeFilter || !live.NeedsBridgeFilter(cuts) {
		return nil
	}
	what := "--how reject and --how new take"
	if live.Tools.Ebtables == nil {
		what = "run " + live.Run + " has no ebtables, and iptables takes"
	}
	return withHint(fmt.Errorf("%s the kernel's br_netfilter, which is not loaded", what), bridgeFilterHint)
}

// bridgeFilterHint is how to load it, and to keep the host's bridges as they are.
const bridgeFilterHint = "load it, and keep it off the host's own bridges: sudo modprobe br_netfilter && " +
	"sudo sysctl -w net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0 net.bridge.bridge-nf-call-arptables=0"

// listRules reads what is cut in a run, also for a dry run: that is no change.
func (a App) listRules(c *cli.Context, live netcmd.LiveRun) (netcmd.Observed, error) {
	if err := a.checkTools(live.ListRules()); err != nil {
		return netcmd.Observed{}, err
	}
	return readRules(c, live)
}

// tell says what one may not expect of a partition. A script has the lines as
// comments.
func tell(c *cli.Context, told []string, cuts netcmd.Cuts) {
	if os.Getenv(supervisor.TimelineVariable) != "" {
		return // the run tells of it
	}
	if !c.Bool("dry-run") {
		for _, line := range told {
			say(terminal.Err, "%s", line)
		}
	}
	if l, found := cuts.HalfDead(); found {
		from := "looks dead from both ends"
		if l.How == netcmd.Reject {
			from = "is refused to " + l.From + " and looks dead to " + l.To
		}
		say(terminal.Err, "what %s sends doesn't reach %s, but what %s sends reaches %s: TCP needs both, and %s",
			l.From, l.To, l.To, l.From, from)
	}
}

// whomMost is how many bytes the nodes of a fault may take: of many guests that are
// no clusters, the links that are cut say it better.
const whomMost = 16 << 10

// whom says which nodes were drawn, in full where that is not too long.
func whom(cuts netcmd.Cuts) string {
	summary := cuts.Summary()
	if len(summary) > whomMost {
		return netcmd.BriefSummary(summary)
	}
	return summary
}

// options are those of a kind that say what is cut, as they were given, or drawn.
func options(c *cli.Context) []string {
	var words []string
	if c.IsSet("how") {
		words = append(words, "--how", c.String("how"))
	}
	if c.Bool("one-way") {
		words = append(words, "--one-way")
	}
	if c.IsSet("seed") {
		words = append(words, "--seed", c.String("seed"))
	}
	return words
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
