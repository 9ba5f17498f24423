package netcmd

import (
	"fmt"
	"slices"
	"strings"
)

// A chain is one of ours, with its rules as a line of iptables-restore has them
// behind "-A NAME".
type chain struct {
	name  string
	rules []string
}

const (
	// cutChain is hooked into FORWARD of the bridge's namespace, or into INPUT
	// of every guest's, and has the links that are cut. The other chains of a
	// partition are named after it.
	cutChain = "VAGGA"
	// rejectChain and newChain are where a packet ends up that is refused, or
	// that is cut if it opens something new.
	rejectChain = cutChain + "-REJECT"
	newChain    = cutChain + "-NEW"
)

// newRules drop what opens something new. A TCP connection is opened by its
// first packet alone; what conntrack calls new won't do, as that is also what is
// known of a connection that is older than the partition. Of everything else
// passes what answers.
var newRules = []string{
	"-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j DROP",
	"! -p tcp -m conntrack --ctstate NEW -j DROP",
}

// rejectRules refuse as a machine does where nobody listens.
var rejectRules = []string{
	"-p tcp -j REJECT --reject-with tcp-reset",
	"-j REJECT --reject-with icmp-port-unreachable",
}

// rejectRulesInGuests let pass what refuses: there it is the peer itself that
// refuses, and its answer comes by a link that is cut, too.
var rejectRulesInGuests = append([]string{
	"-p tcp -m tcp --tcp-flags RST RST -j RETURN",
	"-p icmp -m icmp --icmp-type 3 -j RETURN",
}, rejectRules...)

// target is the end of a rule for what comes by a link of that state.
func (s State) target() string {
	switch s.How {
	case Drop:
		return "-j DROP"
	case Reject:
		return "-g " + rejectChain
	case New:
		return "-g " + newChain
	}
	return "-j RETURN"
}

// stateOf is the state whose target a rule has.
func stateOf(words []string) State {
	switch target := after(words, "-j") + after(words, "-g"); target {
	case "DROP":
		return State{Drop}
	case rejectChain:
		return State{Reject}
	case newChain:
		return State{New}
	}
	return State{}
}

// ends are the chains that those rules of the others lead to which don't just
// drop or keep.
func ends(chains []chain, reject []string) []chain {
	var more []chain
	leadsTo := func(target string) bool {
		return slices.ContainsFunc(chains, func(c chain) bool {
			return slices.ContainsFunc(c.rules, func(r string) bool { return strings.HasSuffix(r, "-g "+target) })
		})
	}
	if leadsTo(rejectChain) {
		more = append(more, chain{rejectChain, reject})
	}
	if leadsTo(newChain) {
		more = append(more, chain{newChain, newRules})
	}
	return more
}

// linkChains are the chains for the links that are cut, in the bridge; the first
// one, called top, is the way in. For each port that loses something there is a
// rule that finds it, and a chain that knows from whom. Guests that lose the same
// have a chain together, so clusters cost rules by their guests, not by their
// pairs.
func linkChains(c Cuts, top string) []chain {
	var hooks []string
	var bodies []chain
	ports := make([]string, len(c.Guests))
	for i, name := range c.Guests {
		ports[i] = Port(name)
	}
	known := map[string]string{} // the chain that has these rules
	rulesOf := map[string][]string{}
	codes := map[State]rune{}
	for to := range c.Guests {
		losses := c.losses(to, codes)
		rules, seen := rulesOf[losses]
		if !seen {
			rules = c.rulesFor(to, ports)
			rulesOf[losses] = rules
		}
		if rules == nil {
			continue
		}
		key := strings.Join(rules, "\n")
		if known[key] == "" {
			known[key] = fmt.Sprintf("%s-%d", top, len(bodies))
			bodies = append(bodies, chain{known[key], rules})
		}
		hooks = append(hooks, fmt.Sprintf("-m physdev --physdev-out %s -j %s", ports[to], known[key]))
	}
	if hooks != nil {
		hooks = slices.Insert(hooks, 0, aroundTheBridge)
	}
	return slices.Concat([]chain{{top, hooks}}, bodies, ends(bodies, rejectRules))
}

// losses has a letter for each sender, by the state of its link to a guest: two
// guests that have the same need the same rules.
func (c Cuts) losses(to int, codes map[State]rune) string {
	letters := make([]rune, len(c.Guests))
	for from := range c.Guests {
		s := c.State(from, to)
		code, known := codes[s]
		if !known {
			code = rune(len(codes))
			codes[s] = code
		}
		letters[from] = code
	}
	return string(letters)
}

// aroundTheBridge drops what guests send each other by way of the bridge's own
// address: that is routed, and has no port that it leaves by.
const aroundTheBridge = "-i " + bridgeDevice + " -o " + bridgeDevice + " -m physdev ! --physdev-is-bridged -j DROP"

// rulesFor are the rules for what is sent to one guest; nil when it gets
// everything.
func (c Cuts) rulesFor(to int, ports []string) []string {
	states := make([]State, len(c.Guests))
	for from := range c.Guests {
		states[from] = c.State(from, to)
	}
	match := func(from int) string { return "-m physdev --physdev-in " + ports[from] + " " }
	if len(c.Guests) > 1 {
		others := slices.Compact(slices.Delete(slices.Clone(states), to, to+1))
		if len(others) == 1 && others[0] != (State{}) {
			return []string{others[0].target()}
		}
	}
	return shortest(states, match, "")
}

// shortest are rules for nodes in those states: one for each that is not in the
// state that most are in, and, if something is done in that one, a last one. Match
// finds a node, all finds any.
func shortest(states []State, match func(node int) string, all string) []string {
	count := map[State]int{}
	for _, s := range states {
		count[s]++
	}
	usual := State{}
	fewest := len(states) - count[usual]
	for _, s := range states { // not over the map, whose order is any
		if rules := len(states) - count[s] + 1; rules < fewest {
			usual, fewest = s, rules
		}
	}
	var rules []string
	for i, s := range states {
		if s != usual {
			rules = append(rules, match(i)+s.target())
		}
	}
	if usual != (State{}) {
		rules = append(rules, all+usual.target())
	}
	return rules
}
