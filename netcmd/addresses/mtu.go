package addresses

// What the MTU of a device can be: IPv4's smallest, and the largest of a veth.
// IPv6 takes more.
const (
	MinMTU  = 68
	MinMTU6 = 1280
	MaxMTU  = 65535
)

const (
	// KernelMTU is that of a device for which none is named.
	KernelMTU = 1500
	// EthernetHeader is how much longer a frame is than its packet, in bytes.
	EthernetHeader = 14
)
