package netcmd

import (
	"cmp"
	"fmt"
	"net/netip"
	"path"
	"slices"

	"al.essio.dev/pkg/shellescape"

	"vagganet/netcmd/plan"
)

// Guest is a node of the run: a network namespace with one address.
type Guest struct {
	Name     string     `json:"name"`
	Hostname string     `json:"hostname"`
	IP       netip.Addr `json:"ip"`
}

// Port is the guest's port of the bridge.
func (g Guest) Port() string { return Port(g.Name) }

// GuestError is what is wrong with one guest.
type GuestError struct {
	Guest string
	Err   error
}

func (e *GuestError) Error() string { return fmt.Sprintf("guest %s: %v", e.Guest, e.Err) }
func (e *GuestError) Unwrap() error { return e.Err }

// AssignAddresses checks the guests' addresses and gives those without one the
// lowest free ones, in the order of names. It returns the guests by name.
func AssignAddresses(network GuestNetwork, guests []Guest) ([]Guest, error) {
	guests = slices.SortedFunc(slices.Values(guests), func(a, b Guest) int { return cmp.Compare(a.Name, b.Name) })
	taken := map[netip.Addr]string{}
	for _, g := range guests {
		if !g.IP.IsValid() {
			continue
		}
		if err := network.CheckGuest(g.IP); err != nil {
			return nil, &GuestError{g.Name, err}
		}
		if other, twice := taken[g.IP]; twice {
			return nil, &GuestError{g.Name, fmt.Errorf("address %s is guest %s's already", g.IP, other)}
		}
		taken[g.IP] = g.Name
	}
	next := network.Prefix().Addr()
	for i, g := range guests {
		if g.IP.IsValid() {
			continue
		}
		for next = next.Next(); network.CheckGuest(next) != nil || taken[next] != ""; next = next.Next() {
			if !network.Prefix().Contains(next) {
				return nil, &GuestError{g.Name, fmt.Errorf("no address is left in the guest network %s", network)}
			}
		}
		guests[i].IP = next
	}
	return guests, nil
}

// guestSettings switch IPv6 off for devices to come: their link-local addresses
// would be a way round a partition of IPv4.
func (r Run) guestSettings() []string {
	if !r.IPv6 {
		return nil
	}
	return []string{"net.ipv6.conf.default.disable_ipv6=1"}
}

func (r Run) guest(g Guest) plan.Step {
	s := r.at(g.Name, "address", r.Gateway.Tools.batch()...)
	s.Stdin = lines(
		"link set dev lo up",
		fmt.Sprintf("addr add %s/%d dev %s", g.IP, r.Network.Prefix().Bits(), guestDevice),
		"link set dev "+guestDevice+" up",
		"route add default via "+r.Network.Bridge().String(),
		neighbour(r.Network.Bridge(), guestDevice))
	return s
}

// child starts a process. In a guest, a shell that stays is the first process
// of its PID namespace: the command itself then gets signals as anywhere else,
// and what it leaves behind ends with it.
func (r Run) child(c Child) plan.Step {
	enter := []string{"nsenter", "--net=" + r.dir(c.Node)}
	if c.WorkDir != "" {
		enter = append(enter, "--wd="+c.WorkDir)
	}
	s := plan.Step{
		About:    "start " + c.Name,
		Place:    plan.Place{Name: c.Node, Enter: enter},
		Argv:     c.Argv,
		Env:      r.childEnv(c),
		Child:    c.Name,
		ExitFile: r.dir(".exit"),
	}
	switch c.Node {
	case Bridge:
		return s
	case Caller:
		return r.callersChild(c, s)
	}
	s.Place.Name = "guest " + c.Node
	// The shell's own standard error is put aside: it would say "Terminated"
	// where the command should have the last word.
	script := shellescape.QuoteCommand(r.Gateway.Tools.Hostname) +
		` "$1" || exit 125; shift; exec 3>&2 2>/dev/null; (exec "$@" 2>&3 3>&-); exit $?`
	init := []string{"unshare", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc",
		"sh", "-c", script, "sh", r.hostname(c.Node)}
	s.Argv = append(init, c.Argv...)
	return s
}

func (r Run) hostname(guest string) string {
	for _, g := range r.Guests {
		if g.Name == guest {
			return g.Hostname
		}
	}
	return guest
}

func (r Run) childEnv(c Child) []string {
	own := path.Dir(r.Program)
	if r.Links {
		own = r.dir(".bin")
	}
	search := c.Path
	if search == "" {
		search = plan.Var("PATH")
	}
	return append(slices.Clone(c.Env),
		"PATH="+search+":"+own,
		"VAGGANET_INTERFACE="+r.Gateway.Interface,
		"VAGGANET_RUN="+r.Name,
		"VAGGA_COMMAND="+r.Command,
		"VAGGA_SUBCOMMAND="+c.Name)
}
