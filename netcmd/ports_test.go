package netcmd

import (
	"errors"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"vagganet/netcmd/addresses"
	"vagganet/netcmd/plan"
)

func portsRun() Run {
	n := addresses.DefaultNetwork
	return Run{
		Name:    "flaky-2",
		Gateway: Gateway{Interface: "vagga", Network: n, Tools: plan.Tools{IP: plan.Tool{"ip"}, Iptables: plan.Tool{"/opt/iptables-legacy"}}},
		Network: addresses.DefaultGuestNetwork,
		Guests: []Guest{
			{Name: "a", IP: netip.MustParseAddr("172.18.0.1"), Ports: []PortForward{{"tcp", 8000, 80}, {"udp", 53, 5353}}},
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
const listedAs = `-P PREROUTING ACCEPT
-A PREROUTING -s 172.18.255.1/32 -d 172.18.255.2/32 -i vagga_guest -p tcp -m tcp --dport 8000 -m comment --comment "flaky-2/QX7" -j DNAT --to-destination 172.18.223.254:8000
-A PREROUTING -s 172.18.255.1/32 -d 172.18.255.2/32 -i vagga_guest -p udp -m udp --dport 53 -m comment --comment "a~@+/uuid" -j DNAT --to-destination 172.18.192.6:53
-A PREROUTING -p tcp -m tcp --dport 80 -m comment --comment "somebody's" -j DNAT --to-destination 10.0.0.1:80
-A PREROUTING -p tcp -m tcp --dport 80 -m comment --comment "a/b" -j DNAT --to-destination 10.0.0.1:80
-A PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 172.18.192.2
-A PREROUTING -p tcp -m tcp --dport 80 -m comment --comment "a/b" -j ACCEPT
`

func TestReadForwards(t *testing.T) {
	g := portsRun().Gateway
	got := g.ReadForwards(listedAs)
	rules := strings.Split(listedAs, "\n")
	want := []Forwarded{
		{PortForward{"tcp", 8000, 0}, "flaky-2", "QX7", 2047, rules[1]},
		{PortForward{"udp", 53, 0}, "a~@+", "uuid", 1, rules[2]},
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got %+v", got)
	}
	removed := g.RemoveForwards(g.Enter(), got)
	zones := "*raw\n" +
		"-D PREROUTING -i vagga_guest -s 172.18.255.1 -d 172.18.255.2 -p udp --dport 53 -m comment --comment a~@+/uuid -j CT --zone 2\n" +
		"-D PREROUTING -i ch1 -s 172.18.192.6 -d 172.18.255.1 -p udp --sport 53 -m comment --comment a~@+/uuid -j CT --zone 2\nCOMMIT\n"
	if len(removed) != 2 || removed[0].Stdin != zones || removed[1].Stdin != "*nat\n-D"+rules[1][2:]+"\n-D"+rules[2][2:]+"\nCOMMIT\n" {
		t.Errorf("got %+v", removed)
	}
	for _, s := range removed {
		if !slices.Equal(s.Place.Enter, g.Enter()) {
			t.Errorf("got %q", s.Place.Enter)
		}
	}
	// A run that was killed between the tables has no zone, which is not in the way.
	if !removed[0].Tolerates("RULE_DELETE failed (No such file or directory)") || removed[1].Tolerates("Bad rule") {
		t.Error("only zones may be gone")
	}
}

func TestTaken(t *testing.T) {
	list := portsRun().Gateway.ReadForwards(listedAs)
	tests := []struct {
		port PortForward
		want string
	}{
		{PortForward{"tcp", 8000, 1}, "flaky-2"},
		{PortForward{"udp", 8000, 1}, ""},
		{PortForward{"udp", 53, 1}, "a~@+"},
		{PortForward{"tcp", 80, 8000}, ""},
	}
	for _, test := range tests {
		r := Run{Guests: []Guest{{Name: "x"}, {Name: "y", Ports: []PortForward{test.port}}}}
		if f, found := r.Taken(list); f.Run != test.want || found != (test.want != "") {
			t.Errorf("%v: got %q, %v", test.port, f.Run, found)
		}
	}
}

func TestCheckPorts(t *testing.T) {
	guests := []Guest{
		{Name: "a", Ports: []PortForward{{"tcp", 53, 1}, {"udp", 53, 2}}},
		{Name: "b", Ports: []PortForward{{"tcp", 80, 1}}},
	}
	if err := CheckPorts(guests); err != nil {
		t.Error(err)
	}
	guests[1].Ports = append(guests[1].Ports, PortForward{"udp", 53, 3})
	err := CheckPorts(guests)
	var bad *GuestError
	if !errors.As(err, &bad) || bad.Guest != "b" || err.Error() != "guest b: port 53/udp leads to guest a already" {
		t.Errorf("got %v", err)
	}
}

func TestSlotOf(t *testing.T) {
	n, err := addresses.ParseNetwork("10.250.0.0/16")
	if err != nil {
		t.Fatal(err)
	}
	for _, number := range []int{0, 1, 63, 64, addresses.Slots - 1} {
		if got := n.SlotOf(n.Slot(number).Bridge); got != number {
			t.Errorf("slot %d is read as %d", number, got)
		}
	}
}
