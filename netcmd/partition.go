package netcmd

import (
	"slices"
	"strings"

	"vagganet/netcmd/plan"
)

// bridgeSwitch makes bridged packets pass through iptables.
const bridgeSwitch = "net.bridge.bridge-nf-call-iptables"

// LiveRun is a run as a command finds it that comes later: from outside, or
// from one of its own children.
type LiveRun struct {
	Info
	Tools Tools
	// Dir is the way to the run's folder: through /proc/PID/root from outside.
	Dir string
	// UserNS is the file of the run's user namespace; empty for a process that
	// is in there already.
	UserNS string
	// Supervisor is the run's first process, as the caller sees it; 0 where
	// the caller doesn't.
	Supervisor int
	// Started is when that was started: another process may have its number
	// once the run has ended.
	Started int64
}

// Names lists the run's guests, sorted.
func (l LiveRun) Names() []string {
	var names []string
	for _, g := range l.Guests {
		names = append(names, g.Name)
	}
	return slices.Sorted(slices.Values(names))
}

// Partition is the plan that cuts these links between guests and no others, for
// the whole network at once. A packet is judged by the ports of the bridge that
// it comes from and goes to, whatever its addresses. Uplinks stay as they are.
// Captured is what ListRules has found; nil where NeedsRules says that it need
// not be known.
//
// Nothing cut: the switch goes off before the rules go. Something cut: it goes
// on after they are there. So whichever of two partitions comes last, no rules
// are left that the switch keeps from working.
//
// Where br_netfilter is not to be had, it is done in the guests: see cutInGuests.
func (l LiveRun) Partition(c Cuts, captured func(variable string) string) plan.Plan {
	if l.CutsIn == InGuests {
		return l.cutInGuests(c)
	}
	now := rules{}
	if captured != nil {
		now = readRules(captured(bridgeRules))
	}
	return l.switched(c.cutsLinks(), l.replaceLinks(c, now))
}

// Heal is the plan that takes back whatever is done to links and uplinks.
func (l LiveRun) Heal() plan.Plan {
	var bridge []chain
	if l.CutsIn != InGuests {
		bridge = append(bridge, chain{name: cutChain})
	}
	if !l.Isolated {
		bridge = append(bridge, chain{name: uplinkChain})
	}
	if l.CutsIn != InGuests {
		return l.switched(false, transaction(bridge))
	}
	p := l.cutInGuests(FullMesh(l.Names()))
	if bridge != nil {
		s := l.restore(Bridge, transaction(bridge))
		s.About, s.Together = aboutGuestCuts, togetherCuts
		p = append(p, s)
	}
	return p
}

// switched are rules in the bridge, and the switch in the right order.
func (l LiveRun) switched(on bool, input []string) plan.Plan {
	rules := l.restore(Bridge, input)
	if on {
		return plan.Plan{rules, l.bridgeSwitch(true)}
	}
	off := l.bridgeSwitch(false)
	off.Undo = []plan.Step{l.bridgeSwitch(true)}
	return plan.Plan{off, rules}
}

func (l LiveRun) bridgeSwitch(on bool) plan.Step {
	about, value := "bridged packets don't pass through iptables", "=0"
	if on {
		about, value = "bridged packets pass through iptables", "=1"
	}
	return l.at(Bridge, about, l.Tools.Sysctl.With("-q", "-w", bridgeSwitch+value)...)
}

// becomeUser is what nsenter needs to enter the run's user namespace, if the
// caller isn't in there. That of an isolated run lets nobody set groups, which
// nsenter would do else; the user is root in there as he is.
func (l LiveRun) becomeUser(option string) []string {
	switch {
	case l.UserNS == "":
		return nil
	case l.Isolated:
		return []string{option, "--preserve-credentials"}
	}
	return []string{option}
}

// restore is one transaction with the rules of a node.
func (l LiveRun) restore(node string, input []string) plan.Step {
	s := l.at(node, "what is cut", l.Tools.Restore().With("--noflush", "--wait")...)
	s.Env = []string{lockFile(l.Dir, node)}
	s.Stdin = lines(input...)
	return s
}

// lockFile names, for iptables-legacy, a lock that the user can open, and that
// belongs to one namespace. The variable means nothing to iptables-nft.
func lockFile(runDir, node string) string {
	if node == Bridge {
		return "XTABLES_LOCKFILE=" + runDir + "/.xtables.lock"
	}
	return "XTABLES_LOCKFILE=" + runDir + "/.xtables." + node + ".lock"
}

// at is a step in the network namespace of the bridge or a guest.
func (l LiveRun) at(node, about string, argv ...string) plan.Step {
	enter := append(slices.Clone([]string(l.Tools.Nsenter)), l.becomeUser("--user="+l.UserNS)...)
	enter = append(enter, "--net="+l.Dir+"/"+node)
	return plan.Step{About: node + ": " + about, Place: plan.Place{Name: node, Enter: enter}, Argv: argv}
}

// Enter is the step that runs a command in the network of a node, in the
// caller's file system.
func (l LiveRun) Enter(node string, argv []string) plan.Step {
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

// The variables that take what is read of the bridge.
const (
	switchValue = "switch"
	bridgeRules = "rules"
)

// ListRules is the plan that reads what is cut. What it captures is for ReadCuts.
func (l LiveRun) ListRules() plan.Plan {
	if l.CutsIn == InGuests {
		return l.listGuestRules()
	}
	s := l.at(Bridge, "whether bridged packets pass through iptables", l.Tools.Sysctl.With("-n", bridgeSwitch)...)
	s.Capture = switchValue
	return plan.Plan{s, l.list(Bridge, bridgeRules)}
}

// list is the step that reads a node's rules into a variable.
func (l LiveRun) list(node, variable string) plan.Step {
	s := l.at(node, "what is cut", l.Tools.Iptables.With("--wait", "-S")...)
	s.Env = []string{lockFile(l.Dir, node)}
	s.Capture = variable
	return s
}

// ReadCuts reads what is cut back from what ListRules captured: the reverse of
// Partition and CutUplinks.
func (l LiveRun) ReadCuts(captured func(variable string) string) Cuts {
	c := FullMesh(l.Names())
	bridge := readRules(captured(bridgeRules))
	l.readUplinks(bridge, c)
	switch {
	case l.CutsIn == InGuests:
		l.readGuestCuts(c, captured)
	case captured(switchValue) != "0":
		bridge.readLinks(c)
	}
	return c
}
