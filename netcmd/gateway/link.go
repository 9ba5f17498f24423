package gateway

import (
	"fmt"

	"vagganet/netcmd/addresses"
	"vagganet/netcmd/firewall"
	"vagganet/netcmd/plan"
)

const aboutLink = "host: the device and its address"

func (g Gateway) makeLink() []plan.Step {
	return []plan.Step{g.root(aboutLink, g.Tools.IP.With("link", "add", "name", g.Interface,
		"address", g.HardwareAddr(), "type", "veth", "peer", "name", addresses.PeerDevice(g.Interface), "netns", g.NetNS())...)}
}

// HardwareAddr is that of the host's device. It tells a device of ours from one
// that somebody else gave the same name.
func (g Gateway) HardwareAddr() string { return addresses.MAC(g.Network.Host()) }

func (g Gateway) removeLink() []plan.Step {
	s := g.root("host: device", g.Tools.IP.With("link", "del", "dev", g.Interface)...)
	// Where its peer's namespace is mounted no more, it goes with that, at a
	// time of the kernel's choosing.
	s.MayFail = g.Host.Found.Link && !g.Host.Found.NetNS
	return []plan.Step{s}
}

func (g Gateway) configureLink() []plan.Step {
	s := g.root(aboutLink, g.Tools.Batch()...)
	s.Stdin = plan.Lines(
		fmt.Sprintf("addr add %s/30 dev %s", g.Network.Host(), g.Interface),
		"link set dev "+g.Interface+" up")
	return []plan.Step{s}
}

func (g Gateway) configureGateway() []plan.Step {
	const about = "gateway: addresses, forwarding, firewall"
	peer := addresses.PeerDevice(g.Interface)
	ip := g.inside(about, g.Tools.Batch()...)
	ip.Stdin = plan.Lines(
		"link set dev lo up",
		fmt.Sprintf("addr add %s/30 dev %s", g.Network.Gateway(), peer),
		"link set dev "+peer+" up",
		"route add default via "+g.Network.Host().String())
	rules := g.inside(about, g.Tools.Restore().With("--noflush", "--wait")...)
	rules.Stdin = plan.Lines(
		"*nat",
		"-A POSTROUTING -o "+peer+" -j MASQUERADE",
		"COMMIT",
		"*filter",
		// Runs don't see each other: not through here, and not the
		// addresses that others have here.
		fmt.Sprintf("-A FORWARD ! -i %s ! -o %s -j DROP", peer, peer),
		"-A INPUT -i lo -j ACCEPT",
		fmt.Sprintf("-A INPUT ! -i %s -d %s -j ACCEPT", peer, g.Network.Gateway()),
		fmt.Sprintf("-A INPUT ! -i %s -m addrtype ! --dst-type LOCAL --limit-iface-in -j DROP", peer),
		"COMMIT")
	// iptables-legacy's lock is a file that only root can open.
	rules.Env = []string{firewall.LockFile(g.RunsDir())}
	settings := []string{"net.ipv4.ip_forward=1"}
	if g.Host.IPv6 {
		// No rule of ours is about it: the devices there are, and those to
		// come, do without.
		settings = append(settings, "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")
	}
	return []plan.Step{g.inside(about, g.Tools.Sysctl.With(append([]string{"-q", "-w"}, settings...)...)...), ip, rules}
}
