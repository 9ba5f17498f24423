package gateway

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"vagganet/netcmd/addresses"
)

func addrs(list string) []netip.Addr {
	var ips []netip.Addr
	for word := range strings.FieldsSeq(list) {
		ips = append(ips, netip.MustParseAddr(word))
	}
	return ips
}

func TestResolver(t *testing.T) {
	tests := []struct {
		name, servers, upstream string
		local, guests           string // guests: empty for the host's file
	}{
		{"servers on the network", "10.0.0.1 fe80::1%eth0", "", "", ""},
		{"none", "", "", "", ""},
		{"none, but systemd-resolved is there", "", "10.0.0.1", "", ""},
		{"none, but systemd-resolved has a local one", "", "127.0.0.1", "", ""},
		{"systemd-resolved", "127.0.0.53", "10.0.0.1 10.0.0.2", "", "10.0.0.1 10.0.0.2"},
		{"its other address", "127.0.0.54", "10.0.0.1", "", "10.0.0.1"},
		{"in front of a local one", "127.0.0.53", "127.0.0.1", "127.0.0.1", "172.18.255.1"},
		{"in front of a local one and another", "127.0.0.53", "127.0.0.1 10.0.0.2", "", "10.0.0.2"},
		{"with nothing behind it", "127.0.0.53", "", "", ""},
		{"a local one", "127.0.0.1", "10.0.0.9", "127.0.0.1", "172.18.255.1"},
		{"two local ones", "127.0.1.1 127.0.0.1", "", "127.0.1.1", "172.18.255.1"},
		{"a local one by IPv6 first", "::1 127.0.0.1", "", "127.0.0.1", "172.18.255.1"},
		{"a local one by IPv6 alone", "::1", "", "", ""},
		{"a local one before another", "127.0.0.1 10.0.0.1", "", "", "10.0.0.1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := Resolver{Servers: addrs(test.servers), Upstream: addrs(test.upstream), Options: []string{"search a b", "options ndots:2"}}
			local := ""
			if r.Local().IsValid() {
				local = r.Local().String()
			}
			want := ""
			for ip := range strings.FieldsSeq(test.guests) {
				want += "nameserver " + ip + "\n"
			}
			if want != "" {
				want += "search a b\noptions ndots:2\n"
			}
			if got := r.GuestFile(addresses.DefaultNetwork.Host()); got != want || local != test.local {
				t.Errorf("local %q, not %q; file %q, not %q", local, test.local, got, want)
			}
		})
	}
}

// inputs are what a plan gives its steps, and their command lines.
func inputs(g Gateway) string {
	var b strings.Builder
	for _, s := range g.Create() {
		b.WriteString(strings.Join(s.Argv, " ") + "\n" + s.Stdin)
	}
	return b.String()
}

func TestLeadToResolver(t *testing.T) {
	g := testGateway()
	g.Interface = "vagga.1"
	g.Host = HostFacts{Forwarding: true, BridgeFilter: true, Resolver: netip.MustParseAddr("127.0.1.1")}
	got := inputs(g)
	for _, want := range []string{
		`"resolver":"127.0.1.1"`,
		"-q -w net/ipv4/conf/vagga.1/route_localnet=1\n",
		// Each chain has its rules in the order given, before those of others.
		"*nat\n-I POSTROUTING 1 -s 172.18.255.0/30 -m comment --comment vagganet/vagga.1 -j MASQUERADE\n" +
			"-I PREROUTING 1 -i vagga.1 -d 172.18.255.1 -p udp --dport 53 -m comment --comment vagganet/vagga.1 -j DNAT --to-destination 127.0.1.1\n" +
			"-I PREROUTING 2 -i vagga.1 -d 172.18.255.1 -p tcp --dport 53 -m comment --comment vagganet/vagga.1 -j DNAT --to-destination 127.0.1.1\nCOMMIT\n",
		"-I FORWARD 2 -o vagga.1 -m conntrack --ctstate RELATED,ESTABLISHED -m comment --comment vagganet/vagga.1 -j ACCEPT\n" +
			"-I INPUT 1 -i vagga.1 -d 127.0.0.0/8 -m conntrack --ctstate DNAT -m comment --comment vagganet/vagga.1 -j ACCEPT\n" +
			"-I INPUT 2 -i vagga.1 -d 127.0.0.0/8 -m comment --comment vagganet/vagga.1 -j DROP\nCOMMIT\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("there is no\n%sin\n%s", want, got)
		}
	}
	if g.Host.Resolver = (netip.Addr{}); strings.Contains(inputs(g), "PREROUTING") {
		t.Error("without a local resolver there are rules for one")
	}
}

// What destroy removes is what create made, whatever the host's resolver is by
// then.
func TestDestroyRules(t *testing.T) {
	g := testGateway()
	g.Host.Resolver = netip.MustParseAddr("127.0.0.1")
	g.Host.Found = Parts{Dir: true, Note: &Note{
		Network: g.Network, Iptables: g.Tools.Iptables, Resolver: netip.MustParseAddr("127.0.1.1")}}
	var removed []string
	for _, s := range g.Destroy() {
		if i := slices.Index(s.Argv, "-D"); i >= 0 {
			removed = append(removed, strings.Join(s.Argv[i+1:], " "))
		}
	}
	slices.Sort(removed)
	want := []string{
		"FORWARD ! -i vagga -o vagga -m conntrack ! --ctstate RELATED,ESTABLISHED -m comment --comment vagganet/vagga -j DROP",
		"FORWARD -i vagga -m comment --comment vagganet/vagga -j ACCEPT",
		"FORWARD -o vagga -m conntrack --ctstate RELATED,ESTABLISHED -m comment --comment vagganet/vagga -j ACCEPT",
		"INPUT -i vagga -d 127.0.0.0/8 -m comment --comment vagganet/vagga -j DROP",
		"INPUT -i vagga -d 127.0.0.0/8 -m conntrack --ctstate DNAT -m comment --comment vagganet/vagga -j ACCEPT",
		"POSTROUTING -s 172.18.255.0/30 -m comment --comment vagganet/vagga -j MASQUERADE",
		"PREROUTING -i vagga -d 172.18.255.1 -p tcp --dport 53 -m comment --comment vagganet/vagga -j DNAT --to-destination 127.0.1.1",
		"PREROUTING -i vagga -d 172.18.255.1 -p udp --dport 53 -m comment --comment vagganet/vagga -j DNAT --to-destination 127.0.1.1",
	}
	if !slices.Equal(removed, want) {
		t.Errorf("got %q", removed)
	}
}

func TestNoIptables(t *testing.T) {
	g := testGateway()
	g.Host = HostFacts{NoIptables: true, Resolver: netip.MustParseAddr("127.0.0.1")}
	for _, s := range g.Create() {
		if s.Place.Name == "host" && (s.About == "host: firewall" || strings.Contains(s.Stdin, "127.0.0.1")) {
			t.Errorf("host's step %v", s.Argv)
		}
	}
	if !strings.Contains(inputs(g), `"no_iptables":true`) {
		t.Error("it is not written down")
	}
	g.Host = HostFacts{Found: Parts{Dir: true, Note: &Note{Network: g.Network, Iptables: g.Tools.Iptables, NoIptables: true}}}
	for _, s := range g.Destroy() {
		if slices.Contains(s.Argv, "-D") {
			t.Errorf("destroy would remove %v", s.Argv)
		}
	}
}
