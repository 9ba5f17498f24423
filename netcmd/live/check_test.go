package live

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"vagganet/netcmd"
	"vagganet/netcmd/links"
	"vagganet/netcmd/links/linkstest"
	"vagganet/netcmd/plan"
)

// Each way in which a link can differ from what it should be, and be as it
// should. What guests a, b and c are: a and b are cut both ways, and of a and c
// the way from c to a.
func TestJudge(t *testing.T) {
	cuts := links.FullMesh([]string{"a", "b", "c"})
	cuts.Set(0, 1, links.Drop)
	cuts.Set(1, 0, links.Drop)
	cuts.Set(2, 0, links.Drop)
	well := Answers{UDP: []string{"..+", "..+", ".+."}, TCP: []string{"...", "..+", ".+."}, IPv6: []string{"..+", "..+", ".+."}, ARP: []string{"..+", "..+", ".+."}}
	l := Run{Tools: plan.UsualTools()}
	for _, test := range []struct {
		udp, tcp, arp string // answers of a, then of b, then of c
		want          string // how links differ
	}{
		{"..+ ..+ .+.", "... ..+ .+.", "..+ ..+ .+.", ""},
		{".++ ..+ .+.", "... ..+ .+.", "..+ ..+ .+.", "leaks a -> b: cut, but UDP comes through"},
		{".++ ..+ .+.", ".+. ..+ .+.", "..+ ..+ .+.", "leaks a -> b: cut, but TCP and UDP come through"},
		{".++ ..+ .+.", ".+. ..+ .+.", ".++ ..+ .+.", "leaks a -> b: cut, but TCP, UDP and ARP come through"},
		{"..+ ..+ .+.", ".!. ..+ .+.", "..+ ..+ .+.", "leaks a -> b: cut, but TCP is refused"},
		{".++ ..+ .+.", ".!. ..+ .+.", "..+ ..+ .+.", "leaks a -> b: cut, but TCP is refused and UDP comes through"},
		{".++ ..+ .+.", ".!. ..+ .+.", ".++ ..+ .+.", "leaks a -> b: cut, but TCP is refused, and UDP and ARP come through"},
		{"..+ ..+ .+.", "... ..+ .+.", ".++ ..+ .+.", "leaks a -> b: cut, but ARP comes through"},
		{"..+ ..+ .+.", "..+ ..+ .+.", "..+ ..+ .+.", "leaks a -> c: linked one way, but TCP comes through"},
		{"..+ ..+ ++.", "... ..+ .+.", "..+ ..+ .+.", "leaks c -> a: cut, but UDP comes through"},
		{"..+ ..+ .+.", "... ..+ .+.", "..+ ..+ ++.", "leaks c -> a: cut, but ARP comes through"},
		{"... ..+ .+.", "... ..+ .+.", "..+ ..+ .+.", "dead a -> c: linked one way, but UDP is silent"},
		{"..+ ..+ .+.", "... ..+ .+.", "... ..+ .+.", "dead a -> c: linked one way, but ARP is silent"},
		{"..+ ..+ ...", "... ..+ ...", "..+ ..+ .+.", "dead c -> b: linked, but TCP and UDP are silent"},
		{"..+ ..+ ...", "... ..+ ...", "..+ ..+ ...", "dead c -> b: linked, but TCP, UDP and ARP are silent"},
		{"..+ ..+ .+.", "... ..+ .+.", "..+ ..+ ...", "dead c -> b: linked, but ARP is silent"},
		{"..+ ..+ .+.", "... ..! .+.", "..+ ..+ .+.", "dead b -> c: linked, but TCP is refused"},
		{"..+ ... .+.", "... ..! .+.", "..+ ... .+.", "dead b -> c: linked, but TCP is refused, and UDP and ARP are silent"},
		{"... ..+ .+.", "..+ ..+ .+.", "..+ ..+ .+.", "leaks a -> c: linked one way, but TCP comes through and UDP is silent"},
	} {
		found := Answers{UDP: strings.Fields(test.udp), TCP: strings.Fields(test.tcp), IPv6: well.IPv6, ARP: strings.Fields(test.arp)}
		links, err := l.Judge(cuts, found)
		if err != nil || len(links) != 6 {
			t.Fatalf("%d links, %v", len(links), err)
		}
		var differ []string
		for _, l := range links {
			if l.State != LinkOK {
				differ = append(differ, fmt.Sprintf("%s %s", l.State, l))
			}
		}
		if got := strings.Join(differ, "\n"); got != test.want {
			t.Errorf("%v:\ngot  %s\nwant %s", found, got, test.want)
		}
	}
	well.Trouble = map[string]string{"a": "gone"}
	list, _ := l.Judge(cuts, well)
	for _, l := range list {
		if unknown := l.From == "a" || l.To == "a"; unknown != (l.State == LinkUnknown) {
			t.Errorf("where a is in trouble, %s", l.State)
		}
	}
	for _, wrong := range []Answers{{}, {UDP: well.UDP, TCP: well.TCP[1:], IPv6: well.IPv6, ARP: well.ARP}, {UDP: well.UDP, TCP: []string{"...", "..", "..."}, IPv6: well.IPv6, ARP: well.ARP},
		{UDP: well.UDP, TCP: well.TCP, IPv6: well.IPv6}, {UDP: well.UDP, TCP: well.TCP, ARP: well.ARP}} {
		if _, err := l.Judge(cuts, wrong); err == nil {
			t.Errorf("%v are answers of three guests", wrong)
		}
	}
}

