package commands

import (
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v2"

	"vagganet/commands/runstate"
	"vagganet/commands/terminal"
	"vagganet/netcmd"
	"vagganet/netcmd/gateway"
	"vagganet/netcmd/links"
	"vagganet/netcmd/live"
)

// Status is what status --json prints.
type Status struct {
	// Interface is the host's device, Host the host's address on it, Gateway
	// the address behind it. The addresses are empty while there is no gateway
	// of the user's, which isolated runs do without.
	Interface string     `json:"interface"`
	Host      netip.Addr `json:"host"`
	Gateway   netip.Addr `json:"gateway"`
	// Owner is the user id whose runs the gateway takes; -1 without one.
	Owner int `json:"owner"`
	// NoHost reports whether the gateway keeps guests off the host's addresses.
	NoHost bool        `json:"no_host"`
	Runs   []RunStatus `json:"runs"`

	// inside says that the caller is in the run: gateway and others can't be
	// seen from there.
	inside bool
}

// RunStatus is one run that is up.
type RunStatus struct {
	netcmd.Info
	// Pid is the run's first process, as the host sees it, and Seconds is how
	// long ago it was started.
	Pid     int           `json:"pid"`
	Seconds int           `json:"seconds"`
	Guests  []GuestStatus `json:"guests"`
	// Cut lists the directed links that are cut, and UplinksOff the guests that
	// are cut off from host and internet, each with how: "drop", "reject" or
	// "new".
	Cut        []links.Link   `json:"cut"`
	UplinksOff []links.Uplink `json:"uplinks_off"`
	// Shaped lists the directed links that delay, lose and so on.
	Shaped []links.ShapedLink `json:"shaped"`

	cuts links.Cuts
}

// GuestStatus is one guest of a run.
type GuestStatus struct {
	netcmd.Guest
	// Pid is the guest's own command, as the host sees it; 0 if it has none.
	Pid int `json:"pid"`
	// State is that process's: "running" (it may be waiting for something),
	// "stopped", "ended" if there is none, or "unknown" to another guest.
	State string `json:"state"`
}

func (a App) statusVerb() *cli.Command {
	return &cli.Command{
		Name:   "status",
		Usage:  "show the gateway, its runs, their guests, and what is cut or shaped",
		Flags:  []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print JSON"}},
		Action: a.orAsk(a.status, "status"),
	}
}

func (a App) status(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	g, err := a.gateway(c)
	if err != nil {
		return err
	}
	runs, err := a.visibleRuns(g)
	if err != nil {
		return err
	}
	s := Status{Interface: g.Interface, Owner: -1, inside: a.Machine.Inside(g) != nil}
	facts := a.Machine.Facts(g)
	if err := adoptNetwork(c, &g, facts); err != nil {
		return err
	}
	err = checkGateway(g, facts)
	if err == nil {
		if err := a.sweepPorts(c, g); err != nil {
			return err
		}
		s.Host, s.Gateway, s.Owner = g.Network.Host(), g.Network.Gateway(), facts.Gateway.Owner
		s.NoHost = facts.Gateway.Parts.Note != nil && facts.Gateway.Parts.Note.NoHost
	}
	if err != nil && len(runs) == 0 {
		return err
	}
	if s.Runs, err = a.runStatuses(c, g, runs); err != nil {
		return err
	}
	if c.Bool("json") {
		out := json.NewEncoder(terminal.Out.JSON())
		out.SetIndent("", "  ")
		return out.Encode(s)
	}
	return s.write(terminal.Out)
}

