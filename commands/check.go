package commands

import (
	"io"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/faults"
	"vagganet/commands/kinds"
	"vagganet/commands/messages"
	"vagganet/commands/tables"
	"vagganet/commands/terminal"
	"vagganet/netcmd/live"
)

// longestCheck is the most that --timeout takes.
const longestCheck = time.Minute

func (a App) checkVerb() *cli.Command {
	return &cli.Command{
		Name:  "check",
		Usage: "probe all links of a run, and compare them with what is cut",
		Description: "Sends datagrams, by IPv4 and IPv6, and ARP requests, and opens connections, between\n" +
			"all guests, both ways, and says of each link whether it is as the run's rules have\n" +
			"it: \"ok\" or \"cut\" if it is, \"leaks\" if it should be silent but answers, \"dead\" if\n" +
			"it should answer but doesn't. Exits with 1 if a link differs.\n\n" +
			"Nothing has to be installed in the guests, and ports that are in use are left\n" +
			"alone. A link that is cut must be silent for all of the timeout; another one may\n" +
			"take five times as long to answer, or 5 seconds if that is more. Meanwhile other\n" +
			"partition commands on the run wait.\n\n" +
			"The ARP requests are broadcasts that nobody answers and no table learns from. ARP has\n" +
			"to pass a link that works, and not one that ebtables cuts. On those that iptables\n" +
			"cuts (refused, no-new, and without ebtables all) it passes, which is no difference:\n" +
			"--json says what was found.\n\n" +
			"With more than 16 guests, all are told each other's hardware addresses first, and\n" +
			"forget them afterwards: the kernel's table of those is small. Where a process may\n" +
			"have few open files (ulimit -n), links take their turns.\n\n" +
			"--json prints {run, ok, links, shaped, trouble}. Each link has from and to, cut and\n" +
			"cut_back (whether it is cut, and the way back), state (ok, leaks, dead or unknown),\n" +
			"and what was found, udp, tcp, ipv6 (datagrams) and arp: through, silent or refused. Ipv6\n" +
			"is untried where the run or a guest has no such address, and arp where the kernel has\n" +
			"no packet sockets or a guest no Ethernet device. Trouble has, by guest, why it could\n" +
			"not be probed; its links are unknown.",
		Flags: []cli.Flag{runFlag(),
			&cli.DurationFlag{Name: "timeout", Value: time.Second, Usage: "`HOW-LONG` a link that is cut must be silent, such as 500ms or 3s"},
			&cli.BoolFlag{Name: "json", Usage: "print JSON"}},
		Action: a.orAsk(a.check, "check"),
	}
}

func (a App) check(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	limit := c.Duration("timeout")
	if limit < time.Millisecond || limit > longestCheck {
		return cmdline.Usagef("--timeout %s is not from 1ms to %s", limit, longestCheck)
	}
	live, err := a.liveRun(c)
	if err != nil {
		return err
	}
	lock, err := a.lockRun(c.Context, live)
	if err != nil {
		return err
	}
	defer lock.Close()
	result, err := a.checkLinks(c, live, limit)
	if err != nil {
		return err
	}
	sendCheck(live, result)
	lock.Close() // who reads the output may take for ever
	out := io.Writer(terminal.Out)
	if c.Bool("json") {
		out = terminal.Out.JSON()
	}
	if err := result.Print(out, c.Bool("json")); err != nil {
		return err
	}
	if !result.OK {
		return cmdline.PassOn(cmdline.ExitFailed)
	}
	return nil
}

// checkLinks reads what is cut, and then probes.
func (a App) checkLinks(c *cli.Context, l live.Run, limit time.Duration) (tables.Check, error) {
	now, err := a.readFaults(c, l)
	if err != nil {
		return tables.Check{}, err
	}
	cuts := now.Cuts
	program, _ := a.Machine.Program()
	plan := l.Check(program, cuts, limit)
	if err := a.checkTools(plan); err != nil {
		return tables.Check{}, err
	}
	r := newRunner(c)
	if err := r.Run(c.Context, plan); err != nil {
		return tables.Check{}, err
	}
	found, err := live.ReadAnswers(r.Var)
	if err != nil {
		return tables.Check{}, err
	}
	links, err := l.Judge(cuts, found)
	differs := func(l live.CheckedLink) bool { return l.State != live.LinkOK }
	return tables.Check{Run: l.Run, Links: links, Shaped: now.Shapes.Links(), Trouble: found.Trouble, Guests: cuts.Guests, IPv6: l.HasIPv6(),
		OK: !slices.ContainsFunc(links, differs) && len(found.Trouble) == 0}, err
}

// sendCheck sends what was found to the run, for its events, if it has any.
func sendCheck(l live.Run, r tables.Check) {
	conn, err := messages.Dial(l.Dir)
	if err != nil {
		return
	}
	defer conn.Close()
	conn.Send(messages.Message{Check: &faults.Check{Differences: r.Differences(), Text: r.Summary(), By: kinds.By()}})
}
