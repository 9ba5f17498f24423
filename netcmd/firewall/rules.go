package firewall

import (
	"fmt"
	"slices"
	"strings"

	"vagganet/netcmd/addresses"
	"vagganet/netcmd/links"
)

// A Chain is one of ours, with its rules as a line of iptables-restore has them
// behind "-A NAME".
type Chain struct {
	Name  string
	rules []string
}

const (
	// CutChain is hooked into FORWARD of the bridge's namespace, and has the
	// links that are cut. The other chains of a partition are named after it.
	CutChain = "VAGGA"
	// rejectChain, newChain and answerChain are where a packet ends up that is
	// refused, that is cut if it opens something new, or but for some answers.
	rejectChain = CutChain + "-REJECT"
	newChain    = CutChain + "-NEW"
	answerChain = CutChain + "-ANSWER"
)

// newRules drop what opens something new. A TCP connection is opened by its
// first packet alone; what conntrack calls new won't do, as that is also what is
// known of a connection that is older than the partition. Of everything else
// passes what answers.
var newRules = []string{
	"-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN -j DROP",
	"! -p tcp -m conntrack --ctstate NEW -j DROP",
}

// rejectRules refuse as a machine does where nobody listens. Hardware addresses
// are asked for by ICMPv6: such questions pass, as ARP does.
func (t Table) rejectRules() []string {
	rules := []string{
		"-p tcp -j REJECT --reject-with tcp-reset",
		"-j REJECT --reject-with " + t.refusal,
	}
	if t == Packets6 {
		for _, message := range []string{"136", "135"} {
			rules = slices.Insert(rules, 0, "-p ipv6-icmp -m icmp6 --icmpv6-type "+message+" -j RETURN")
		}
	}
	return rules
}

// answerRules are for a link that is cut while the other way is not: there pass
// answers, to the one that has asked, which hardware address who has. Without them,
// the other way would die with this one after some seconds. What a node says of
// itself to all does not pass.
var answerRules = []string{
	"-p ARP --arp-opcode Reply -d ! Multicast -j ACCEPT",
	"-p IPv6 --ip6-protocol ipv6-icmp --ip6-icmp-type neighbour-advertisement -d ! Multicast -j ACCEPT",
	"-j DROP",
}

// dropOneWay is Drop where answerRules hold.
const dropOneWay links.How = 255

// withOneWay marks the links that are dropped one way only.
func withOneWay(c links.Cuts) links.Cuts {
	marked := c.Clone()
	for to := range c.Guests {
		for from, there := range c.To(to) {
			back := c.State(to, from)
			if there == back {
				continue // as between clusters
			}
			if there.How == links.Drop && back.How == links.Up {
				marked.Set(from, to, dropOneWay)
			}
		}
	}
	return marked
}

// targetOf is the end of a rule for what comes by a link of that state.
func targetOf(s links.State) string {
	switch s.How {
	case links.Drop:
		return "-j DROP"
	case dropOneWay:
		return "-j " + answerChain
	case links.Reject:
		return "-g " + rejectChain
	case links.New:
		return "-g " + newChain
	}
	return "-j RETURN"
}

// stateOf is the state whose target a rule has.
func stateOf(words []string) links.State {
	switch target := OptionValue(words, "-j") + OptionValue(words, "-g"); target {
	case "DROP", answerChain:
		return links.State{How: links.Drop}
	case rejectChain:
		return links.State{How: links.Reject}
	case newChain:
		return links.State{How: links.New}
	}
	return links.State{}
}

// ends are the chains that those rules of the others lead to which don't just
// drop or keep.
func (t Table) ends(chains []Chain) []Chain {
	var more []Chain
	leadsTo := func(target string) bool {
		return slices.ContainsFunc(chains, func(c Chain) bool {
			return slices.ContainsFunc(c.rules, func(r string) bool { return strings.HasSuffix(r, t.jump+target) })
		})
	}
	if leadsTo(rejectChain) {
		more = append(more, Chain{rejectChain, t.rejectRules()})
	}
	if leadsTo(answerChain) {
		more = append(more, Chain{answerChain, answerRules})
	}
	if leadsTo(newChain) {
		more = append(more, Chain{newChain, newRules})
	}
	return more
}