// runStatuses leaves out runs that are still being set up, and those that end
// while they are looked at. The list is never nil, for JSON.
func (a App) runStatuses(c *cli.Context, g gateway.Gateway, runs []runstate.Run) ([]RunStatus, error) {
	list := []RunStatus{}
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

func (a App) runStatus(c *cli.Context, l live.Run) (RunStatus, error) {
	s := RunStatus{Info: l.Info, Pid: l.Supervisor, Guests: []GuestStatus{}}
	s.Seconds = int(a.Machine.Process(l.Supervisor).Age.Seconds())
	pids := a.Machine.GuestPIDs(l)
	for _, guest := range l.Guests {
		pid := pids[guest.Name]
		state := a.Machine.Process(pid).State
		if pid == 0 && l.UserNS == "" {
			state = "unknown" // guests don't see each other's processes
		}
		s.Guests = append(s.Guests, GuestStatus{guest, pid, state})
	}
	now, err := a.readFaults(c, l)
	s.cuts, s.Cut, s.UplinksOff, s.Shaped = now.Cuts, now.Cuts.Links(), now.Cuts.Uplinks(), now.Shapes.Links()
	return s, err
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

func (s Status) write(w io.Writer) error {
	runs := fmt.Sprintf("%d runs", len(s.Runs))
	if len(s.Runs) == 1 {
		runs = "1 run"
	}
	switch {
	case s.inside:
		fmt.Fprintln(w, "inside of a run: others can't be seen from here")
	case s.Host.IsValid():
		closed := ""
		if s.NoHost {
			closed = " (closed to guests)"
		}
		fmt.Fprintf(w, "gateway %s: host %s%s, gateway %s, %s\n", s.Interface, s.Host, closed, s.Gateway, runs)
	default:
		fmt.Fprintf(w, "no gateway %s, %s\n", s.Interface, runs)
	}
	for _, r := range s.Runs {
		if err := r.write(w, s.Gateway); err != nil {
			return err
		}
	}
	return nil
}

func (r RunStatus) write(w io.Writer, gateway netip.Addr) error {
	fmt.Fprintf(w, "\nrun %s: command %s, %s, up %s\n", r.Run, r.Command, r.where(), time.Duration(r.Seconds)*time.Second)
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "  GUEST\tADDRESS\tPID\tSTATE")
	for _, g := range r.Guests {
		pid := "-"
		if g.Pid > 0 {
			pid = fmt.Sprint(g.Pid)
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\n", g.Name, g.IP, pid, g.State)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, g := range r.Guests {
		for _, p := range g.Ports {
			fmt.Fprintf(w, "  port %s of %s leads to %s, port %d\n", p, gateway, g.Name, p.Internal)
		}
	}
	if err := r.writeCuts(w); err != nil {
		return err
	}
	r.writeShapes(w)
	return nil
}

// matrixMost is for how many guests a matrix still fits a terminal.
const matrixMost = 10

// writeCuts shows what is cut: as a matrix, or, where that would be too wide, as
// a list.
func (r RunStatus) writeCuts(w io.Writer) error {
	r.writeUplinks(w)
	if len(r.Cut) == 0 {
		if len(r.UplinksOff) == 0 {
			fmt.Fprintln(w, "  nothing is cut")
		}
		return nil
	}
	if len(r.Guests) > matrixMost {
		table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
		r.listCuts(table)
		return table.Flush()
	}
	var names []string
	for _, g := range r.Guests {
		names = append(names, g.Name)
	}
	return writeMatrix(w, names, r.cell)
}

// writeMatrix shows something of each directed link.
func writeMatrix(w io.Writer, names []string, cell func(from, to string) string) error {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprint(table, "  ")
	for _, to := range names {
		fmt.Fprintf(table, "\tto %s", to)
	}
	for _, from := range names {
		fmt.Fprintf(table, "\n  from %s", from)
		for _, to := range names {
			fmt.Fprint(table, "\t"+cell(from, to))
		}
	}
	fmt.Fprintln(table)
	return table.Flush()
}

func (r RunStatus) cell(from, to string) string {
	if from == to {
		return "-"
	}
	for _, l := range r.Cut {
		if l.From == from && l.To == to {
			return l.How.Word()
		}
	}
	return "ok"
}

// listCuts writes which guests are cut from which: as clusters, or else a row for
// those that lose the same.
func (r RunStatus) listCuts(w io.Writer) {
	for _, how := range links.Hows {
		rows := r.cuts.CutRows(how)
		if clusters := r.cuts.Clusters(); clusters != nil && r.cuts.By(how).Equal(r.cuts) {
			fmt.Fprintf(w, "  %s between clusters\t%s\n", how.Word(), links.BriefSummary(r.cuts.Summary()))
			continue
		}
		for i, row := range rows {
			if i == rowsMost {
				fmt.Fprintf(w, "  and %d more, which --json lists\n", len(rows)-rowsMost)
				break
			}
			fmt.Fprintf(w, "  to %s\t%s from %s\n", links.Brief(row.To, " "), how.Word(), links.Brief(row.From, " "))
		}
	}
}

// rowsMost is how many rows of what is cut are shown.
const rowsMost = 50

func (r RunStatus) writeUplinks(w io.Writer) {
	for _, how := range links.Hows {
		var guests []string
		for _, u := range r.UplinksOff {
			if u.How == how {
				guests = append(guests, u.Guest)
			}
		}
		if guests != nil {
			fmt.Fprintf(w, "  host and internet %s: %s\n", how.Word(), links.Brief(guests, " "))
		}
	}
}

// writeShapes writes for each shape which links have it.
func (r RunStatus) writeShapes(w io.Writer) {
	list := map[links.Shape][]string{}
	var shapes []links.Shape
	for _, l := range r.Shaped {
		if list[l.Shape] == nil {
			shapes = append(shapes, l.Shape)
		}
		list[l.Shape] = append(list[l.Shape], l.From+":"+l.To)
	}
	for _, shape := range shapes {
		named := links.Brief(list[shape], " ")
		if len(list[shape]) == len(r.Guests)*(len(r.Guests)-1) {
			named = "all links"
		}
		fmt.Fprintf(w, "  %s: %s\n", shape, named)
	}
}

// where says what the run is connected to, and what makes its cuts if that is not
// the usual tool.
func (r RunStatus) where() string {
	where := fmt.Sprintf("slot %d, bridge %s", r.Slot, r.Bridge)
	if r.Isolated {
		where = "isolated"
	}
	if r.Ebtables == nil {
		where += ", cut by iptables"
	}
	return where
}
