// Package live has the plans of commands on a run that is up: to cut, shape and check its
// links, to capture their packets, and to run a command in a node.
package live

import (
	"net/netip"
	"slices"
	"strings"

	"vagganet/netcmd"
	"vagganet/netcmd/plan"
)

// Run is a run as a command finds it that comes later: from outside, or
// from one of its own children.
type Run struct {
	netcmd.Info
	Tools plan.Tools
	// Dir is the way to the run's folder: through /proc/PID/root from outside.
	Dir string
	// UserNS is the file of the run's user namespace; empty for a process that
	// is in there already.
	UserNS string
	// Legacy6 reports whether ip6tables is of the legacy kind.
	Legacy6 bool
	// IPv6 reports whether the kernel has it, BridgeFilter that br_netfilter is loaded.
	IPv6, BridgeFilter bool
	// Supervisor is the run's first process, as the caller sees it; 0 where
	// the caller doesn't.
	Supervisor int
	// Started is when that was started: another process may have its number
	// once the run has ended.
	Started int64
}

// Names lists the run's guests, sorted.
func (l Run) Names() []string {
	var names []string
	for _, g := range l.Guests {
		names = append(names, g.Name)
	}
	return slices.Sorted(slices.Values(names))
}

func (l Run) byName() map[string]netcmd.Guest {
	guests := map[string]netcmd.Guest{}
	for _, g := range l.Guests {
		guests[g.Name] = g
	}
	return guests
}

func (l Run) addressOf() func(guest string) netip.Addr {
	guests := l.byName()
	return func(guest string) netip.Addr { return guests[guest].IP }
}

// HasIPv6 reports whether guests of the run have IPv6 addresses.
func (l Run) HasIPv6() bool {
	return slices.ContainsFunc(l.Guests, func(g netcmd.Guest) bool { return g.IP6.IsValid() })
}

// becomeUser is what nsenter needs to enter the run's user namespace, if the
// caller isn't in there. That of an isolated run lets nobody set groups, which
// nsenter would do else; the user is root in there as he is.
func (l Run) becomeUser(option string) []string {
	switch {
	case l.UserNS == "":
		return nil
	case l.Isolated:
		return []string{option, "--preserve-credentials"}
	}
	return []string{option}
}

// at is a step in the network namespace of the bridge or a guest.
func (l Run) at(node, about string, argv ...string) plan.Step {
	enter := append(slices.Clone([]string(l.Tools.Nsenter)), l.becomeUser("--user="+l.UserNS)...)
	enter = append(enter, "--net="+l.Dir+"/"+node)
	return plan.Step{About: node + ": " + about, Place: plan.Place{Name: node, Enter: enter}, Argv: argv}
}

// Enter is the step that runs a command in the network of a node, in the
// caller's file system.
func (l Run) Enter(node string, argv []string) plan.Step {
	s := l.at(node, "a command in its network", argv...)
	s.Place.Enter = endOptions(s.Place.Enter, argv)
	return s
}

// endOptions keeps a command that looks like an option from being one.
func endOptions(enter, argv []string) []string {
	if strings.HasPrefix(argv[0], "-") {
		return append(enter, "--")
	}
	return enter
}