// LinkChains are the chains for the links that are cut; the first
// one, called top, is the way in. For each port that loses something there is a
// rule that finds it, and a chain that knows from whom. Guests that lose the same
// have a chain together, so clusters cost rules by their guests, not by their
// pairs.
func (t Table) LinkChains(c links.Cuts, top string) []Chain {
	if t == Frames {
		c = withOneWay(c)
	}
	ports := make([]string, len(c.Guests))
	for i, name := range c.Guests {
		ports[i] = addresses.BridgePort(name)
	}
	hooks := portChain{name: top, table: t, option: t.out, all: ports}
	var bodies []portChain
	known := map[string]int{} // the body that has these rules
	bodyOf := map[string]int{}
	for to := range c.Guests {
		losses := losses(c, to)
		number, seen := bodyOf[losses]
		if !seen {
			body := t.senders(c, to, ports)
			number = body.in(known, len(bodies))
			if number == len(bodies) {
				body.name = fmt.Sprintf("%s-%d", top, number)
				bodies = append(bodies, body)
			}
			bodyOf[losses] = number
		}
		if number >= 0 {
			hooks.ports = append(hooks.ports, portRule{ports[to], t.jump + bodies[number].name})
		}
	}
	return portChains(hooks, bodies)
}

// in is the number of the chain with the same rules; next, if there is none yet,
// and -1 for no rules.
func (c portChain) in(known map[string]int, next int) int {
	rules := strings.Join(c.flat(), "\n")
	if rules == "" {
		return -1
	}
	number, there := known[rules]
	if !there {
		number, known[rules] = next, next
	}
	return number
}

// losses has a byte for each sender, the state of its link to a guest: two guests that
// have the same need the same rules.
func losses(c links.Cuts, to int) string {
	states := make([]byte, len(c.Guests))
	for from, s := range c.To(to) {
		states[from] = byte(s.How)
	}
	return string(states)
}

// senders returns the chain for what is sent to one guest, by the sender.
func (t Table) senders(c links.Cuts, to int, ports []string) portChain {
	states := c.To(to)
	body := portChain{table: t, option: t.in, all: ports}
	if len(c.Guests) > 1 {
		others := slices.Compact(slices.Delete(slices.Clone(states), to, to+1))
		if len(others) == 1 && others[0] != (links.State{}) {
			body.last = targetOf(others[0])
			return body
		}
	}
	usual := usualOf(states)
	for from, s := range states {
		if s != usual {
			body.ports = append(body.ports, portRule{ports[from], targetOf(s)})
		}
	}
	if usual != (links.State{}) {
		body.last = targetOf(usual)
	}
	return body
}

// shortest are rules for nodes in those states: one for each that is not in the
// usual one, and, if something is done in that, a last one. Match finds a node,
// all finds any.
func shortest(states []links.State, match func(node int) string, all string) []string {
	usual := usualOf(states)
	var rules []string
	for i, s := range states {
		if s != usual {
			rules = append(rules, match(i)+targetOf(s))
		}
	}
	if usual != (links.State{}) {
		rules = append(rules, all+targetOf(usual))
	}
	return rules
}

// usualOf is the state that takes the fewest rules if it is that of all who have
// no rule: the one that most are in.
func usualOf(states []links.State) links.State {
	count := map[links.State]int{}
	for _, s := range states {
		count[s]++
	}
	usual := links.State{}
	fewest := len(states) - count[usual]
	for _, s := range states { // not over the map, whose order is any
		if rules := len(states) - count[s] + 1; rules < fewest {
			usual, fewest = s, rules
		}
	}
	return usual
}
