package netcmd

import (
	"fmt"
	"slices"

	"vagganet/netcmd/addresses"
	"vagganet/netcmd/firewall"
	"vagganet/netcmd/plan"
)

// bridgeNetNS gives the bridge's namespace settings for the devices to come, and makes
// it where nodeNamespaces doesn't. While nothing is cut, bridged packets don't pass
// through iptables.
func (r Run) bridgeNetNS() plan.Step {
	settings := []string{"net.ipv4.ip_forward=1"}
	if r.BridgeFilter {
		settings = append(settings, firewall.BridgeSwitch+"=0", firewall.BridgeSwitch6+"=0", firewall.FilterTagged)
	}
	switch {
	case r.Network6.IsValid():
		// Ports have no address, and the bridge only those that it is given. It is
		// no router: that would be a way round.
		settings = append(settings, "net.ipv6.conf.all.forwarding=0", ipv6Default+"disable_ipv6=0",
			ipv6Default+"accept_dad=0", ipv6Default+"accept_ra=0", ipv6Default+"addr_gen_mode=1")
	case r.IPv6:
		settings = append(settings, ipv6Default+"disable_ipv6=1")
	}
	s := r.at(Bridge, "settings for what is to come", r.Gateway.Tools.Sysctl.With(append([]string{"-q", "-w"}, settings...)...)...)
	if r.OneUserNS {
		s.About, s.Place = "bridge: network namespace", plan.Place{Name: s.Place.Name, Enter: r.newNetNS(Bridge)}
	}
	return s
}

// ipv6Default is what the settings for devices to come begin with.
const ipv6Default = "net.ipv6.conf.default."

// bridgeDevice makes the bridge itself, by ip where there is no brctl.
func (r Run) bridgeDevice() plan.Step {
	words := r.Gateway.Tools.IP.With("link", "add", addresses.BridgeDevice, "type", "bridge")
	if brctl := r.Gateway.Tools.Brctl; brctl != nil {
		words = brctl.With("addbr", addresses.BridgeDevice)
	}
	return r.at(Bridge, "the bridge device", words...)
}

// bridge connects the bridge's namespace: to the gateway, and to every guest,
// whose veth is there already, by making that a port of the bridge.
func (r Run) bridge() plan.Step {
	s := r.at(Bridge, "addresses, and a port for each guest", r.Gateway.Tools.Batch()...)
	s.Stdin = r.bridgeLines()
	return s
}

// bridgeFirewall hides the guests behind the bridge, where there is a gateway,
// and has the chain for partitions.
func (r Run) bridgeFirewall() plan.Plan {
	var p plan.Plan
	var input []string
	if !r.isolated() {
		// Not between guests: where bridged packets pass through iptables, all
		// peers would look like the bridge.
		rule := fmt.Sprintf("-A POSTROUTING -s %s ! -o %s -j MASQUERADE", r.Network, addresses.BridgeDevice)
		input = append(input, "*nat", rule, "COMMIT")
	}
	hook := func(t firewall.Table) []string {
		return firewall.Rules{}.Hooked(firewall.CutChain, t.Transaction([]firewall.Chain{{Name: firewall.CutChain}}))
	}
	if r.Gateway.Tools.Ebtables == nil {
		input = append(input, hook(firewall.Packets)...)
	} else {
		s := r.at(Bridge, "chain for partitions", r.Gateway.Tools.Ebtables.And("-restore").With("--noflush")...)
		s.Stdin = plan.Lines(hook(firewall.Frames)...)
		p = append(p, s)
	}
	if input != nil {
		p = append(p, r.restoreInBridge("firewall", input))
	}
	return p
}

// bridgePorts leads forwarded ports on from the bridge's own address.
func (r Run) bridgePorts() plan.Plan {
	if !r.HasPorts() {
		return nil
	}
	return plan.Plan{r.restoreInBridge("forwarded ports", slices.Concat([]string{"*nat"}, r.portRules(), []string{"COMMIT"}))}
}

func (r Run) restoreInBridge(about string, input []string) plan.Step {
	s := r.at(Bridge, about, r.Gateway.Tools.Restore().With("--noflush", "--wait")...)
	s.Env = []string{firewall.LockFile(r.RunDir())}
	s.Stdin = plan.Lines(input...)
	return s
}

func (r Run) bridgeLines() string {
	address := r.Network.Bridge()
	batch := append([]string{"link set dev lo up"}, r.uplink()...)
	batch = append(batch,
		fmt.Sprintf("link set dev %s address %s%s up", addresses.BridgeDevice, addresses.MAC(address), r.mtu()),
		fmt.Sprintf("addr add %s/%d dev %s", address, r.Network.Prefix().Bits(), addresses.BridgeDevice),
		// What guests send each other by way of the bridge's own address would
		// be routed, past all cuts.
		fmt.Sprintf("rule add iif %s to %s blackhole", addresses.BridgeDevice, r.Network))
	if r.Network6.IsValid() {
		batch = append(batch, fmt.Sprintf("addr add %s/64 dev %s", r.bridge6(), addresses.BridgeDevice))
	}
	for _, g := range r.Guests {
		batch = append(batch, fmt.Sprintf("link set dev %s master %s up", g.Port(), addresses.BridgeDevice))
		for _, ip := range g.Addresses() {
			batch = append(batch, Neighbour(ip, g.IP, addresses.BridgeDevice))
		}
	}
	return plan.Lines(batch...)
}

// uplink connects the bridge with the gateway, if there is one. Without, it has
// no route that leads on, and tells the guests so: what they send to elsewhere
// fails at once.
func (r Run) uplink() []string {
	if r.isolated() {
		return nil
	}
	slot := r.slot()
	return []string{
		fmt.Sprintf("addr add %s/30 dev %s", slot.Bridge, slot.BridgeDevice),
		"link set dev " + slot.BridgeDevice + " up",
		peer(slot.Gateway, slot.GatewayMAC, slot.BridgeDevice),
		"route add default via " + slot.Gateway,
	}
}

// mtu is what a line of ip that makes or changes a device says of its MTU. The ends
// of a veth have one each. That of the way to the gateway stays: what is too large for
// it is fragmented, or its sender told so, as at any router.
func (r Run) mtu() string {
	if r.MTU == 0 {
		return ""
	}
	return fmt.Sprintf(" mtu %d", r.MTU)
}
