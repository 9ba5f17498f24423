package addresses

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"sync"
)

// DeviceNameMax is what the kernel takes, IFNAMSIZ without its NUL.
const DeviceNameMax = 15

// UsualInterface is the host's device, and so the gateway's name, where none is given.
const UsualInterface = "vagga"

// CommandLine is the program's, for the gateway of that name.
func CommandLine(iface, words string) string {
	if iface != UsualInterface {
		words = "--interface " + iface + " " + words
	}
	return "vagganet " + words
}

// The bridge device in each bridge namespace, and every guest's own device.
const (
	BridgeDevice = "children"
	GuestDevice  = "eth0"
)

var plainName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]*$`)
})

// CheckInterface returns an error if a name can't be the host's device.
func CheckInterface(name string) error {
	if len(name) > DeviceNameMax {
		return fmt.Errorf("interface name %q has %d bytes, but the kernel takes %d", name, len(name), DeviceNameMax)
	}
	if !plainName().MatchString(name) {
		return fmt.Errorf("interface name %q must be letters, digits, and . _ - after the first", name)
	}
	// Under these names the kernel keeps settings of all devices.
	if name == "lo" || name == "all" || name == "default" {
		return fmt.Errorf("interface name %q is the kernel's", name)
	}
	return nil
}

// PeerDevice is the gateway's end of the host's device: NAME_guest. It is alone
// in its namespace with chN devices, so a long name is simply cut.
func PeerDevice(name string) string {
	const suffix = "_guest"
	return name[:min(len(name), DeviceNameMax-len(suffix))] + suffix
}

// BridgePort is the bridge's end of a guest's veth: g-NAME, or a hash where that is
// too long or is no usual name of a device. No name begins as the hash does, so
// none can be chosen to be another's hash.
func BridgePort(guest string) string {
	port := "g-" + guest
	if len(port) <= DeviceNameMax && plainName().MatchString(port) {
		return port
	}
	const hashed = "g-_"
	sum := sha256.Sum256([]byte(guest))
	return hashed + hex.EncodeToString(sum[:])[:DeviceNameMax-len(hashed)]
}
