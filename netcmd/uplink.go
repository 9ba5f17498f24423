package netcmd

import (
	"fmt"

	"vagganet/netcmd/addresses"
	"vagganet/netcmd/links"
	"vagganet/netcmd/plan"
)

// uplinkChain has the uplinks that are cut, in the bridge's namespace, where what
// leaves the guests' network is routed. It needs no br_netfilter.
const uplinkChain = cutChain + "-UPLINK"

// uplinkChains are the chains for the uplinks that are cut. What a guest sends is
// known by its hardware address, so by whatever address it does; what is sent to
// it, by the one that it was given.
func (l LiveRun) uplinkChains(c links.Cuts) []chain {
	port := l.uplinkDevice()
	out := "-i " + addresses.BridgeDevice + " -o " + port + " "
	in := "-i " + port + " -o " + addresses.BridgeDevice + " "
	guests := l.byName()
	from := func(guest int) string {
		return out + "-m mac --mac-source " + addresses.MAC(guests[c.Guests[guest]].IP) + " "
	}
	to := func(guest int) string {
		return fmt.Sprintf("-d %s %s", guests[c.Guests[guest]].IP, in)
	}
	states := make([]links.State, len(c.Guests))
	for i := range states {
		states[i] = c.Uplink(i)
	}
	top := chain{uplinkChain, append(shortest(states, from, out), shortest(states, to, in)...)}
	return append([]chain{top}, packets.ends([]chain{top})...)
}

func (l LiveRun) uplinkDevice() string { return addresses.Slot{Number: l.Slot}.BridgeDevice() }

// CutUplinks is the plan that cuts these uplinks and no others, in one
// transaction. Links between guests stay as they are. Now is what there is.
func (l LiveRun) CutUplinks(c links.Cuts, now Observed) plan.Plan {
	s := l.restore(packets, now.packets.hooked(uplinkChain, packets.transaction(l.uplinkChains(c))))
	s.About = "bridge: which uplinks are cut"
	return plan.Plan{s}
}

// readUplinks is the reverse of uplinkChains.
func (l LiveRun) readUplinks(r rules, c links.Cuts) {
	if !r.hooks(uplinkChain) {
		return
	}
	guests := l.byName()
	for i, name := range c.Guests {
		for _, words := range r[uplinkChain] {
			to := after(words, "-d")
			if after(words, "-o") == addresses.BridgeDevice && (to == "" || to == guests[name].IP.String()+"/32") {
				c.SetUplink(i, stateOf(words).How)
				break
			}
		}
	}
}
