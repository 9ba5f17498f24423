package commands

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/faults"
	"vagganet/commands/kinds"
	"vagganet/commands/messages"
	"vagganet/commands/terminal"
	"vagganet/netcmd/links"
	"vagganet/netcmd/live"
)

// Check is what check --json prints.
type Check struct {
	Run string `json:"run"`
	// OK reports whether every link is as it should be.
	OK bool `json:"ok"`
	// Links are all ordered pairs of guests.
	Links []live.CheckedLink `json:"links"`
	// Shaped lists the links that delay, lose and so on, and may answer so.
	Shaped []links.ShapedLink `json:"shaped"`
	// Trouble says, by its name, why a guest could not be probed.
	Trouble map[string]string `json:"trouble"`

	guests []string
	ipv6   bool // the run has it
}

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
	result.tell(live)
	lock.Close() // who reads the output may take for ever
	out := io.Writer(terminal.Out)
	if c.Bool("json") {
		out = terminal.Out.JSON()
	}
	if err := result.print(out, c.Bool("json")); err != nil {
		return err
	}
	if !result.OK {
		return cmdline.PassOn(cmdline.ExitFailed)
	}
	return nil
}

// checkLinks reads what is cut, and then probes.
func (a App) checkLinks(c *cli.Context, l live.Run, limit time.Duration) (Check, error) {
	now, err := a.readFaults(c, l)
	if err != nil {
		return Check{}, err
	}
	cuts := now.Cuts
	program, _ := a.Machine.Program()
	plan := l.Check(program, cuts, limit)
	if err := a.checkTools(plan); err != nil {
		return Check{}, err
	}
	r := newRunner(c)
	if err := r.Run(c.Context, plan); err != nil {
		return Check{}, err
	}
	found, err := live.ReadAnswers(r.Var)
	if err != nil {
		return Check{}, err
	}
	links, err := l.Judge(cuts, found)
	differs := func(l live.CheckedLink) bool { return l.State != live.LinkOK }
	return Check{Run: l.Run, Links: links, Shaped: now.Shapes.Links(), Trouble: found.Trouble, guests: cuts.Guests, ipv6: l.HasIPv6(),
		OK: !slices.ContainsFunc(links, differs) && len(found.Trouble) == 0}, err
}

// tell puts what was found into the run's story, if it has one.
func (r Check) tell(l live.Run) {
	conn, err := messages.Dial(l.Dir)
	if err != nil {
		return
	}
	defer conn.Close()
	differences := len(r.Trouble)
	for _, l := range r.Links {
		if l.State == live.LinkLeaks || l.State == live.LinkDead {
			differences++
		}
	}
	conn.Send(messages.Message{Check: &faults.Check{Differences: differences, Text: r.summary(), By: kinds.Caller()}})
}

func (r Check) print(w io.Writer, asJSON bool) error {
	if asJSON {
		out := json.NewEncoder(w)
		out.SetIndent("", "  ")
		return out.Encode(r)
	}
	if len(r.guests) > 0 && len(r.guests) <= matrixMost {
		if err := writeMatrix(w, r.guests, r.cell); err != nil {
			return err
		}
	}
	for _, guest := range r.guests {
		if why := r.Trouble[guest]; why != "" {
			fmt.Fprintf(w, "%s can't be probed: %s\n", guest, why)
		}
	}
	r.writeDifferences(w)
	_, err := fmt.Fprintln(w, r.summary())
	return err
}

// differencesMost is how many differences a person is shown one by one.
const differencesMost = 100

func (r Check) writeDifferences(w io.Writer) {
	shown, more := 0, 0
	for _, l := range r.Links {
		switch {
		case l.State == live.LinkOK || l.State == live.LinkUnknown:
		case shown == differencesMost:
			more++
		default:
			shown++
			fmt.Fprintln(w, l)
		}
	}
	if more > 0 {
		fmt.Fprintf(w, "and %d more, which --json lists\n", more)
	}
}

func (r Check) summary() string {
	count := map[live.LinkState]int{}
	cut, arp, ipv6 := 0, 0, 0
	for _, l := range r.Links {
		count[l.State]++
		if l.ARP == live.Untried {
			arp++
		}
		if r.ipv6 && l.IPv6 == live.Untried {
			ipv6++
		}
		if l.Cut && l.State == live.LinkOK {
			cut++
		}
	}
	ok := count[live.LinkOK]
	text := fmt.Sprintf("run %s: %d of %d links are as they should be: %d linked, %d cut", r.Run, ok, len(r.Links), ok-cut, cut)
	for _, state := range []live.LinkState{live.LinkLeaks, live.LinkDead, live.LinkUnknown} {
		if count[state] > 0 {
			text += fmt.Sprintf("; %d %s", count[state], state)
		}
	}
	if ipv6 > 0 {
		text += fmt.Sprintf("; IPv6 not tried on %d", ipv6)
	}
	if arp > 0 {
		text += fmt.Sprintf("; ARP not tried on %d", arp)
	}
	if len(r.Shaped) > 0 {
		text += fmt.Sprintf("; %d shaped", len(r.Shaped))
	}
	return text
}

func (r Check) cell(from, to string) string {
	for _, l := range r.Links {
		switch {
		case l.From != from || l.To != to:
		case l.State == live.LinkOK && l.Cut:
			return l.How.Word()
		default:
			return string(l.State)
		}
	}
	return "-"
}
