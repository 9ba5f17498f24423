package commands

import (
	"encoding/json"
	"os"
	"slices"

	"github.com/fatih/color"
	"github.com/urfave/cli/v2"

	"vagganet/commands/checks"
	"vagganet/commands/groups"
	"vagganet/commands/runstate"
	"vagganet/commands/tables"
	"vagganet/commands/terminal"
	"vagganet/netcmd"
	"vagganet/netcmd/gateway"
	"vagganet/netcmd/live"
)

func (a App) statusVerb() *cli.Command {
	return &cli.Command{
		Name:  "status",
		Usage: "show the gateway, its runs, their guests, and what is cut or shaped",
		Flags: []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print JSON"},
			&cli.BoolFlag{Name: "watch", Usage: "keep it on the screen, up to date, until q is typed"}},
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			if c.Bool("watch") {
				return a.watchStatus(c)
			}
			return a.orAsk(a.printStatus, "status")(c)
		},
	}
}

func (a App) printStatus(c *cli.Context) error {
	s, err := a.readStatus(c)
	if err != nil {
		return err
	}
	if c.Bool("json") {
		for i, r := range s.Runs {
			s.Runs[i].Groups = groups.Of(groups.Live(r.Cuts, r.Shaped)).Lists()
		}
		out := json.NewEncoder(terminal.Out.JSON())
		out.SetIndent("", "  ")
		return out.Encode(s)
	}
	return s.Write(terminal.Out.Raw(), !color.NoColor, terminal.Out.Width())
}

func (a App) readStatus(c *cli.Context) (tables.Status, error) {
	var none tables.Status
	g, err := a.gateway(c)
	if err != nil {
		return none, err
	}
	runs, err := a.visibleRuns(g)
	if err != nil {
		return none, err
	}
	s := tables.Status{Interface: g.Interface, Owner: -1, Inside: a.Machine.Inside(g) != nil}
	facts := a.Machine.Facts(g)
	if err := adoptNetwork(c, &g, facts); err != nil {
		return none, err
	}
	err = checks.Gateway(g, facts)
	if err == nil {
		if err := a.sweepPorts(c, g); err != nil {
			return none, err
		}
		s.Host, s.Gateway, s.Owner = g.Network.Host(), g.Network.Gateway(), facts.Gateway.Owner
		s.NoHost = facts.Gateway.Parts.Note != nil && facts.Gateway.Parts.Note.NoHost
	}
	if err != nil && len(runs) == 0 {
		return none, err
	}
	s.Runs, err = a.runStatuses(c, g, runs)
	return s, err
}

// runStatuses leaves out runs that are still being set up, and those that end
// while they are looked at. The list is never nil, for JSON.
func (a App) runStatuses(c *cli.Context, g gateway.Gateway, runs []runstate.Run) ([]tables.RunStatus, error) {
	list := []tables.RunStatus{}
	for _, r := range runs {
		if r.Info == nil {
			continue
		}
		live, err := a.live(g, r)
		if err != nil {
			return nil, err
		}
		status, err := a.runStatus(c, live)
		if err != nil && !a.isUp(g, r) {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, status)
	}
	return list, nil
}

func (a App) runStatus(c *cli.Context, l live.Run) (tables.RunStatus, error) {
	s := tables.RunStatus{Info: l.Info, Pid: l.Supervisor, Guests: []tables.GuestStatus{}}
	s.Seconds = int(a.Machine.Process(l.Supervisor).Age.Seconds())
	pids := a.Machine.GuestPIDs(l)
	for _, guest := range l.Guests {
		pid := pids[guest.Name]
		s.Guests = append(s.Guests, tables.GuestStatus{Guest: guest, Pid: pid, State: a.guestState(l, guest.Name, pid)})
	}
	now, err := a.readFaults(c, l)
	if err != nil {
		return s, err
	}
	s.Cuts, s.Cut, s.UplinksOff, s.Shaped = now.Cuts, now.Cuts.Links(), now.Cuts.Uplinks(), now.Shapes.Links()
	return s, nil
}

// guestState is the state of a guest, whose command is that process; 0 for none.
func (a App) guestState(l live.Run, guest string, pid int) string {
	state := a.Machine.Process(pid).State
	is := func(file func(runDir, node string) string) bool {
		_, err := os.Lstat(file(l.Dir, guest))
		return err == nil
	}
	switch {
	// A process that waits for one that is paused, as a shell for what it has just
	// started, does not stop before that goes on.
	case state == "stopped", pid != 0 && is(netcmd.PausedFile):
		return "paused"
	case is(netcmd.StartingFile):
		return "starting"
	case pid != 0 && is(netcmd.ReadyFile):
		return "ready"
	case pid != 0:
		return state
	case is(netcmd.DownFile):
		return "down"
	case l.UserNS == "":
		return "unknown" // guests don't see each other's processes
	}
	return state
}

// isUp reports whether a run that was listed still is.
func (a App) isUp(g gateway.Gateway, run runstate.Run) bool {
	runs, err := a.visibleRuns(g)
	return err == nil && slices.ContainsFunc(runs, func(r runstate.Run) bool { return r.Supervisor == run.Supervisor })
}

// visibleRuns are all that are up, or, inside of a run, that one.
func (a App) visibleRuns(g gateway.Gateway) ([]runstate.Run, error) {
	if own := a.Machine.Inside(g); own != nil {
		return []runstate.Run{*own}, nil
	}
	return a.runs(g)
}
