package addresses

import (
	"fmt"
	"net/netip"
)

// MAC is the hardware address that goes with an IPv4 address: captures are
// readable, and neighbour entries can be written before anybody asks.
func MAC(ip netip.Addr) string {
	b := ip.As4()
	return fmt.Sprintf("02:00:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3])
}
