package netcmd

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"vagganet/netcmd/addresses"
	"vagganet/netcmd/gateway"
	"vagganet/netcmd/plan"
)

func portsRun() Run {
	n := addresses.DefaultNetwork
	return Run{
		Name:    "flaky-2",
		Gateway: gateway.Gateway{Interface: "vagga", Network: n, Tools: plan.Tools{IP: plan.Tool{"ip"}, Iptables: plan.Tool{"/opt/iptables-legacy"}}},
		Network: addresses.DefaultGuestNetwork,
		Guests: []Guest{
			{Name: "a", IP: netip.MustParseAddr("172.18.0.1"), Ports: []gateway.PortForward{{Protocol: "tcp", External: 8000, Internal: 80}, {Protocol: "udp", External: 53, Internal: 5353}}},
			{Name: "b", IP: netip.MustParseAddr("172.18.0.2")},
		},
	}
}

// known puts into a text what is known of portsRun once it has the last slot.
func known(text string) string {
	numbers := portsRun().claim()[0].Numbers
	values := map[string]string{numbers.Name: "2047", nameVar: "flaky-2", tokenVar: "QX7"}
	for _, v := range numbers.Values {
		values[v.Name] = v.Of(2047)
	}
	return plan.Expand(text, func(name string) string { return values[name] })
}

func TestForward(t *testing.T) {
	p := portsRun().forward()
	if len(p) != 1 || len(p[0].Undo) != 1 {
		t.Fatalf("got %+v", p)
	}
	want := `*nat
-A PREROUTING -i vagga_guest -s 172.18.255.1 -d 172.18.255.2 -p tcp --dport 8000 -m comment --comment flaky-2/QX7 -j DNAT --to-destination 172.18.223.254:8000
-A PREROUTING -i vagga_guest -s 172.18.255.1 -d 172.18.255.2 -p udp --dport 53 -m comment --comment flaky-2/QX7 -j DNAT --to-destination 172.18.223.254:53
COMMIT
`
	// Only UDP has no beginning by which conntrack would know a new client.
	wantZones := `*raw
-A PREROUTING -i vagga_guest -s 172.18.255.1 -d 172.18.255.2 -p udp --dport 53 -m comment --comment flaky-2/QX7 -j CT --zone 2048
-A PREROUTING -i ch2047 -s 172.18.223.254 -d 172.18.255.1 -p udp --sport 53 -m comment --comment flaky-2/QX7 -j CT --zone 2048
COMMIT
`
	if known(p[0].Stdin) != want+wantZones {
		t.Errorf("got\n%swant\n%s", p[0].Stdin, want+wantZones)
	}
	if got := known(p[0].Undo[0].Stdin); got != strings.ReplaceAll(wantZones+want, "-A ", "-D ") {
		t.Errorf("undo is\n%s", got)
	}
	for _, s := range append(p, p[0].Undo...) {
		if s.Argv[0] != "/opt/iptables-legacy-restore" || !slices.Equal(s.Env, []string{"XTABLES_LOCKFILE=/run/vagganet/vagga/runs/.xtables.lock"}) {
			t.Errorf("got %v %v", s.Env, s.Argv)
		}
	}
}

func TestPortRules(t *testing.T) {
	r := portsRun()
	want := []string{
		"-A PREROUTING -i ch2047c -d 172.18.223.254 -p tcp --dport 8000 -j DNAT --to-destination 172.18.0.1:80",
		"-A PREROUTING -i ch2047c -d 172.18.223.254 -p udp --dport 53 -j DNAT --to-destination 172.18.0.1:5353",
	}
	if got := known(plan.Lines(r.portRules()...)); got != plan.Lines(want...) {
		t.Errorf("got %q", got)
	}
	firewall := known(r.bridgePorts()[0].Stdin)
	if firewall != "*nat\n"+plan.Lines(want...)+"COMMIT\n" {
		t.Errorf("got\n%s", firewall)
	}
}

// A run without ports pays nothing for them.
func TestNoPorts(t *testing.T) {
	r := portsRun()
	r.Guests[0].Ports = nil
	if r.HasPorts() || r.forward() != nil || r.bridgePorts() != nil {
		t.Error("a run without ports has steps or rules for them")
	}
}

// Both kinds of iptables list rules like this, whatever the order in which
// they were given.
func TestTaken(t *testing.T) {
	list := []gateway.Forwarded{{PortForward: gateway.PortForward{Protocol: "tcp", External: 8000, Internal: 0}, Run: "flaky-2"}, {PortForward: gateway.PortForward{Protocol: "udp", External: 53, Internal: 0}, Run: "a~@+"}}
	tests := []struct {
		port gateway.PortForward
		want string
	}{
		{gateway.PortForward{Protocol: "tcp", External: 8000, Internal: 1}, "flaky-2"},
		{gateway.PortForward{Protocol: "udp", External: 8000, Internal: 1}, ""},
		{gateway.PortForward{Protocol: "udp", External: 53, Internal: 1}, "a~@+"},
		{gateway.PortForward{Protocol: "tcp", External: 80, Internal: 8000}, ""},
	}
	for _, test := range tests {
		r := Run{Guests: []Guest{{Name: "x"}, {Name: "y", Ports: []gateway.PortForward{test.port}}}}
		if f, found := r.Taken(list); f.Run != test.want || found != (test.want != "") {
			t.Errorf("%v: got %q, %v", test.port, f.Run, found)
		}
	}
}

func TestCheckPorts(t *testing.T) {
	guests := []Guest{
		{Name: "a", Ports: []gateway.PortForward{{Protocol: "tcp", External: 53, Internal: 1}, {Protocol: "udp", External: 53, Internal: 2}}},
		{Name: "b", Ports: []gateway.PortForward{{Protocol: "tcp", External: 80, Internal: 1}}},
	}
	if err := CheckPorts(guests); err != nil {
		t.Error(err)
	}
	guests[1].Ports = append(guests[1].Ports, gateway.PortForward{Protocol: "udp", External: 53, Internal: 3})
	err := CheckPorts(guests)
	var bad *GuestError
	if !errors.As(err, &bad) || bad.Guest != "b" || err.Error() != "guest b: port 53/udp leads to guest a already" {
		t.Errorf("got %v", err)
	}
}
