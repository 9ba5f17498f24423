package netcmd

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"vagganet/netcmd/plan"
)

const (
	// cutChain is hooked into FORWARD of the bridge's namespace and has all
	// that a partition needs.
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
	// UserNS is the file of the gateway's user namespace; empty for a process
	// that is in there already.
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
func (l LiveRun) Partition(cuts Cuts) plan.Plan {
	cutNone := !slices.Contains(cuts.cut, true)
	rules := l.at(Bridge, "what is cut", l.Tools.Restore().With("--noflush", "--wait")...)
	rules.Env = []string{"XTABLES_LOCKFILE=" + l.Dir + "/.xtables.lock"}
	rules.Stdin = lines(restoreInput(cuts)...)
	if cutNone {
		return plan.Plan{l.bridgeSwitch(false), rules}
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

// at is a step in the network namespace of the bridge or a guest.
func (l LiveRun) at(node, about string, argv ...string) plan.Step {
	enter := []string{"nsenter"}
	if l.UserNS != "" {
		enter = append(enter, "--user="+l.UserNS)
	}
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
	input = append(input, hooks...)
	for _, chain := range ordered {
		for _, rule := range bodies[chain] {
			input = append(input, "-A "+chain+" "+rule)
		}
	}
	return append(input, "COMMIT")
}

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
	return l.at(node, "a command in its network", argv...)
}

// ListRules is the step that reads which links are cut, into the variable
// "rules".
func (l LiveRun) ListRules() plan.Step {
	s := l.at(Bridge, "which links are cut", l.Tools.Iptables.With("--wait", "-S")...)
	s.Env = []string{"XTABLES_LOCKFILE=" + l.Dir + "/.xtables.lock"}
	s.Capture = "rules"
	return s
}

// ReadCuts reads a partition back from the rules as iptables lists them: the
// reverse of Partition.
func ReadCuts(guests []string, rules string) Cuts {
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
