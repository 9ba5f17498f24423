// Package firewall turns cuts into input of ebtables and iptables, and reads them back
// from what those list.
package firewall

import (
	"slices"
)

// A Table is one of the two that cut links in the bridge's namespace, by the ports
// that a packet comes from and leaves by.
type Table struct {
	in, out string // options that match a port
	policy  string // of a chain, where restore's input names it
	jump    string // to another chain
	refusal string // what is answered, but to TCP
}

var (
	// Frames is ebtables': it sees all that passes the bridge, whatever the
	// protocol. What is dropped there is as by a pulled cable, and what is not
	// costs next to nothing.
	Frames = Table{"-i", "-o", " RETURN", "-j ", ""}
	// Packets is iptables': it knows connections, and can answer. It sees
	// what passes the bridge only by br_netfilter, and while BridgeSwitch is on.
	Packets = Table{"-m physdev --physdev-in", "-m physdev --physdev-out", " - [0:0]", "-g ", "icmp-port-unreachable"}
	// Packets6 is ip6tables'. It has what Packets has, before Packets has it.
	Packets6 = Table{Packets.in, Packets.out, Packets.policy, Packets.jump, "icmp6-port-unreachable"}
)

// dividable is the portChain in the form that can be divided. Where chains jump
// instead of going, one below can't end the way through those above: so all ports
// are named that lose something, and there is no rule for all others.
func (t Table) dividable(c portChain) portChain {
	if t.jump == Packets.jump || c.last == "" {
		return c
	}
	kept := c.ports
	c.ports = nil
	for _, port := range c.all {
		if !slices.ContainsFunc(kept, func(k portRule) bool { return k.port == port }) {
			c.ports = append(c.ports, portRule{port, c.last})
		}
	}
	c.last = ""
	return c
}

// LockFile returns the setting of the environment that names, for iptables-legacy, a
// lock that the user can open, and that belongs to one namespace. The variable means
// nothing to iptables-nft.
func LockFile(runDir string) string { return "XTABLES_LOCKFILE=" + runDir + "/.xtables.lock" }

// Switches of a network namespace that has a bridge, where br_netfilter is loaded:
// BridgeSwitch makes bridged packets pass through iptables, BridgeSwitch6 through
// ip6tables.
const (
	BridgeSwitch  = "net.bridge.bridge-nf-call-iptables"
	BridgeSwitch6 = "net.bridge.bridge-nf-call-ip6tables"
	// FilterTagged has addresses found behind a VLAN tag, too.
	FilterTagged = "net.bridge.bridge-nf-filter-vlan-tagged=1"
)
