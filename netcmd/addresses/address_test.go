package addresses

import (
	"net/netip"
	"strings"
	"testing"
)

func TestSlot(t *testing.T) {
	for _, want := range []struct {
		number                int
		link, gateway, bridge string
	}{
		{0, "172.18.192.0/30", "172.18.192.1", "172.18.192.2"},
		{1, "172.18.192.4/30", "172.18.192.5", "172.18.192.6"},
		{64, "172.18.193.0/30", "172.18.193.1", "172.18.193.2"},
		{Slots - 1, "172.18.223.252/30", "172.18.223.253", "172.18.223.254"},
	} {
		s := DefaultNetwork.Slot(want.number)
		if s.Number != want.number || s.Link.String() != want.link || s.Gateway.String() != want.gateway || s.Bridge.String() != want.bridge {
			t.Errorf("slot %d is %+v", want.number, s)
		}
	}
}

// All slots together are the /19, none of them twice.
func TestSlotsFillTheirRange(t *testing.T) {
	seen := map[netip.Prefix]bool{}
	for n := range Slots {
		s := DefaultNetwork.Slot(n)
		if seen[s.Link] || s.Link != s.Link.Masked() || !DefaultNetwork.SlotRange().Contains(s.Link.Addr()) {
			t.Fatalf("slot %d has %s", n, s.Link)
		}
		if !s.Link.Contains(s.Gateway) || !s.Link.Contains(s.Bridge) {
			t.Fatalf("slot %d is %+v", n, s)
		}
		seen[s.Link] = true
	}
	if r := DefaultNetwork.SlotRange(); 1<<(32-r.Bits()) != 4*len(seen) {
		t.Errorf("%d slots in %s", len(seen), r)
	}
}

func TestNetworkAddresses(t *testing.T) {
	n, err := ParseNetwork("10.123.0.0/16")
	if err != nil {
		t.Fatal(err)
	}
	got := []string{n.Host().String(), n.Gateway().String(), n.HostLink().String(), n.SlotRange().String(), n.Slot(1).Bridge.String()}
	want := "10.123.255.1 10.123.255.2 10.123.255.0/30 10.123.192.0/19 10.123.192.6"
	if strings.Join(got, " ") != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestParseNetworkWrong(t *testing.T) {
	for cidr, want := range map[string]string{
		"":                `"" is no IPv4 network such as 172.18.0.0/16`,
		"172.18.0.0":      `"172.18.0.0" is no IPv4 network such as 172.18.0.0/16`,
		"172.18.0.0/33":   `"172.18.0.0/33" is no IPv4 network such as 172.18.0.0/16`,
		"fd00::/16":       `"fd00::/16" is no IPv4 network such as 172.18.0.0/16`,
		"172.18.0.0/16 ":  `"172.18.0.0/16 " is no IPv4 network such as 172.18.0.0/16`,
		"172.18.0.0/24":   "network 172.18.0.0/24 is a /24, but must be a /16",
		"172.18.255.1/16": "network 172.18.255.1/16 has bits set after its first 16: the network is 172.18.0.0/16",
	} {
		if _, err := ParseNetwork(cidr); err == nil || err.Error() != want {
			t.Errorf("%s: %v", cidr, err)
		}
	}
}

func TestParseGuestNetwork(t *testing.T) {
	for cidr, bridge := range map[string]string{
		"172.18.0.0/24": "172.18.0.254", "172.18.0.0/17": "172.18.0.254", "10.1.2.0/23": "10.1.2.254",
	} {
		g, err := ParseGuestNetwork(cidr)
		if err != nil || g.String() != cidr || g.Bridge().String() != bridge {
			t.Errorf("%s is read as %s with bridge %s: %v", cidr, g, g.Bridge(), err)
		}
	}
	for cidr, want := range map[string]string{
		"172.18.0.0/25": "guest network 172.18.0.0/25 must be IPv4, from a /24 to a /17",
		"172.18.0.0/16": "guest network 172.18.0.0/16 must be IPv4, from a /24 to a /17",
		"172.18.0.1/24": "network 172.18.0.1/24 has bits set after its first 24: the network is 172.18.0.0/24",
		"guests":        `"guests" is no IPv4 network such as 172.18.0.0/16`,
	} {
		if _, err := ParseGuestNetwork(cidr); err == nil || err.Error() != want {
			t.Errorf("%s: %v", cidr, err)
		}
	}
	if _, err := NewGuestNetwork(netip.MustParsePrefix("fd00::/20")); err == nil {
		t.Error("IPv6 passes")
	}
}

func TestCheckGuest(t *testing.T) {
	wide, err := ParseGuestNetwork("172.18.0.0/17")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		network GuestNetwork
		ip      string
		want    string // empty: it may be a guest's
	}{
		{DefaultGuestNetwork, "172.18.0.1", ""},
		{DefaultGuestNetwork, "172.18.0.253", ""},
		{DefaultGuestNetwork, "172.18.0.0", "address 172.18.0.0 is the guest network's own"},
		{DefaultGuestNetwork, "172.18.0.254", "address 172.18.0.254 is the bridge's"},
		{DefaultGuestNetwork, "172.18.0.255", "address 172.18.0.255 is the guest network's broadcast address"},
		{DefaultGuestNetwork, "172.18.1.1", "address 172.18.1.1 is outside of the guest network 172.18.0.0/24"},
		{DefaultGuestNetwork, "::1", "address ::1 is outside of the guest network 172.18.0.0/24"},
		{DefaultGuestNetwork, "::ffff:172.18.0.1", "address ::ffff:172.18.0.1 is outside of the guest network 172.18.0.0/24"},
		{wide, "172.18.0.255", ""},
		{wide, "172.18.127.254", ""},
		{wide, "172.18.0.254", "address 172.18.0.254 is the bridge's"},
		{wide, "172.18.127.255", "address 172.18.127.255 is the guest network's broadcast address"},
	} {
		err := c.network.CheckGuest(netip.MustParseAddr(c.ip))
		if (err == nil) != (c.want == "") || err != nil && err.Error() != c.want {
			t.Errorf("%s in %s: %v", c.ip, c.network, err)
		}
	}
}

