package netcmd

import (
	"net/netip"
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

// A password is asked for by the first command, and known not to be asked for
// again by the second one, which is left out where the words can't be told so.
func TestBecomeRoot(t *testing.T) {
	for sudo, want := range map[string]string{
		"":         "",
		"sudo":     "sudo true; sudo -n true; ",
		"sudo -n":  "sudo -n true; ",
		"doas":     "doas true; doas -n true; ",
		"run0 --x": "run0 --x true; ",
	} {
		got := ""
		for _, s := range (Gateway{Sudo: strings.Fields(sudo)}).BecomeRoot() {
			got += strings.Join(s.Words(), " ") + "; "
		}
		if got != want {
			t.Errorf("with %q: %q, not %q", sudo, got, want)
		}
	}
}

// A gateway is asked about as it was made, whatever a new one would be like.
func TestAskRulesAsMade(t *testing.T) {
	g := portsRun().Gateway
	resolver := netip.MustParseAddr("127.0.0.1")
	asked := func(note Note) string {
		g.Host.Found = GatewayParts{Dir: true, NetNS: true, Link: true, Up: true, Note: &note}
		var text strings.Builder
		for _, s := range g.AskRules() {
			text.WriteString(strings.Join(s.Words(), " ") + "\n")
		}
		return text.String()
	}
	other, err := ParseNetwork("10.77.0.0/16")
	if err != nil {
		t.Fatal(err)
	}
	text := asked(Note{Network: other, Iptables: Tool{"iptables-nft"}, Resolver: resolver})
	if n := strings.Count(text, "iptables-nft --wait -t "); n != 8 || strings.Count(text, "\n") != n {
		t.Errorf("not eight rules, all by the iptables that was noted:\n%s", text)
	}
	for _, want := range []string{"POSTROUTING -s 10.77.255.0/30 ", "--to-destination 127.0.0.1\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not asked for:\n%s", want, text)
		}
	}
	if text := asked(Note{Network: g.Network, Iptables: g.Tools.Iptables, NoIptables: true}); text != "" {
		t.Errorf("of a gateway without rules, some are asked for:\n%s", text)
	}
}
