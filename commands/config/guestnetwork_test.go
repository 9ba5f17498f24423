package config

import (
	"fmt"
	"net/netip"
	"reflect"
	"testing"
)

func TestNetwork(t *testing.T) {
	got := onlyChild(t, "run: x", "network: {ip: 172.18.0.9, hostname: bridge}").Network
	want := &Network{IP: netip.MustParseAddr("172.18.0.9"), Hostname: "bridge", Line: 6}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := onlyChild(t, "run: x", "network: {}").Network; got == nil || got.IP.IsValid() || got.Hostname != "" {
		t.Errorf("got %+v", got)
	}
	if got := onlyChild(t, "run: x").Network; got != nil {
		t.Errorf("got %+v", got)
	}
}

func TestPorts(t *testing.T) {
	got := onlyChild(t, "run: x", `network: {ports: {65535: 1, "53/udp": 5353, 53: "54", "80/tcp": 65535}}`).Network.Ports
	want := []Port{{53, 54, false}, {53, 5353, true}, {80, 65535, false}, {65535, 1, false}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := onlyChild(t, "run: x", "network: {ports: }").Network.Ports; len(got) > 0 {
		t.Errorf("got %v", got)
	}
}

func TestPortsWrong(t *testing.T) {
	file := func(ports string) string { return childWith("run: x", "network: {ports: "+ports+"}") }
	const what = `6: ports in network of child "a"`
	var tests []wrong
	for _, bad := range []string{"0", "65536", "-1", "080", "http", "", "80/", "80/sctp", "80/UDP", "/udp", "80/udp/tcp", "8_0", "+8"} {
		tests = append(tests, wrong{"external " + bad, file("{'" + bad + "': 80}"),
			what + `: "` + bad + `" must be a number from 1 to 65535, followed by /udp or /tcp or nothing`, ""})
	}
	for _, bad := range []string{"0", "65536", "53/udp", "x"} {
		tests = append(tests, wrong{"internal " + bad, file("{80: " + bad + "}"),
			what + `: "80" leads to "` + bad + `", which must be a number from 1 to 65535`, ""})
	}
	checkWrong(t, append(tests,
		wrong{"twice", file("{80: 1, 80/tcp: 2}"), what + ` has "80/tcp" twice, here and in line 6; remove one`, ""},
		wrong{"null", file("{80: }"), what + " must be a text, not nothing", ""},
		wrong{"list", file("[80]"), what + " must be a mapping, not a list", ""},
		wrong{"tag", file("!P {}"), what + ` can't have the tag "!P"; remove the tag`, ""}))
}

func TestNetworkOf(t *testing.T) {
	file := func(ips ...string) *File {
		text := "commands:\n"
		for i, ip := range ips {
			text += fmt.Sprintf("  c%d: !Supervise {children: {a: !Command {run: x, network: {ip: %s}}, b: !Command {run: x, network: {}}, c: !BridgeCommand {run: x}}}\n", i, ip)
		}
		return mustParse(t, text)
	}
	for want, ips := range map[string][]string{
		"172.23.0.0/24": {"172.23.0.1", "172.23.0.255"},
		"10.1.2.0/24":   {"10.1.2.3"},
		"172.18.0.0/23": {"172.18.0.1", "172.18.1.1"},
		"172.18.0.0/17": {"172.18.127.1", "172.18.0.1"},
	} {
		if got := file(ips...).Network(); got.String() != want {
			t.Errorf("%s have %s, want %s", ips, got, want)
		}
	}
	apart := file("172.18.0.1", "172.18.128.1")
	if got := apart.Network(); got.IsValid() {
		t.Errorf("what lies apart has %s", got)
	}
	if got := NetworkOf(apart.Commands["c1"]); got.String() != "172.18.128.0/24" {
		t.Errorf("one command has %s", got)
	}
	if got := mustParse(t, childWith("run: x", "network: {}")).Network(); got.IsValid() {
		t.Errorf("no addresses have %s", got)
	}
}
