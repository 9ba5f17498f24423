// Package addresses has what is fixed of a network: which addresses host, gateway,
// bridge and guests have, and what their devices are called.
//
//	172.18.255.1/30              host, device vagga
//	172.18.255.2/30              gateway, device vagga_guest
//	172.18.192.0 + 4N + 1, /30   gateway, device chN, for slot N
//	172.18.192.0 + 4N + 2, /30   bridge, device chNc
//	172.18.0.254/24              bridge, device children
//	172.18.0.1 - 172.18.0.253    guests, device eth0
//
// The guests' network is the project's: it is the same in every run, and never
// leaves one. It may be as wide as a /17; the bridge stays number 254. The
// other addresses are the machine's, and move together to another /16.
package addresses

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strconv"
)

// Slots is how many runs one gateway can have at a time: the /30 networks of a
// /19.
const Slots = 2048

const (
	hostOffset   = 255<<8 | 1 // x.y.255.1
	slotsOffset  = 192 << 8   // x.y.192.0
	bridgeOffset = 254        // of the guests' network: x.y.z.254
)

// DefaultNetwork and DefaultGuestNetwork are those that are used where nobody
// says otherwise.
var (
	DefaultNetwork      = Network{netip.MustParsePrefix("172.18.0.0/16")}
	DefaultGuestNetwork = GuestNetwork{netip.MustParsePrefix("172.18.0.0/24")}
)

// Network is the IPv4 /16 from which the host's, the gateway's and the slots'
// addresses come.
type Network struct{ prefix netip.Prefix }

// ParseNetwork reads an IPv4 /16 such as 172.18.0.0/16.
func ParseNetwork(cidr string) (Network, error) {
	p, err := parsePrefix(cidr)
	if err != nil {
		return Network{}, err
	}
	if p.Bits() != 16 {
		return Network{}, fmt.Errorf("network %s is a /%d, but must be a /16", cidr, p.Bits())
	}
	return Network{p}, usable(p)
}

// String is the network in CIDR form.
func (n Network) String() string { return n.prefix.String() }

// MarshalText writes the network in CIDR form.
func (n Network) MarshalText() ([]byte, error) { return n.prefix.MarshalText() }

// UnmarshalText reads what MarshalText wrote.
func (n *Network) UnmarshalText(text []byte) error { return n.prefix.UnmarshalText(text) }

// Host is the host's address, x.y.255.1.
func (n Network) Host() netip.Addr { return offset(n.prefix, hostOffset) }

// Gateway is the gateway's address towards the host, x.y.255.2.
func (n Network) Gateway() netip.Addr { return offset(n.prefix, hostOffset+1) }

// HostLink is the /30 between host and gateway.
func (n Network) HostLink() netip.Prefix { return netip.PrefixFrom(offset(n.prefix, hostOffset-1), 30) }

// SlotRange is the /19 between gateway and bridges.
func (n Network) SlotRange() netip.Prefix {
	return netip.PrefixFrom(offset(n.prefix, slotsOffset), 19)
}

// Slot returns the slot with that number, from 0 to Slots-1.
func (n Network) Slot(number int) Slot {
	base := slotsOffset + SlotSize*number
	return Slot{
		Number:  number,
		Link:    netip.PrefixFrom(offset(n.prefix, base), 30),
		Gateway: offset(n.prefix, base+1),
		Bridge:  offset(n.prefix, base+2),
	}
}

// SlotOf is the number of the slot that has an address of SlotRange.
func (n Network) SlotOf(ip netip.Addr) int {
	return int(Number(ip)-Number(n.SlotRange().Addr())) / SlotSize
}

// SlotSize is how many addresses a slot has: a /30.
const SlotSize = 4

// Number is an IPv4 address as one number.
func Number(ip netip.Addr) uint32 {
	b := ip.As4()
	return binary.BigEndian.Uint32(b[:])
}

// Slot is what one run has of the gateway: a /30 and a pair of devices.
type Slot struct {
	Number          int
	Link            netip.Prefix
	Gateway, Bridge netip.Addr
}

// GatewayDevice is the veth in the gateway's namespace, chN.
func (s Slot) GatewayDevice() string { return GatewayEnd(strconv.Itoa(s.Number)) }

// BridgeDevice is its peer in the bridge's namespace, chNc.
func (s Slot) BridgeDevice() string { return BridgeEnd(strconv.Itoa(s.Number)) }

// Zone is its conntrack zone; 0 is that of all else.
func (s Slot) Zone() int { return s.Number + 1 }

