package doctor

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

func (f Facts) networkRows() []Row {
	return []Row{f.hostNetworkRow(), f.guestNetworkRow(), f.forwardingRow(), f.dockerRow(), f.resolverRow()}
}

// hostNetworkRow compares what host and gateway take with what the host has.
func (f Facts) hostNetworkRow() Row {
	const name = "host network"
	route, taken := f.inTheWay(f.Network)
	if !taken {
		return ok(name, fmt.Sprintf("%s and %s are free", f.Network.HostLink(), f.Network.SlotRange()))
	}
	free := f.freeNetwork()
	return Row{Name: name, State: Missing,
		What:    fmt.Sprintf("network %s is in use on this host: device %s has %s", f.Network, route.Device, route.Prefix),
		Why:     fmt.Sprintf("host and gateway take %s and %s", f.Network.HostLink(), f.Network.SlotRange()),
		Command: f.verb("--network " + free + " create"),
		Advice:  "write it down as \"network: " + free + "\" in ~/.config/vagganet/settings.yaml; the guests keep their addresses"}
}

// guestNetworkRow is about hosts that guests can't reach, because their own
// network hides them.
func (f Facts) guestNetworkRow() Row {
	const name = "guest network"
	route, taken := f.overlapping(f.GuestNetwork.Prefix())
	if !taken {
		return ok(name, fmt.Sprintf("%s hides nothing of the host's", f.GuestNetwork))
	}
	return Row{Name: name, State: Warning,
		What:   fmt.Sprintf("%s is within what device %s has, %s", f.GuestNetwork, route.Device, route.Prefix),
		Why:    "guests can't reach those addresses, since they take them for each other's; everything else works",
		Advice: "if guests must, choose another one by --guest-network, or \"guest-network:\" in vagga.yaml"}
}

func (f Facts) forwardingRow() Row {
	const name = "forwarding"
	switch {
	case f.Forwarding:
		return ok(name, "on")
	case f.standing():
		return Row{Name: name, State: Missing, What: "off, though there is a gateway: something switched it off",
			Why:     "guests reach no network but their own",
			Command: f.asRoot("sysctl -w net.ipv4.ip_forward=1")}
	}
	return ok(name, "off: create switches it on, and destroy off again")
}

// dockerRow is about the policy DROP that Docker gives the host's FORWARD
// chain.
func (f Facts) dockerRow() Row {
	if !f.Docker {
		return ok("Docker", "has no network here")
	}
	return ok("Docker", "drops what it doesn't know in FORWARD: create makes an exception for the device "+f.Interface)
}

// resolverRow is about name servers on the host's loopback, which a guest
// doesn't reach: its own is another.
func (f Facts) resolverRow() Row {
	const name = "name servers"
	if len(f.Resolvers) == 0 {
		return ok(name, "none in /etc/resolv.conf")
	}
	reachable := slices.ContainsFunc(f.Resolvers, isElsewhere)
	if reachable {
		return ok(name, strings.Join(f.Resolvers, " "))
	}
	row := Row{Name: name, State: Warning,
		What:   fmt.Sprintf("/etc/resolv.conf names only %s", strings.Join(f.Resolvers, " ")),
		Why:    "in a guest that is the guest itself; guests find each other, but no names of the internet",
		Advice: "name a server that is not on this host's loopback in /etc/resolv.conf"}
	if slices.ContainsFunc(f.Upstream, isElsewhere) {
		row.Command = f.asRoot("ln -sf /run/systemd/resolve/resolv.conf /etc/resolv.conf")
		row.Advice = fmt.Sprintf("that is systemd-resolved's own list of servers (%s), for programs that ask them directly", strings.Join(f.Upstream, " "))
	}
	return row
}

func isElsewhere(server string) bool {
	ip, err := netip.ParseAddr(server)
	return err == nil && !ip.IsLoopback()
}
