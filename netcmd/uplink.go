package netcmd

import (
	"fmt"

	"vagganet/netcmd/plan"
)

// uplinkChain has the uplinks that are cut, in the bridge's namespace, where what
// leaves the guests' network is routed. It needs no br_netfilter.
const uplinkChain = cutChain + "-UPLINK"

// hookUplinks is the rule that leads there. Most runs never need it, so the first
// command that does makes it.
const hookUplinks = "-A FORWARD -j " + uplinkChain

// uplinkChains are the chains for the uplinks that are cut. What a guest sends is
// known by its hardware address, so by whatever address it does; what is sent to
// it, by the one that it was given.
func (l LiveRun) uplinkChains(c Cuts) []chain {
	port := l.uplinkDevice()
	out := "-i " + bridgeDevice + " -o " + port + " "
	in := "-i " + port + " -o " + bridgeDevice + " "
	address := l.addresses()
	from := func(guest int) string {
		return out + "-m mac --mac-source " + MAC(address[c.Guests[guest]]) + " "
	}
	to := func(guest int) string {
		return fmt.Sprintf("-d %s %s", address[c.Guests[guest]], in)
	}
	top := chain{uplinkChain, append(shortest(c.uplinks, from, out), shortest(c.uplinks, to, in)...)}
	return append([]chain{top}, packets.ends([]chain{top})...)
}

func (l LiveRun) uplinkDevice() string { return Slot{Number: l.Slot}.BridgeDevice() }

// CutUplinks is the plan that cuts these uplinks and no others, in one
// transaction. Links between guests stay as they are. Captured is what ListRules
// has found.
func (l LiveRun) CutUplinks(c Cuts, captured func(variable string) string) plan.Plan {
	chains := l.uplinkChains(c)
	input := packets.transaction(chains)
	if _, hooked := uplinkHook(readRules(captured(bridgeRules))); !hooked {
		input = append(input[:len(input)-1], hookUplinks, "COMMIT")
	}
	s := l.restore(packets, input)
	s.About = "bridge: which uplinks are cut"
	return plan.Plan{s}
}

// uplinkHook is the rule that leads to the uplinks' chain.
func uplinkHook(r rules) (words []string, found bool) {
	for _, words := range r["FORWARD"] {
		if after(words, "-j") == uplinkChain {
			return words, true
		}
	}
	return nil, false
}

// readUplinks is the reverse of uplinkChains.
func (l LiveRun) readUplinks(r rules, c Cuts) {
	if _, hooked := uplinkHook(r); !hooked {
		return
	}
	address := l.addresses()
	for i, name := range c.Guests {
		for _, words := range r[uplinkChain] {
			to := after(words, "-d")
			if after(words, "-o") == bridgeDevice && (to == "" || to == address[name].String()+"/32") {
				c.uplinks[i] = stateOf(words)
				break
			}
		}
	}
}
