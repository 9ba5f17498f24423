package netcmd

import (
	"slices"

	"vagganet/netcmd/links"
)

// A table is one of the two that cut links in the bridge's namespace, by the ports
// that a packet comes from and leaves by.
type table struct {
	in, out string // options that match a port
	policy  string // of a chain, where restore's input names it
	jump    string // to another chain
	refusal string // what is answered, but to TCP
}

var (
	// frames is ebtables': it sees all that passes the bridge, whatever the
	// protocol. What is dropped there is as by a pulled cable, and what is not
	// costs next to nothing.
	frames = table{"-i", "-o", " RETURN", "-j ", ""}
	// packets is iptables': it knows connections, and can answer. It sees
	// what passes the bridge only by br_netfilter, and while bridgeSwitch is on.
	packets = table{"-m physdev --physdev-in", "-m physdev --physdev-out", " - [0:0]", "-g ", "icmp-port-unreachable"}
	// packets6 is ip6tables'. It has what packets has, before packets has it.
	packets6 = table{packets.in, packets.out, packets.policy, packets.jump, "icmp6-port-unreachable"}
)

// byTable says which of these cuts are made by frames and which by packets.
func (l LiveRun) byTable(c links.Cuts) (dropped, others links.Cuts) {
	if l.Tools.Ebtables == nil {
		return links.FullMesh(c.Guests), c
	}
	return c.Only(func(s links.State) bool { return s.How == links.Drop }), c.Only(func(s links.State) bool { return s.How != links.Drop })
}

// NeedsBridgeFilter reports whether these cuts take br_netfilter.
func (l LiveRun) NeedsBridgeFilter(c links.Cuts) bool {
	_, others := l.byTable(c)
	return others.CutsLinks()
}

// dividable is the chooser in the form that can be divided. Where chains jump
// instead of going, one below can't end the way through those above: so all ports
// are named that lose something, and there is no rule for all others.
func (t table) dividable(c chooser) chooser {
	if t.jump == packets.jump || c.last == "" {
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
