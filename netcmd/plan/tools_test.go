package plan

import "testing"

func TestIptables6(t *testing.T) {
	for iptables, want := range map[string]string{
		"iptables": "ip6tables", "/opt/iptables/sbin/iptables-legacy": "/opt/iptables/sbin/ip6tables-legacy",
		"/home/u/ipt": "ip6tables",
	} {
		if got := (Tools{Iptables: Tool{iptables}}).Iptables6().String(); got != want {
			t.Errorf("%s: %s, want %s", iptables, got, want)
		}
	}
}
