package commands

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/hints"
	"vagganet/commands/kinds"
	"vagganet/commands/terminal"
	"vagganet/netcmd/links"
	"vagganet/netcmd/live"
	"vagganet/netcmd/plan"
)

func (a App) captureVerb() *cli.Command {
	return &cli.Command{
		Name:      "capture",
		Usage:     "write the packets of a guest, or of all, into a file",
		ArgsUsage: "NODE|all [-- FILTER ...]",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "write", Aliases: []string{"w"}, Usage: "write to `FILE`; - is the standard output"},
			runFlag(), dryRunFlag(), kinds.SeedFlag()},
		Action: a.capture,
	}
}

func (a App) capture(c *cli.Context) error {
	node, filter, err := nodeAndFilter(c)
	if err != nil {
		return err
	}
	file := c.String("write")
	if file == "" {
		return cmdline.Usagef("capture takes --write FILE")
	}
	live, err := a.liveRun(c)
	if err != nil {
		return err
	}
	if kinds.IsSet(node) {
		nodes, err := kinds.Find(c, a.guestsOf(c, live), node)
		if err != nil {
			return err
		}
		terminal.Say(terminal.Err, "%s: %s", node, links.Brief(nodes, " "))
		if node = nodes[0]; len(nodes) > 1 {
			return hints.With(errors.New("capture takes one node, or all"), "these can be captured side by side, each into a file of its own")
		}
	}
	switch names := live.Names(); {
	case links.MeansAll(names, node):
		node = ""
	case !slices.Contains(names, node):
		return hints.With(links.NoGuest(names, node), "capture takes one node, or all")
	}
	switch tools := live.Tools; {
	case a.Machine.Has(tools.Dumpcap[0]):
		return a.captureBy(c, live, live.CaptureNG(node, file, filter, a.inside(false)))
	case !a.Machine.Has(tools.Tcpdump[0]):
		return hints.With(fmt.Errorf("neither %s nor %s is there", tools.Dumpcap, tools.Tcpdump),
			"install wireshark-common (Fedora: wireshark-cli, Alpine: wireshark-common) or tcpdump")
	}
	if own, err := a.inOwnUserNS(c, live); own || err != nil {
		return cmp.Or(err, hints.With(fmt.Errorf("tcpdump can't capture in the isolated run of a plain user: it wants to set groups, which nobody may in there"),
			"install dumpcap (Debian's package is wireshark-common), or start the run at a gateway"))
	}
	sayPcap(node)
	return a.captureBy(c, live, live.Capture(node, file, filter, a.inside(false)))
}

// captureBy captures until the user has enough, or the run ends.
func (a App) captureBy(c *cli.Context, l live.Run, s plan.Step) error {
	err := a.foreground(c, s, l.FromOutside())
	if errors.Is(err, cmdline.ExitCode(128+int(syscall.SIGKILL))) && a.ends(l) {
		terminal.Say(terminal.Err, "run %s has ended, and the capture with it", l.Run)
		return nil
	}
	return err
}

// ends reports whether a run is over, or will be in a moment: its first process kills
// all others before it ends itself.
func (a App) ends(l live.Run) bool {
	for deadline := time.Now().Add(endPatience); a.checkLives(l) == nil; time.Sleep(endPatience / 100) {
		if time.Now().After(deadline) {
			return false
		}
	}
	return true
}

const endPatience = 3 * time.Second

// sayPcap writes what format tcpdump uses where there is no dumpcap.
func sayPcap(node string) {
	what := "pcap"
	if node == "" {
		what = "pcap of Linux cooked packets, which have a port's number in place of its name"
	}
	terminal.Say(terminal.Err, "dumpcap is not there, so tcpdump writes %s", what)
}

// nodeAndFilter are the arguments of capture.
func nodeAndFilter(c *cli.Context) (node string, filter []string, err error) {
	args := c.Args().Slice()
	if len(args) == 0 {
		return "", nil, cmdline.Usagef("capture takes a node, or all")
	}
	if len(args) > 1 && args[1] != "--" {
		return "", nil, cmdline.Usagef("capture takes one node, or all, and after -- a filter, but got %q", args[1])
	}
	if len(args) > 2 {
		filter = args[2:]
	}
	return args[0], filter, nil
}

// inOwnUserNS reports whether the run has a user namespace that a plain user made.
func (a App) inOwnUserNS(c *cli.Context, l live.Run) (bool, error) {
	if !l.Isolated {
		return false, nil
	}
	g, err := a.gateway(c)
	return a.Machine.Facts(g).Isolated.OwnUser, err
}
