package tables

import (
	"fmt"
	"io"
	"net/netip"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/fatih/color"

	"vagganet/commands/groups"
	"vagganet/commands/terminal"
	"vagganet/netcmd"
	"vagganet/netcmd/links"
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

	// Inside reports whether the caller is in the run: gateway and others can't be
	// seen from there.
	Inside bool `json:"-"`
	// Brief is how much is left out where there is little room: from 1 on, guests in the
	// same state share a line, and from 2 on (Briefest), nothing is a matrix.
	Brief int `json:"-"`
}

// Briefest is the most that is left out.
const Briefest = 2

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
	// Groups are the guests, those with the same links in one list. Only JSON has them.
	Groups [][]string `json:"groups"`

	// Cuts are the same as Cut and UplinksOff.
	Cuts links.Cuts `json:"-"`
}

// GuestStatus is one guest of a run.
type GuestStatus struct {
	netcmd.Guest
	// Pid is the guest's own command, as the host sees it; 0 if it has none.
	Pid int `json:"pid"`
	// State is "starting" while the guest is not ready, or waits for others to be; then
	// "ready" if its config says when it is, else "running"; "paused" if its process is
	// stopped; "down" if it was killed; "ended" if its process has ended by itself;
	// "unknown" to another guest.
	State string `json:"state"`
}

// Write writes the status for a person, with colours or without, in so many columns; 0 where
// they are not known. Of the texts in it, nothing comes through that a terminal would obey.
func (s Status) Write(out io.Writer, colour bool, columns int) error {
	w := cleaned{out}
	runs := fmt.Sprintf("%d runs", len(s.Runs))
	if len(s.Runs) == 1 {
		runs = "1 run"
	}
	switch {
	case s.Inside:
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
		if err := r.write(w, s, colour, columns); err != nil {
			return err
		}
	}
	return nil
}

// Later returns the status as it is after some time in which nothing changes.
func (s Status) Later(by time.Duration) Status {
	s.Runs = slices.Clone(s.Runs)
	for i := range s.Runs {
		s.Runs[i].Seconds += int(by.Seconds())
	}
	return s
}

// cleaned writes clean text.
type cleaned struct{ out io.Writer }

func (c cleaned) Write(text []byte) (int, error) {
	if _, err := io.WriteString(c.out, terminal.Clean(string(text))); err != nil {
		return 0, err
	}
	return len(text), nil
}

func (r RunStatus) write(w cleaned, s Status, colour bool, columns int) error {
	fmt.Fprintf(w, "\nrun %s: command %s, %s, up %s\n", r.Run, r.Command, r.where(), time.Duration(r.Seconds)*time.Second)
	many := guestsMost
	if s.Brief > 0 {
		many = 0
	}
	if err := r.writeGuests(w.out, colour, columns, many); err != nil {
		return err
	}
	for _, g := range r.Guests {
		for _, p := range g.Ports {
			fmt.Fprintf(w, "  port %s of %s leads to %s, port %d\n", p, s.Gateway, g.Name, p.Internal)
		}
	}
	writeLines(w, columns, r.uplinkLines())
	r.writeCuts(w, columns, s.Brief < Briefest)
	return writeLines(w, columns, groups.Of(groups.Live(links.FullMesh(r.Cuts.Guests), r.Shaped)).Words())
}

// guestsMost is up to how many guests each has a row.
const guestsMost = 40

// writeGuests writes the table of guests, or of more than many, which of them are in which
// state. Only the last column may have colours, which would count as letters.
func (r RunStatus) writeGuests(out io.Writer, colour bool, columns, many int) error {
	if len(r.Guests) > many {
		return writeLines(out, columns, r.stateLines(colour))
	}
	table := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "  GUEST\tADDRESS\tPID\tSTATE")
	guests := map[string]GuestStatus{}
	var names []string
	for _, g := range r.Guests {
		guests[g.Name] = g
		names = append(names, g.Name)
	}
	for _, name := range links.InOrder(names) {
		g, pid := guests[name], "-"
		if g.Pid > 0 {
			pid = fmt.Sprint(g.Pid)
		}
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\n", terminal.CleanLine(g.Name), g.IP, pid, paint(g.State, colour))
	}
	return table.Flush()
}

// stateLines has a line for each state.
func (r RunStatus) stateLines(colour bool) []string {
	var states []string
	in := map[string][]string{}
	for _, g := range r.Guests {
		if in[g.State] == nil {
			states = append(states, g.State)
		}
		in[g.State] = append(in[g.State], terminal.CleanLine(g.Name))
	}
	var lines []string
	for _, state := range states {
		names := links.Brief(links.InOrder(in[state]), " ")
		lines = append(lines, fmt.Sprintf("%d %s: %s", len(in[state]), paint(state, colour), names))
	}
	return lines
}

// paint returns the state of a guest in its colour, if it is one to look at.
func paint(state string, colour bool) string {
	attributes := map[string]color.Attribute{"down": color.FgRed, "paused": color.FgYellow, "starting": color.FgCyan, "ready": color.FgGreen}
	attribute, ok := attributes[state]
	if !ok || !colour {
		return terminal.CleanLine(state)
	}
	c := color.New(attribute)
	c.EnableColor()
	return c.Sprint(state)
}

// writeCuts shows what is cut: by groups, and as a matrix, if it may be one and has room.
// Beside a matrix, groups are left out that have more than one line.
func (r RunStatus) writeCuts(w io.Writer, columns int, mayBeMatrix bool) {
	if len(r.Cut) == 0 {
		if len(r.UplinksOff) == 0 {
			fmt.Fprintln(w, "  nothing is cut")
		}
		return
	}
	table := ""
	if mayBeMatrix {
		table = matrix(links.InOrder(r.Cuts.Guests), columns, r.cell)
	}
	if lines := groups.Describe(r.Cuts); table == "" || len(lines) == 1 {
		writeLines(w, columns, lines)
	}
	io.WriteString(w, table)
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

func (r RunStatus) uplinkLines() []string {
	var lines []string
	for _, how := range links.Hows {
		var guests []string
		for _, u := range r.UplinksOff {
			if u.How == how {
				guests = append(guests, u.Guest)
			}
		}
		if guests != nil {
			lines = append(lines, fmt.Sprintf("uplink %s: %s", how.Word(), links.Brief(guests, " ")))
		}
	}
	return lines
}

// where returns what the run is connected to, and what makes its cuts if that is not
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
