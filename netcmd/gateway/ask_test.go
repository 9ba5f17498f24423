package gateway

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"vagganet/netcmd/addresses"
	"vagganet/netcmd/plan"
)

// Whoever only looks must not be asked for a password.
func TestAskRootAsksNobody(t *testing.T) {
	for _, test := range []struct{ sudo, want string }{
		{"sudo", "sudo -n "},
		{"sudo -n", "sudo -n "},
		{"/usr/bin/doas -u root", "/usr/bin/doas -n -u root "},
		{"", ""},
		{"pkexec", ""}, // it has no such option
	} {
		g := Gateway{Sudo: strings.Fields(test.sudo), Interface: "vagga", Network: addresses.DefaultNetwork, Tools: plan.UsualTools(), User: User{UID: 1000}}
		s, ok := g.AskRoot()
		if got := strings.Join(s.Words(), " "); ok != (test.want != "") || ok && !strings.HasPrefix(got, test.want+"sh -c ") {
			t.Errorf("with %q: %q, %v", test.sudo, got, ok)
		}
		for _, rule := range g.AskRules() {
			want := test.want + "iptables --wait -t "
			if got := strings.Join(rule.Words(), " "); !strings.HasPrefix(got, want) {
				t.Errorf("with %q: %q, not %q", test.sudo, got, want)
			}
		}
	}
}

// A password is asked for by the first command. The second one is not to ask
// again, where the words can be told so, and looks for what root will run.
func TestAsRoot(t *testing.T) {
	for sudo, want := range map[string]string{
		"":         "",
		"sudo":     "sudo true; sudo -n sh; ",
		"sudo -n":  "sudo -n true; sudo -n sh; ",
		"doas":     "doas true; doas -n sh; ",
		"run0 --x": "run0 --x true; run0 --x sh; ",
	} {
		got := ""
		for _, s := range (Gateway{Sudo: strings.Fields(sudo), Tools: plan.UsualTools()}).AsRoot(nil) {
			got += strings.Join(append(slices.Clone(s.Place.Enter), s.Argv[0]), " ") + "; "
		}
		if got != want {
			t.Errorf("with %q: %q, not %q", sudo, got, want)
		}
	}
}

// Root looks for all that it runs, and that it would undo by; not for what the
// user runs.
func TestRootLooksForItsTools(t *testing.T) {
	g := Gateway{Sudo: []string{"sudo"}, Interface: "vagga", Network: addresses.DefaultNetwork, Tools: plan.UsualTools(), User: User{UID: 1000}}
	g.Tools.Iptables = plan.Tool{"/opt/iptables"}
	g.Host.Restricted = true
	p := g.AsRoot(g.Create())
	looked := p[1].Argv[4:]
	for _, s := range rootSteps(p) {
		if !slices.Contains(looked, s.Argv[0]) && s.Argv[0] != "true" && s.Argv[0] != "sh" {
			t.Errorf("root runs %s, which was not looked for among %q", s.Argv[0], looked)
		}
	}
	for tool, want := range map[string]bool{"/opt/iptables-restore": true, "umount": true, "setpriv": true, "unshare": true, "nsenter": false, "kill": false} {
		if slices.Contains(looked, tool) != want {
			t.Errorf("%s is looked for: %v", tool, !want)
		}
	}
}

// A gateway is asked about as it was made, whatever a new one would be like.
func TestAskRulesAsMade(t *testing.T) {
	g := testGateway()
	resolver := netip.MustParseAddr("127.0.0.1")
	asked := func(note Note) string {
		g.Host.Found = Parts{Dir: true, NetNS: true, Link: true, Up: true, Note: &note}
		var text strings.Builder
		for _, s := range g.AskRules() {
			text.WriteString(strings.Join(s.Words(), " ") + "\n")
		}
		return text.String()
	}
	other, err := addresses.ParseNetwork("10.77.0.0/16")
	if err != nil {
		t.Fatal(err)
	}
	text := asked(Note{Network: other, Iptables: plan.Tool{"iptables-nft"}, Resolver: resolver})
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
