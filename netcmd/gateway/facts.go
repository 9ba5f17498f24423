package gateway

import (
	"net/netip"

	"vagganet/netcmd/addresses"
	"vagganet/netcmd/plan"
)

// User is who the gateway is for. Its namespaces belong to a user namespace of
// this user, in which UID and GID are root.
type User struct {
	UID, GID int
	// SubUIDs and SubGIDs are the subordinate ids that are mapped from 1 on.
	// With none of them, only the user's own id is mapped.
	SubUIDs, SubGIDs IDRange
	// MapTools reports whether newuidmap and newgidmap are there to write the maps.
	MapTools bool
}

// IDRange is a range of subordinate ids.
type IDRange struct{ First, Count int }

// HostFacts is what a gateway's plans need to know of the host.
type HostFacts struct {
	// Forwarding is net.ipv4.ip_forward as it is.
	Forwarding bool
	// Neighbours are the limits of the table of neighbours as they are, and
	// NeighboursBefore as they were before there was a gateway.
	Neighbours, NeighboursBefore NeighbourLimits
	// BridgeFilter reports whether br_netfilter is loaded, or can't be had.
	BridgeFilter bool
	// Restricted reports whether the kernel lets only root make user namespaces that
	// have their rights.
	Restricted bool
	// Modules are kernel modules that must be loaded first, since a user
	// namespace can't have them loaded: iptables-legacy's.
	Modules []string
	// Resolver is a resolver on the host's loopback device that guests must be
	// led to; not valid if they need none.
	Resolver netip.Addr
	// NoIptables reports whether the host's firewall is to be left alone.
	NoIptables bool
	// NoHost reports whether guests are to be kept off the host's own addresses, and
	// IPv6 that the kernel has that too.
	NoHost, IPv6 bool
	// Legacy reports whether iptables is of the legacy kind.
	Legacy bool
	// Found is what of this gateway is there already.
	Found Parts
}

// resolver is the one that guests are to be led to. Without rules they can't be.
func (h HostFacts) resolver() netip.Addr {
	if h.NoIptables {
		return netip.Addr{}
	}
	return h.Resolver
}

// Parts are the parts of a gateway that exist.
type Parts struct {
	Dir           bool // its folder below StateDir
	UserNS, NetNS bool // the namespaces' mounts
	Link          bool // the host's device
	Up            bool // and it is up, which is the last thing done
	// Forwarding reports whether forwarding was off before there was a gateway, and
	// that no other one needs it.
	Forwarding bool
	// Neighbours reports whether their table was smaller before there was a gateway,
	// and that no other one needs it as it is.
	Neighbours bool
	// Owner is the user id whose gateway it is, where the folder for runs is
	// there already; else 0.
	Owner int
	// Note is what the gateway was made with; nil if that can't be read.
	Note *Note
}

// Whole reports whether runs can use the gateway.
func (p Parts) Whole() bool { return p.UserNS && p.NetNS && p.Up }

// Note is what a gateway was made with. Root writes it into the gateway's
// folder: removing a gateway must not depend on options being the same again.
type Note struct {
	Network addresses.Network `json:"network"`
	// Iptables is what the rules were made by, Legacy which kind that is.
	Iptables plan.Tool `json:"iptables"`
	Legacy   bool      `json:"legacy,omitempty"`
	// Resolver is the host's resolver that guests are led to; not valid if
	// they are not led to any.
	Resolver netip.Addr `json:"resolver"`
	// NoIptables reports whether the gateway has no rules in the host's firewall.
	NoIptables bool `json:"no_iptables"`
	// IDs is how many subordinate ids the user had, and so how many there are
	// in the gateway.
	IDs int `json:"ids"`
	// NoHost reports whether the rules keep guests off the host's own addresses.
	NoHost bool `json:"no_host,omitempty"`
	// Restricted reports whether only root could make the user namespace, and so
	// nobody can make another one in it.
	Restricted bool `json:"restricted,omitempty"`
}

// Any reports whether anything of the gateway is there.
func (p Parts) Any() bool { return p != Parts{} }
