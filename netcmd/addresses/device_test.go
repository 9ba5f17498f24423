package addresses

import (
	"fmt"
	"strings"
	"testing"
)

func TestSlotDevices(t *testing.T) {
	for n, want := range map[int]string{0: "ch0 ch0c", 2047: "ch2047 ch2047c"} {
		s := DefaultNetwork.Slot(n)
		if got := s.GatewayDevice() + " " + s.BridgeDevice(); got != want {
			t.Errorf("slot %d has %s", n, got)
		}
	}
}

func TestPort(t *testing.T) {
	for guest, want := range map[string]string{
		"a":              "g-a",
		"x13-bytes-fit":  "g-x13-bytes-fit",
		"x.y_z-1":        "g-x.y_z-1",
		"x14-bytes-dont": "g-_4cbec1a2ec89",
		"a~b":            "g-_941528e5e77c",
		"a+b":            "",
		"naïve":          "",
		"\n":             "",
	} {
		got := BridgePort(guest)
		if len(got) > DeviceNameMax || !plainName().MatchString(got) || !strings.HasPrefix(got, "g-") {
			t.Errorf("%q has port %q, which can't be a device", guest, got)
		}
		if want != "" && got != want {
			t.Errorf("%q has port %q, want %q", guest, got, want)
		}
	}
}

// A hash tells apart what a name cut off would not.
func TestPortsDiffer(t *testing.T) {
	seen := map[string]string{}
	for n := range 2000 {
		guest := fmt.Sprintf("a-rather-long-name-%d", n)
		if other, twice := seen[BridgePort(guest)]; twice {
			t.Fatalf("%s and %s have port %s", guest, other, BridgePort(guest))
		}
		seen[BridgePort(guest)] = guest
	}
}

func TestCheckInterface(t *testing.T) {
	for name, ok := range map[string]bool{
		"vagga": true, "v": true, "0": true, "vagga-123456789": true, "a.b_c-d": true,
		"": false, "vagga-1234567890": false, "lo": false, "all": false, "default": false,
		"-a": false, ".": false, "..": false, "a/b": false, "a b": false, "a\n": false, "%d": false, "é": false,
	} {
		if err := CheckInterface(name); (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestPeerDevice(t *testing.T) {
	for name, want := range map[string]string{"vagga": "vagga_guest", "123456789": "123456789_guest",
		"vagga-123456789": "vagga-123_guest", "v": "v_guest"} {
		if got := PeerDevice(name); got != want {
			t.Errorf("the peer of %s is %s", name, got)
		}
	}
}
