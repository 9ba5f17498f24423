package gateway

import (
	"vagganet/netcmd/plan"
)

// ForwardingMarker is there while forwarding is on because of gateways. The
// last one to go takes it along.
const ForwardingMarker = StateDir + "/.forwarding"

func (g Gateway) forwardingOn() []plan.Step {
	if g.Host.Forwarding {
		return nil
	}
	const about = "host: forwarding, and a mark that it was off"
	return []plan.Step{
		g.root(about, "touch", ForwardingMarker),
		g.root(about, g.Tools.Sysctl.With("-q", "-w", "net.ipv4.ip_forward=1")...),
	}
}

func (g Gateway) forwardingOff() []plan.Step {
	const about = "host: forwarding was off before"
	marker := g.root(about, "rm", ForwardingMarker)
	marker.Evidence = true
	return []plan.Step{g.root(about, g.Tools.Sysctl.With("-q", "-w", "net.ipv4.ip_forward=0")...), marker}
}