// What is refused may be silent, too, and what is new is cut as a whole: only
// answers to it come through. ARP passes both, or not.
func TestJudgeHow(t *testing.T) {
	l := Run{Tools: plan.UsualTools()}
	arpOf := map[string]string{".": "+", "x": ".", "r": "+.", "n": "+."}
	for _, test := range []struct{ there, back, udp, tcp, want string }{
		{"r", ".", "!", "!", "ok"}, {"r", "x", ".", ".", "ok"}, {"r", "r", "!", ".", "ok"}, {"r", ".", "+", "!", "leaks"}, {"r", ".", "!", "+", "leaks"},
		{"n", "n", ".", ".", "ok"}, {"n", ".", ".", "+", "leaks"}, {"n", ".", ".", "!", "leaks"},
		{"n", ".", "+", ".", "ok"}, {"n", ".", "!", ".", "leaks"}, {"n", "n", "+", ".", "leaks"}, {"n", "x", "+", ".", "leaks"},
		{".", "n", "+", "+", "ok"}, {".", "n", "+", ".", "dead"}, {".", "r", "+", ".", "ok"}, {".", "r", "+", "+", "leaks"}, {"x", ".", "!", ".", "leaks"},
	} {
		cuts := linkstest.FromMatrix([]string{"a", "b"}, "."+test.there+" "+test.back+".")
		for _, arp := range strings.Split(arpOf[test.there], "") {
			found := Answers{UDP: []string{"." + test.udp, ".."}, TCP: []string{"." + test.tcp, ".."}, IPv6: []string{"." + test.udp, ".."}, ARP: []string{"." + arp, ".."}}
			links, err := l.Judge(cuts, found)
			if err != nil || string(links[0].State) != test.want {
				t.Errorf("%v, ARP %s: %s (%s): %v", test, arp, links[0].State, links[0], err)
			}
		}
	}
	refused := CheckedLink{Link: links.Link{From: "a", To: "b", State: links.State{How: links.Reject}}, Cut: true, UDP: Through, TCP: Refused, IPv6: Silent}
	if got, want := refused.String(), "a -> b: refused, but UDP comes through"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Datagrams over IPv6 are judged as the others are, but not where they could not be
// tried.
func TestJudgeIPv6(t *testing.T) {
	l := Run{Tools: plan.UsualTools()}
	for _, test := range []struct{ there, udp, ipv6, want string }{
		{".", "+", "+", "ok"}, {".", "+", ".", "dead"}, {".", "+", "?", "ok"},
		{"x", ".", ".", "ok"}, {"x", ".", "+", "leaks"}, {"x", ".", "?", "ok"},
		{"r", "!", "!", "ok"}, {"r", "!", ".", "ok"}, {"r", "!", "+", "leaks"},
		{"n", ".", ".", "ok"}, {"n", ".", "+", "leaks"},
	} {
		cuts := linkstest.FromMatrix([]string{"a", "b"}, "."+test.there+" "+test.there+".")
		row := []string{"." + test.udp, ".."}
		list, err := l.Judge(cuts, Answers{UDP: row, TCP: row, IPv6: []string{"." + test.ipv6, ".."}, ARP: []string{".?", "?."}})
		if err != nil || string(list[0].State) != test.want {
			t.Errorf("%v: %s (%s): %v", test, list[0].State, list[0], err)
		}
	}
}

// ARP passes what iptables cuts, and so what is found of it on such a link is not
// judged; nor is it where it could not be tried.
func TestJudgeARP(t *testing.T) {
	ebtables := Run{Tools: plan.UsualTools()}
	iptables := ebtables
	iptables.Tools.Ebtables = nil
	for _, test := range []struct {
		l               Run
		link, arp, want string
	}{
		{ebtables, "x", ".", "ok"}, {ebtables, "x", "+", "leaks"}, {ebtables, "x", "?", "ok"},
		{iptables, "x", ".", "ok"}, {iptables, "x", "+", "ok"}, {iptables, "x", "?", "ok"},
		{iptables, ".", "+", "ok"}, {iptables, ".", ".", "dead"}, {iptables, ".", "?", "ok"},
	} {
		cuts := linkstest.FromMatrix([]string{"a", "b"}, "."+test.link+" ..")
		row := []string{"." + map[string]string{"x": ".", ".": "+"}[test.link], ".."}
		list, err := test.l.Judge(cuts, Answers{UDP: row, TCP: row, IPv6: row, ARP: []string{"." + test.arp, ".."}})
		if err != nil || string(list[0].State) != test.want {
			t.Errorf("%s, ARP %s, ebtables %v: %s (%s): %v", test.link, test.arp, test.l.Tools.Ebtables, list[0].State, list[0], err)
		}
	}
}

// A few guests are only probed. Of more, each is told the others' hardware
// Addresses first, and forgets them, also when the probe fails.
func TestCheckPlan(t *testing.T) {
	for n, steps := range map[int]int{2: 1, learnedMost: 1, learnedMost + 1: 2*(learnedMost+1) + 1} {
		l := Run{Tools: plan.UsualTools(), Dir: "/run/x"}
		ip := netip.MustParseAddr("172.18.0.0")
		for i := range n {
			ip = ip.Next()
			l.Guests = append(l.Guests, netcmd.Guest{Name: fmt.Sprintf("g%02d", i), IP: ip})
		}
		cuts, _ := links.Isolate(l.Names(), []string{"g01"})
		p := l.Check("/bin/vagganet", cuts, time.Second)
		if len(p) != steps {
			t.Errorf("%d guests: %d steps, not %d", n, len(p), steps)
		}
		probe := p[steps/2]
		if want := []string{"nsenter", "--net=/run/x/bridge", "/bin/vagganet", "_probe"}; !slices.Equal(probe.Words(), want) {
			t.Errorf("%q", probe.Words())
		}
		var told Probe
		if err := json.Unmarshal([]byte(probe.Stdin), &told); err != nil || told.Limit != time.Second || len(told.Guests) != n {
			t.Errorf("%v: %v", told, err)
		}
		if got := told.Guests[0]; got.Cut != ".x"+strings.Repeat(".", n-2) || got.IP != l.Guests[0].IP {
			t.Errorf("%v", got)
		}
		if steps == 1 {
			continue
		}
		know, forget := p[0], p[len(p)-1]
		if !strings.HasPrefix(know.Stdin, "neigh replace 172.18.0.2 lladdr 02:00:ac:12:00:02 dev eth0 nud permanent\n") || strings.Contains(know.Stdin, "172.18.0.1 ") {
			t.Errorf("%s", know.Stdin)
		}
		if !strings.HasPrefix(forget.Stdin, "neigh del 172.18.0.1 dev eth0\n") || len(strings.Split(forget.Stdin, "\n")) != n {
			t.Errorf("%s", forget.Stdin)
		}
		if len(know.Undo) != 1 || know.Undo[0].Stdin != p[steps/2+1].Stdin {
			t.Errorf("undone by %v", know.Undo)
		}
	}
}
