package netcmd

import (
	"net/netip"
	"strings"
	"testing"
)

func TestIsName(t *testing.T) {
	for name, want := range map[string]bool{
		"a": true, "web-2": true, "_hidden": true, "a.b_c~d@e+f": true, strings.Repeat("x", 63) + "-12345": true,
		"": false, ".hidden": false, "-x": false, "_": false, "_-x": false, "a b": false, "a/b": false, "a\x1b[m": false, "a\nb": false,
		"é": false, strings.Repeat("x", 101): false,
	} {
		if IsName(name) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
}

func TestInfoValid(t *testing.T) {
	good := Info{Run: "a", Command: "_a", MTU: 9000, Guests: []Guest{{Name: "x", Hostname: "y", IP: netip.MustParseAddr("172.18.0.1")}}}
	if !good.Valid() {
		t.Error("not valid")
	}
	for name, change := range map[string]func(*Info){
		"run": func(i *Info) { i.Run = "\x1b[m" }, "command": func(i *Info) { i.Command = "" },
		"guest":     func(i *Info) { i.Guests = []Guest{{Name: "\n", Hostname: "y", IP: good.Guests[0].IP}} },
		"hostname":  func(i *Info) { i.Guests = []Guest{{Name: "x", Hostname: "-f", IP: good.Guests[0].IP}} },
		"small MTU": func(i *Info) { i.MTU = 67 }, "large MTU": func(i *Info) { i.MTU = 65536 }, "negative MTU": func(i *Info) { i.MTU = -1 },
		"zone": func(i *Info) {
			i.Guests = []Guest{{Name: "x", Hostname: "y", IP: good.Guests[0].IP, IP6: netip.MustParseAddr("fd18::1%x\nnetns exec a sh")}}
		},
		"IPv4 for IPv6": func(i *Info) {
			i.Guests = []Guest{{Name: "x", Hostname: "y", IP: good.Guests[0].IP, IP6: good.Guests[0].IP}}
		},
		"address": func(i *Info) { i.Guests = []Guest{{Name: "x", Hostname: "y"}} },
	} {
		i := good
		if change(&i); i.Valid() {
			t.Errorf("%s passes", name)
		}
	}
}
