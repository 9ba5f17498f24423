package gateway

import (
	"vagganet/netcmd/plan"
)

// loadModules loads what can't be loaded from inside a user namespace. Without
// ebtables, that is br_netfilter, too, with which the host's own bridges would
// begin to pass through iptables: its switches go back to off in the next line.
func (g Gateway) loadModules() []plan.Step {
	var steps []plan.Step
	if len(g.Host.Modules) > 0 {
		steps = append(steps, g.root("host: kernel modules of iptables-legacy",
			g.Tools.Modprobe.With(append([]string{"-a"}, g.Host.Modules...)...)...))
	}
	if g.Tools.Ebtables == nil && !g.Host.BridgeFilter {
		const about = "host: br_netfilter, switched off for the host's own bridges"
		steps = append(steps,
			g.root(about, g.Tools.Modprobe.With("br_netfilter")...),
			g.root(about, g.Tools.Sysctl.With("-q", "-w",
				"net.bridge.bridge-nf-call-iptables=0",
				"net.bridge.bridge-nf-call-ip6tables=0",
				"net.bridge.bridge-nf-call-arptables=0")...))
	}
	return steps
}
