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
		Flags: []cli.Flag{runFlag(),
			&cli.DurationFlag{Name: "timeout", Value: time.Second, Usage: "wait `HOW-LONG` for silence on links that are cut, such as 500ms or 3s"},
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
	if err := result.Print(out, c.Bool("json"), terminal.Out.Width()); err != nil {
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
