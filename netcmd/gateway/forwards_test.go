package gateway

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"vagganet/netcmd/addresses"
	"vagganet/netcmd/plan"
)

const listedAs = `-P PREROUTING ACCEPT
-A PREROUTING -s 172.18.255.1/32 -d 172.18.255.2/32 -i vagga_guest -p tcp -m tcp --dport 8000 -m comment --comment "flaky-2/QX7" -j DNAT --to-destination 172.18.223.254:8000
-A PREROUTING -s 172.18.255.1/32 -d 172.18.255.2/32 -i vagga_guest -p udp -m udp --dport 53 -m comment --comment "a~@+/uuid" -j DNAT --to-destination 172.18.192.6:53
-A PREROUTING -p tcp -m tcp --dport 80 -m comment --comment "somebody's" -j DNAT --to-destination 10.0.0.1:80
-A PREROUTING -p tcp -m tcp --dport 80 -m comment --comment "a/b" -j DNAT --to-destination 10.0.0.1:80
-A PREROUTING -p tcp -m tcp --dport 80 -j DNAT --to-destination 172.18.192.2
-A PREROUTING -p tcp -m tcp --dport 80 -m comment --comment "a/b" -j ACCEPT
`

func TestReadForwards(t *testing.T) {
	g := testGateway()
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

// testGateway is one by iptables of the legacy kind, with its usual network.
func testGateway() Gateway {
	return Gateway{Interface: "vagga", Network: addresses.DefaultNetwork,
		Tools: plan.Tools{IP: plan.Tool{"ip"}, Iptables: plan.Tool{"/opt/iptables-legacy"}}}
}
