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
	case f.Standing():
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

// resolverRow is about how guests look names up: by the host's servers, or by
// a resolver on the host's loopback that the gateway leads them to.
func (f Facts) resolverRow() Row {
	const name = "name servers"
	row := Row{Name: name, State: Warning, Why: "guests find each other, but no names of the internet"}
	servers, direct, local := f.Resolver.Servers, f.Resolver.Direct(), f.Resolver.Local()
	note := f.Gateway.Parts.Note
	switch {
	case len(servers) == 0:
		return ok(name, "none in /etc/resolv.conf")
	case len(direct) > 0 && slices.Equal(direct, servers):
		return ok(name, joinAddresses(direct))
	case len(direct) > 0:
		return ok(name, fmt.Sprintf("guests ask %s in place of %s", joinAddresses(direct), joinAddresses(servers)))
	case !local.IsValid():
		// Nobody can be led to systemd-resolved itself, nor by IPv6.
		row.What = "/etc/resolv.conf names only " + joinAddresses(servers)
		row.Advice = "name a server that is not on this host's loopback in /etc/resolv.conf, or one at an IPv4 address there: create leads guests to it"
	case !f.Standing() || note == nil:
		return ok(name, fmt.Sprintf("create leads guests to %s", local))
	case note.Resolver == local:
		return ok(name, fmt.Sprintf("the gateway leads guests to %s", local))
	default:
		row.What = fmt.Sprintf("the host's resolver is %s, and the gateway does not lead to it", local)
		if note.NoIptables {
			row.Advice = "the gateway was made with --no-iptables: name a server that is not on this host's loopback in /etc/resolv.conf, or make the gateway without that option"
		} else {
			row.Command = f.verb("destroy") + " && " + f.verb("create")
		}
	}
	return row
}

func joinAddresses(ips []netip.Addr) string {
	var words []string
	for _, ip := range ips {
		words = append(words, ip.String())
	}
	return strings.Join(words, " ")
}
