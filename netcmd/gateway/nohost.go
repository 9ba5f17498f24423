package gateway

import "vagganet/netcmd/plan"

// noHostRules keep guests off all addresses of the host's own, whichever it has
// or will have, and so off what it forwards from them to its containers: the rule
// looks before such ports are led elsewhere. Answers to the host come in, and so
// do queries for names, at whose port the host's firewall decides.
func (g Gateway) noHostRules() []hostRule {
	if !g.Host.NoHost {
		return nil
	}
	// What is for other machines is UNICAST to the host. Port 53 is that of the
	// query as it was sent, before it is led to a resolver.
	return []hostRule{{"mangle", "PREROUTING", "-i " + g.Interface + " -m addrtype ! --dst-type UNICAST" +
		" -m conntrack ! --ctstate RELATED,ESTABLISHED ! --ctorigdstport 53 -j DROP"}}
}

// closeToIPv6 switches IPv6 off on the host's device, where else the host would
// have an address that no rule of ours is about.
func (g Gateway) closeToIPv6() []plan.Step {
	if !g.Host.NoHost || !g.Host.IPv6 {
		return nil
	}
	const about = "host: its device has no IPv6, by which guests could reach the host"
	// With slashes, since the name of a device may have dots.
	setting := "net/ipv6/conf/" + g.Interface + "/disable_ipv6=1"
	return []plan.Step{g.root(about, g.Tools.Sysctl.With("-q", "-w", setting)...)}
}
