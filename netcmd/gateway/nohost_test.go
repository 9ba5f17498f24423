package gateway

import (
	"slices"
	"strings"
	"testing"
)

// What --no-host makes, destroy takes back by what was noted.
func TestNoHost(t *testing.T) {
	g := testGateway()
	lines := func(g Gateway) string {
		var all []string
		for _, s := range slices.Concat(g.Create(), g.Destroy()) {
			all = append(all, strings.Join(s.Words(), " ")+"\n"+s.Stdin)
		}
		return strings.Join(all, "\n")
	}
	if text := lines(g); strings.Contains(text, "PREROUTING") || strings.Contains(text, "no_host") {
		t.Errorf("without it: %s", text)
	}
	g.Host = HostFacts{NoHost: true, IPv6: true}
	for _, want := range []string{"-I PREROUTING 1 -i vagga -m addrtype ", `"no_host":true`, "net/ipv6/conf/vagga/disable_ipv6=1"} {
		if text := lines(g); !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	g.Host = HostFacts{NoHost: true}
	if text := lines(g); strings.Contains(text, "ipv6") {
		t.Errorf("where there is no IPv6: %s", text)
	}
	g.Host = HostFacts{Found: Parts{Dir: true, Note: &Note{Network: g.Network, Iptables: g.Tools.Iptables, NoHost: true}}}
	if text := lines(g); !strings.Contains(text, "-t mangle -D PREROUTING -i vagga ") {
		t.Errorf("destroy: %s", text)
	}
}
