package addresses

import (
	"encoding/binary"
	"fmt"
	"net/netip"
)

// DefaultGuestNetwork6 is the guests' IPv6 network where nobody says otherwise: a
// unique local one (RFC 4193), which programs take only where they find no IPv4.
var DefaultGuestNetwork6 = GuestNetwork6{netip.MustParsePrefix("fd18::/64")}

// GuestNetwork6 is the IPv6 /64 of the guests of a run. The zero value is none.
type GuestNetwork6 struct{ prefix netip.Prefix }

// NewGuestNetwork6 checks that a prefix can be the guests' IPv6 network.
func NewGuestNetwork6(p netip.Prefix) (GuestNetwork6, error) {
	if ip := p.Addr(); !ip.Is6() || ip.Is4In6() || p.Bits() != 64 || !ip.IsGlobalUnicast() {
		return GuestNetwork6{}, fmt.Errorf("IPv6 guest network %s must be a /64 of unicast addresses, such as %s", p, DefaultGuestNetwork6)
	}
	return GuestNetwork6{p.Masked()}, nil
}

// String is the network in CIDR form.
func (g GuestNetwork6) String() string { return g.prefix.String() }

// MarshalText writes the network in CIDR form, and none as nothing.
func (g GuestNetwork6) MarshalText() ([]byte, error) { return g.prefix.MarshalText() }

// UnmarshalText reads what MarshalText wrote.
func (g *GuestNetwork6) UnmarshalText(text []byte) error { return g.prefix.UnmarshalText(text) }

// IsValid reports whether guests have IPv6.
func (g GuestNetwork6) IsValid() bool { return g.prefix.IsValid() }

// Of is the address that has the same number in this network as ip has in the
// guests' IPv4 network: of 172.18.0.17, fd18::11, as IPv6 is written in hexadecimal.
func (g GuestNetwork6) Of(n GuestNetwork, ip netip.Addr) netip.Addr {
	first, this := n.prefix.Addr().As4(), ip.As4()
	b := g.prefix.Addr().As16()
	binary.BigEndian.PutUint32(b[12:], binary.BigEndian.Uint32(this[:])-binary.BigEndian.Uint32(first[:]))
	return netip.AddrFrom16(b)
}
