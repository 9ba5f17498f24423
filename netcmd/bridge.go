package netcmd

import (
	"fmt"

	"vagganet/netcmd/plan"
)

// bridgeSettings are those of the bridge's namespace before it has devices.
// While nothing is cut, bridged packets don't pass through iptables.
func (r Run) bridgeSettings() []string {
	settings := []string{"net.ipv4.ip_forward=1"}
	if r.BridgeFilter {
		// Behind a VLAN tag there are addresses, too.
		settings = append(settings, bridgeSwitch+"=0", "net.bridge.bridge-nf-filter-vlan-tagged=1")
	}
	return append(settings, r.guestSettings()...)
}

// bridge connects the bridge's namespace: to the gateway, and to every guest by
// a veth that is a port of the bridge.
func (r Run) bridge() plan.Plan {
	tools := r.Gateway.Tools
	var p plan.Plan
	ip := r.at(Bridge, "addresses, and a port for each guest", tools.batch()...)
	if tools.Brctl == nil {
		ip.Stdin = lines("link add " + bridgeDevice + " type bridge")
	} else {
		p = plan.Plan{r.at(Bridge, "the bridge device", tools.Brctl.With("addbr", bridgeDevice)...)}
	}
	ip.Stdin += r.bridgeLines()
	return append(append(p, ip), r.bridgeFirewall()...)
}

// bridgeFirewall hides the guests behind the bridge, where there is a gateway,
// and has the chain for partitions, where they are made in the bridge.
func (r Run) bridgeFirewall() plan.Plan {
	var input []string
	if !r.isolated() {
		input = append(append(input, "*nat"), r.portRules()...)
		input = append(input,
			// Not between guests: where bridged packets pass through iptables,
			// all peers would look like the bridge.
			fmt.Sprintf("-A POSTROUTING -s %s ! -d %s -j MASQUERADE", r.Network, r.Network),
			"COMMIT")
	}
	if r.CutsIn != InGuests {
		input = append(input, cutChainIn("FORWARD")...)
	}
	if input == nil {
		return nil
	}
	s := r.at(Bridge, "firewall, with a chain for partitions", r.Gateway.Tools.Restore().With("--noflush", "--wait")...)
	if r.CutsIn == InGuests {
		s.About = "bridge: firewall"
	}
	s.Env = []string{lockFile(r.Gateway.RunDir(), Bridge)}
	s.Stdin = lines(input...)
	return plan.Plan{s}
}

func (r Run) bridgeLines() string {
	address := r.Network.Bridge()
	batch := append([]string{"link set dev lo up"}, r.uplink()...)
	batch = append(batch,
		fmt.Sprintf("link set dev %s address %s up", bridgeDevice, MAC(address)),
		fmt.Sprintf("addr add %s/%d dev %s", address, r.Network.Prefix().Bits(), bridgeDevice))
	for _, g := range r.Guests {
		batch = append(batch,
			fmt.Sprintf("link add %s up master %s type veth peer name %s address %s netns %s",
				g.Port(), bridgeDevice, guestDevice, MAC(g.IP), r.dir(g.Name)),
			neighbour(g.IP, bridgeDevice))
	}
	return lines(batch...)
}

// uplink connects the bridge with the gateway, if there is one. Without, it has
// no route that leads on, and tells the guests so: what they send to elsewhere
// fails at once.
func (r Run) uplink() []string {
	if r.isolated() {
		return nil
	}
	up := r.Slot.BridgeDevice()
	return []string{
		fmt.Sprintf("addr add %s/30 dev %s", r.Slot.Bridge, up),
		"link set dev " + up + " up",
		neighbour(r.Slot.Gateway, up),
		"route add default via " + r.Slot.Gateway.String(),
	}
}
