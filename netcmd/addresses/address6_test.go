package addresses

import (
	"net/netip"
	"testing"
)

func TestGuestNetwork6(t *testing.T) {
	wide, err := ParseGuestNetwork("10.1.0.0/17")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		network6, want string
		network        GuestNetwork
		ip             string
	}{
		{"fd18::/64", "fd18::1", DefaultGuestNetwork, "172.18.0.1"},
		{"fd18::/64", "fd18::11", DefaultGuestNetwork, "172.18.0.17"},
		{"fd18::/64", "fd18::fe", DefaultGuestNetwork, "172.18.0.254"},
		{"2001:db8:1:2::/64", "2001:db8:1:2::7ffe", wide, "10.1.127.254"},
	} {
		network6, err := NewGuestNetwork6(netip.MustParsePrefix(test.network6))
		if err != nil {
			t.Fatal(err)
		}
		if got := network6.Of(test.network, netip.MustParseAddr(test.ip)).String(); got != test.want {
			t.Errorf("%s in %s: %s, want %s", test.ip, network6, got, test.want)
		}
		text, _ := network6.MarshalText()
		var back GuestNetwork6
		if err := back.UnmarshalText(text); err != nil || back != network6 {
			t.Errorf("%s comes back as %v, %v", network6, back, err)
		}
	}
	var none GuestNetwork6
	if text, err := none.MarshalText(); err != nil || none.UnmarshalText(text) != nil || none.IsValid() {
		t.Errorf("no network is %q, %v", text, err)
	}
	for _, wrong := range []string{"172.18.0.0/24", "fd18::/48", "fd18::/65", "fe80::/64", "ff02::/64", "::/64", "::ffff:0:0/96"} {
		if got, err := NewGuestNetwork6(netip.MustParsePrefix(wrong)); err == nil {
			t.Errorf("%s is taken, as %s", wrong, got)
		}
	}
}
