package netcmd

import (
	"strings"
	"testing"
)

// Whoever only looks must not be asked for a password.
func TestAskRootAsksNobody(t *testing.T) {
	for _, test := range []struct{ sudo, want string }{
		{"sudo", "sudo -n true"},
		{"sudo -n", "sudo -n true"},
		{"/usr/bin/doas -u root", "/usr/bin/doas -n -u root true"},
		{"", ""},
		{"pkexec", ""}, // it has no such option
	} {
		g := Gateway{Sudo: strings.Fields(test.sudo), Interface: "vagga", Network: DefaultNetwork, Tools: Tools{Iptables: Tool{"iptables"}}}
		s, ok := g.AskRoot()
		if got := strings.Join(s.Words(), " "); got != test.want || ok != (test.want != "") {
			t.Errorf("with %q: %q, %v", test.sudo, got, ok)
		}
		for _, rule := range g.AskRules() {
			want := strings.TrimSuffix(test.want, "true") + "iptables --wait -t "
			if got := strings.Join(rule.Words(), " "); !strings.HasPrefix(got, want) {
				t.Errorf("with %q: %q, not %q", test.sudo, got, want)
			}
		}
	}
}