func TestCheckApart(t *testing.T) {
	for cidr, apart := range map[string]bool{
		"172.18.0.0/24": true, "172.18.0.0/17": true, "172.18.191.0/24": true, "172.18.224.0/24": true, "10.0.0.0/17": true,
		"172.18.192.0/24": false, "172.18.223.0/24": false, "172.18.255.0/24": false, "172.18.128.0/17": false,
	} {
		g, err := ParseGuestNetwork(cidr)
		if err != nil {
			t.Fatal(err)
		}
		if err := CheckApart(DefaultNetwork, g); (err == nil) != apart {
			t.Errorf("%s: %v", cidr, err)
		}
	}
}

func TestNetworksAsText(t *testing.T) {
	var n Network
	var g GuestNetwork
	text, err1 := DefaultNetwork.MarshalText()
	err2 := n.UnmarshalText(text)
	text, err3 := DefaultGuestNetwork.MarshalText()
	err4 := g.UnmarshalText(text)
	if n != DefaultNetwork || g != DefaultGuestNetwork {
		t.Errorf("got %s and %s: %v %v %v %v", n, g, err1, err2, err3, err4)
	}
}

func TestMAC(t *testing.T) {
	if got := MAC(netip.MustParseAddr("172.18.0.254")); got != "02:00:ac:12:00:fe" {
		t.Errorf("got %s", got)
	}
}

func TestSlotOf(t *testing.T) {
	n, err := ParseNetwork("10.250.0.0/16")
	if err != nil {
		t.Fatal(err)
	}
	for _, number := range []int{0, 1, 63, 64, Slots - 1} {
		if got := n.SlotOf(n.Slot(number).Bridge); got != number {
			t.Errorf("slot %d is read as %d", number, got)
		}
	}
}
