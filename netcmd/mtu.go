package netcmd

import "fmt"

// What the MTU of a device can be: IPv4's smallest, and the largest of a veth.
// IPv6 takes more.
const (
	MinMTU  = 68
	MinMTU6 = 1280
	MaxMTU  = 65535
)

const (
	// kernelMTU is that of a device for which none is named.
	kernelMTU      = 1500
	ethernetHeader = 14
)

// mtu is what a line of ip that makes or changes a device says of its MTU. The ends
// of a veth have one each. That of the way to the gateway stays: what is too large for
// it is fragmented, or its sender told so, as at any router.
func (r Run) mtu() string {
	if r.MTU == 0 {
		return ""
	}
	return fmt.Sprintf(" mtu %d", r.MTU)
}
