package netcmd

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"vagganet/netcmd/plan"
)

const (
	// cutChain is hooked into FORWARD of the bridge's namespace, or into INPUT
	// of every guest's, and has all that a partition needs.
	cutChain = "VAGGA"
	// bridgeSwitch makes bridged packets pass through iptables.
	bridgeSwitch = "net.bridge.bridge-nf-call-iptables"
)

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
}

// Names lists the run's guests, sorted.
func (l LiveRun) Names() []string {
	var names []string
	for _, g := range l.Guests {
		names = append(names, g.Name)
	}
	return slices.Sorted(slices.Values(names))
}

// Partition is the plan that cuts these links and no others, for the whole
// network at once. A packet is judged by the ports of the bridge that it comes
// from and goes to, whatever its addresses.
//
// Nothing cut: the switch goes off before the rules go. Something cut: it goes
// on after they are there. So whichever of two partitions comes last, no rules
// are left that the switch keeps from working.
//
// Where br_netfilter is not to be had, it is done in the guests: see cutInGuests.
func (l LiveRun) Partition(cuts Cuts) plan.Plan {
	if l.CutsIn == InGuests {
		return l.cutInGuests(cuts)
	}
	cutNone := !slices.Contains(cuts.cut, true)
	rules := l.restore(Bridge, restoreInput(cuts))
	if cutNone {
		off := l.bridgeSwitch(false)
		off.Undo = []plan.Step{l.bridgeSwitch(true)}
		return plan.Plan{off, rules}
	}
	return plan.Plan{rules, l.bridgeSwitch(true)}
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

// restoreInput is the transaction for a set of cuts: for each port that loses
// something a rule that finds it, and a chain that knows from whom. Guests that
// lose the same have a chain together, so clusters cost rules by their guests,
// not by their pairs.
func restoreInput(c Cuts) []string {
	var hooks []string
	chains := map[string]string{} // by the chain's rules
	bodies := map[string][]string{}
	for to, name := range c.Guests {
		body := c.rulesFor(to)
		if body == nil {
			continue
		}
		key := strings.Join(body, "\n")
		if _, known := chains[key]; !known {
			chains[key] = fmt.Sprintf("%s-%d", cutChain, len(chains))
			bodies[chains[key]] = body
		}
		hooks = append(hooks, fmt.Sprintf("-A %s -m physdev --physdev-out %s -j %s", cutChain, Port(name), chains[key]))
	}
	// Naming a chain like this makes it, or empties it.
	input := []string{"*filter", ":" + cutChain + " - [0:0]"}
	ordered := slices.SortedFunc(maps.Values(chains), compareChains)
	for _, chain := range ordered {
		input = append(input, ":"+chain+" - [0:0]")
	}
	if hooks != nil {
		input = append(input, aroundTheBridge)
	}
	input = append(input, hooks...)
	for _, chain := range ordered {
		for _, rule := range bodies[chain] {
			input = append(input, "-A "+chain+" "+rule)
		}
	}
	return append(input, "COMMIT")
}

// aroundTheBridge drops what guests send each other by way of the bridge's own
// address: that is routed, and has no port that it leaves by.
const aroundTheBridge = "-A " + cutChain + " -i " + bridgeDevice + " -o " + bridgeDevice +
	" -m physdev ! --physdev-is-bridged -j DROP"

func compareChains(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// rulesFor lists what is dropped on the way to one guest, or, where that is
// shorter, what is not; nil when it gets everything.
func (c Cuts) rulesFor(to int) []string {
	var cut, kept []string
	others := false
	for from, name := range c.Guests {
		match := "-m physdev --physdev-in " + Port(name)
		switch {
		case c.Has(from, to):
			cut = append(cut, match+" -j DROP")
		default:
			kept = append(kept, match+" -j RETURN")
			others = others || from != to
		}
	}
	switch {
	case cut == nil:
		return nil
	case !others:
		return []string{"-j DROP"}
	case len(kept)+1 < len(cut):
		return append(kept, "-j DROP")
	}
	return cut
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

// ListRules is the plan that reads which links are cut. What it captures is for
// ReadCuts.
func (l LiveRun) ListRules() plan.Plan {
	if l.CutsIn == InGuests {
		return l.listGuestRules()
	}
	s := l.at(Bridge, "whether bridged packets pass through iptables", l.Tools.Sysctl.With("-n", bridgeSwitch)...)
	s.Capture = "switch"
	return plan.Plan{s, l.list(Bridge, "rules")}
}

// list is the step that reads a node's rules into a variable.
func (l LiveRun) list(node, variable string) plan.Step {
	s := l.at(node, "which links are cut", l.Tools.Iptables.With("--wait", "-S")...)
	s.Env = []string{lockFile(l.Dir, node)}
	s.Capture = variable
	return s
}

// ReadCuts reads a partition back from what ListRules captured: the reverse of
// Partition.
func (l LiveRun) ReadCuts(captured func(variable string) string) Cuts {
	if l.CutsIn == InGuests {
		return l.readGuestCuts(captured)
	}
	if captured("switch") == "0" {
		return FullMesh(l.Names())
	}
	return readBridgeCuts(l.Names(), captured("rules"))
}

func readBridgeCuts(guests []string, rules string) Cuts {
	c := FullMesh(guests)
	number := map[string]int{}
	for i, g := range c.Guests {
		number[Port(g)] = i
	}
	verdicts := map[string][][]string{}
	hooks := map[int]string{}
	for line := range strings.Lines(rules) {
		words := strings.Fields(line)
		if len(words) < 2 || words[0] != "-A" {
			continue
		}
		to, hook := number[after(words, "--physdev-out")]
		if words[1] == cutChain && hook {
			hooks[to] = after(words, "-j")
		} else {
			verdicts[words[1]] = append(verdicts[words[1]], words)
		}
	}
	for to, chain := range hooks {
		for from := range c.Guests {
			c.set(from, to, from != to && dropped(verdicts[chain], Port(c.Guests[from])))
		}
	}
	return c
}

// dropped follows a chain for what comes from one port.
func dropped(rules [][]string, port string) bool {
	for _, words := range rules {
		if in := after(words, "--physdev-in"); in == "" || in == port {
			return after(words, "-j") == "DROP"
		}
	}
	return false
}

func after(words []string, option string) string {
	if i := slices.Index(words, option); i >= 0 && i+1 < len(words) {
		return words[i+1]
	}
	return ""
}
