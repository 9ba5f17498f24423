package gateway

import (
	"net/netip"
	"slices"

	"vagganet/netcmd/plan"
)

// Resolver is how the host looks names up.
type Resolver struct {
	// Servers are the name servers of /etc/resolv.conf, Options its other
	// lines: search, options and the like.
	Servers []netip.Addr `json:"servers"`
	Options []string     `json:"options"`
	// Upstream are the servers that systemd-resolved asks.
	Upstream []netip.Addr `json:"upstream"`
}

// isSystemdResolved reports whether systemd-resolved listens at an address. It answers
// there to the host's own device lo alone, so nobody can be led to it from elsewhere.
func isSystemdResolved(ip netip.Addr) bool {
	return ip == netip.AddrFrom4([4]byte{127, 0, 0, 53}) || ip == netip.AddrFrom4([4]byte{127, 0, 0, 54})
}

// Local is the resolver on the host's loopback device that guests must be led
// to from the host's address; not valid where they can do without.
func (r Resolver) Local() netip.Addr {
	if len(r.Direct()) > 0 {
		return netip.Addr{}
	}
	asked := r.Servers
	if r.throughSystemd() {
		asked = slices.Concat(r.Servers, r.Upstream)
	}
	for _, ip := range asked {
		if ip.Is4() && !isSystemdResolved(ip) {
			return ip
		}
	}
	return netip.Addr{}
}

// GuestFile is the resolv.conf of a run's processes; empty where the host's own
// will do, or nothing better is known.
func (r Resolver) GuestFile(host netip.Addr) string {
	servers := r.Direct()
	if r.Local().IsValid() {
		servers = []netip.Addr{host}
	}
	if len(servers) == 0 || slices.Equal(servers, r.Servers) {
		return ""
	}
	var text []string
	for _, ip := range servers {
		text = append(text, "nameserver "+ip.String())
	}
	return plan.Lines(append(text, r.Options...)...)
}

// Direct lists the servers that are as good for a guest as for the host.
func (r Resolver) Direct() []netip.Addr {
	isLoopback := func(ip netip.Addr) bool { return ip.IsLoopback() }
	own := slices.DeleteFunc(slices.Clone(r.Servers), isLoopback)
	if len(own) == 0 && r.throughSystemd() {
		return slices.DeleteFunc(slices.Clone(r.Upstream), isLoopback)
	}
	return own
}

func (r Resolver) throughSystemd() bool {
	return slices.ContainsFunc(r.Servers, isSystemdResolved)
}

// resolverRules lead queries at the host's address to its own resolver, and
// keep everything else of the guests' off its loopback device.
func (g Gateway) resolverRules(resolver netip.Addr) []hostRule {
	if !resolver.IsValid() {
		return nil
	}
	const loopback = "127.0.0.0/8"
	toHost := "-i " + g.Interface + " -d " + g.Network.Host().String()
	toLoopback := "-i " + g.Interface + " -d " + loopback
	dnat := " --dport 53 -j DNAT --to-destination " + resolver.String()
	return []hostRule{
		{"nat", "PREROUTING", toHost + " -p udp" + dnat},
		{"nat", "PREROUTING", toHost + " -p tcp" + dnat},
		{"filter", "INPUT", toLoopback + " -m conntrack --ctstate DNAT -j ACCEPT"},
		{"filter", "INPUT", toLoopback + " -j DROP"},
	}
}

// leadToResolver prepares for the rules: the kernel drops what comes for the
// loopback device from another one.
func (g Gateway) leadToResolver(resolver netip.Addr) []plan.Step {
	if !resolver.IsValid() {
		return nil
	}
	const about = "host: guests may ask the host's own resolver"
	// With slashes, since the name of a device may have dots.
	setting := "net/ipv4/conf/" + g.Interface + "/route_localnet=1"
	return []plan.Step{g.root(about, g.Tools.Sysctl.With("-q", "-w", setting)...)}
}