// SlotWords are what a slot's devices, addresses and zone are called in plans.
type SlotWords struct{ GatewayDevice, BridgeDevice, Gateway, Bridge, GatewayMAC, BridgeMAC, Zone string }

// Words returns those of a slot that is known.
func (s Slot) Words() SlotWords {
	return SlotWords{s.GatewayDevice(), s.BridgeDevice(), s.Gateway.String(), s.Bridge.String(), MAC(s.Gateway), MAC(s.Bridge), strconv.Itoa(s.Zone())}
}

// GatewayEnd returns the name of the slot's device in the gateway's namespace, by the
// slot's number, or by the variable that has it in a plan.
func GatewayEnd(number string) string { return "ch" + number }

// BridgeEnd returns the name of its peer in the bridge's namespace.
func BridgeEnd(number string) string { return GatewayEnd(number) + "c" }

// GuestNetwork is the IPv4 network of the guests of a run, /24 to /17.
type GuestNetwork struct{ prefix netip.Prefix }

// ParseGuestNetwork reads an IPv4 network such as 172.18.0.0/24.
func ParseGuestNetwork(cidr string) (GuestNetwork, error) {
	p, err := parsePrefix(cidr)
	if err != nil {
		return GuestNetwork{}, err
	}
	return NewGuestNetwork(p)
}

// NewGuestNetwork checks that a prefix can be the guests' network.
func NewGuestNetwork(p netip.Prefix) (GuestNetwork, error) {
	if !p.Addr().Is4() || p.Bits() > 24 || p.Bits() < 17 {
		return GuestNetwork{}, fmt.Errorf("guest network %s must be IPv4, from a /24 to a /17", p)
	}
	return GuestNetwork{p.Masked()}, usable(p)
}

// usable returns an error if no host can have addresses of a network.
func usable(p netip.Prefix) error {
	first := p.Addr()
	if first.IsLoopback() || first.IsMulticast() || first.IsLinkLocalUnicast() || first.As4()[0] == 0 || first.As4()[0] >= 240 {
		return fmt.Errorf("network %s is reserved: take a private one, such as 10.123.0.0/16", p)
	}
	return nil
}

// String is the network in CIDR form.
func (g GuestNetwork) String() string { return g.prefix.String() }

// MarshalText writes the network in CIDR form.
func (g GuestNetwork) MarshalText() ([]byte, error) { return g.prefix.MarshalText() }

// UnmarshalText reads what MarshalText wrote.
func (g *GuestNetwork) UnmarshalText(text []byte) error { return g.prefix.UnmarshalText(text) }

// Prefix is the network.
func (g GuestNetwork) Prefix() netip.Prefix { return g.prefix }

// Bridge is the bridge's address in the guests' network: number 254 of it, in
// a wider network than a /24 too.
func (g GuestNetwork) Bridge() netip.Addr { return offset(g.prefix, bridgeOffset) }

// CheckGuest returns an error if an address can't be a guest's.
func (g GuestNetwork) CheckGuest(ip netip.Addr) error {
	switch {
	case !g.prefix.Contains(ip):
		return fmt.Errorf("address %s is outside of the guest network %s", ip, g)
	case ip == g.prefix.Addr():
		return fmt.Errorf("address %s is the guest network's own", ip)
	case ip == g.Bridge():
		return fmt.Errorf("address %s is the bridge's", ip)
	case ip == g.broadcast():
		return fmt.Errorf("address %s is the guest network's broadcast address", ip)
	}
	return nil
}

func (g GuestNetwork) broadcast() netip.Addr {
	return offset(g.prefix, 1<<(32-g.prefix.Bits())-1)
}

// CheckApart returns an error if the guests' network overlaps with what host and
// gateway use of theirs.
func CheckApart(n Network, g GuestNetwork) error {
	for _, part := range []netip.Prefix{n.HostLink(), n.SlotRange()} {
		if part.Overlaps(g.prefix) {
			return fmt.Errorf("guest network %s overlaps with %s, which host and gateway use", g, part)
		}
	}
	return nil
}

func parsePrefix(cidr string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(cidr)
	if err != nil || !p.Addr().Is4() {
		return netip.Prefix{}, fmt.Errorf("%q is no IPv4 network such as 172.18.0.0/16", cidr)
	}
	if p != p.Masked() {
		return netip.Prefix{}, fmt.Errorf("network %s has bits set after its first %d: the network is %s", cidr, p.Bits(), p.Masked())
	}
	return p, nil
}

func offset(p netip.Prefix, n int) netip.Addr {
	b := p.Addr().As4()
	binary.BigEndian.PutUint32(b[:], binary.BigEndian.Uint32(b[:])+uint32(n))
	return netip.AddrFrom4(b)
}
