package firewall

import (
	"fmt"
	"net/netip"

	"vagganet/netcmd/addresses"
	"vagganet/netcmd/links"
)

// UplinkChain has the uplinks that are cut, in the bridge's namespace, where what
// leaves the guests' network is routed. It needs no br_netfilter.
const UplinkChain = CutChain + "-UPLINK"

// UplinkChains are the chains for the uplinks that are cut. What a guest sends is
// known by its hardware address, so by whatever address it does; what is sent to
// it, by the one that it was given.
//
// Port is the bridge's device that leads to the gateway.
func UplinkChains(c links.Cuts, port string, address func(guest string) netip.Addr) []Chain {
	out := "-i " + addresses.BridgeDevice + " -o " + port + " "
	in := "-i " + port + " -o " + addresses.BridgeDevice + " "
	from := func(guest int) string {
		return out + "-m mac --mac-source " + addresses.MAC(address(c.Guests[guest])) + " "
	}
	to := func(guest int) string {
		return fmt.Sprintf("-d %s %s", address(c.Guests[guest]), in)
	}
	states := make([]links.State, len(c.Guests))
	for i := range states {
		states[i] = c.Uplink(i)
	}
	top := Chain{UplinkChain, append(shortest(states, from, out), shortest(states, to, in)...)}
	return append([]Chain{top}, Packets.ends([]Chain{top})...)
}

// ReadUplinks is the reverse of UplinkChains: it sets in c what is cut.
func (r Rules) ReadUplinks(c links.Cuts, address func(guest string) netip.Addr) {
	if !r.hooks(UplinkChain) {
		return
	}
	for i, name := range c.Guests {
		for _, words := range r[UplinkChain] {
			to := OptionValue(words, "-d")
			if OptionValue(words, "-o") == addresses.BridgeDevice && (to == "" || to == address(name).String()+"/32") {
				c.SetUplink(i, stateOf(words).How)
				break
			}
		}
	}
}
