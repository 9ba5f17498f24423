package live

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"vagganet/netcmd/firewall"
	"vagganet/netcmd/links"
	"vagganet/netcmd/links/linkstest"
	"vagganet/netcmd/plan"
)

// twoTables is what a bridge's namespace has of both, and the switch.
type twoTables struct {
	frames, packets kernel
	on              string
}

// do is what a step makes of it; moment is called after each transaction.
func (k *twoTables) do(t *testing.T, s plan.Step, moment func()) {
	t.Helper()
	input := strings.Split(strings.TrimSpace(s.Stdin), "\n")
	switch s.Argv[0] {
	case "ebtables-restore":
		k.frames.restore(t, input, moment)
	case "iptables-restore":
		k.packets.restore(t, input, moment)
	case "sysctl":
		_, k.on, _ = strings.Cut(s.Argv[len(s.Argv)-1], "=")
		moment()
	default:
		t.Fatalf("what is %v?", s.Argv)
	}
}

// observed is what is read of what ListRules would find.
func (k *twoTables) observed(t *testing.T, l Run) Observed {
	t.Helper()
	now, err := l.ReadRules(inMap(map[string]string{bridgeFrames: k.frames.list(), bridgeRules: k.packets.list(), switchValue: k.on}))
	if err != nil {
		t.Fatal(err)
	}
	return now
}

// inMap has what steps have captured, by name.
func inMap(values map[string]string) Captured {
	return func(variable string) (string, error) {
		value, found := values[variable]
		if !found {
			return "", errors.New("nothing has captured " + variable)
		}
		return value, nil
	}
}

// weaker reports whether a link lets something through that both others forbid.
func weaker(one, other, now links.How) bool {
	forbids := map[links.How]int{links.Up: 0, links.New: 1, links.Reject: 2, links.Drop: 2}
	return forbids[now] < min(forbids[one], forbids[other])
}

// From any partition to any other, by whichever tables: what both forbid is
// forbidden after each transaction between them; what fails is undone; and in the
// end there is the new one.
func TestBothTables(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 0))
	for round := range 400 {
		l := byFrames(linkstest.Numbered(2 + r.IntN(4)))
		if round == 0 {
			l = byFrames(linkstest.Numbered(48)) // more than a transaction takes
		}
		k := &twoTables{kernel{map[string][]string{"FORWARD": {"-j VAGGA"}, firewall.CutChain: nil}}, kernel{map[string][]string{"FORWARD": nil}}, "0"}
		old := links.FullMesh(l.Names())
		for range 4 {
			c := linkstest.Any(r, l.Names())
			linkstest.CopyUplinks(c, old)
			var observed Observed
			known := l.NeedsRules(c) || r.IntN(2) == 0
			if known {
				observed = k.observed(t, l)
			}
			moment := func() {
				now := k.observed(t, l).Cuts
				for i := range len(c.Guests) * len(c.Guests) {
					from, to := i/len(c.Guests), i%len(c.Guests)
					if weaker(old.State(from, to).How, c.State(from, to).How, now.State(from, to).How) {
						t.Fatalf("from %s to %s: %s in between", linkstest.Matrix(old), linkstest.Matrix(c), linkstest.Matrix(now))
					}
				}
			}
			p := l.Partition(c, observed)
			if failing := r.IntN(len(p) + 2); known && failing < len(p) && c.CutsLinks() && l.NeedsBridgeFilter(c) {
				on := k.on
				for _, s := range p[:failing] {
					k.do(t, s, moment)
				}
				for _, s := range p[:failing].Undo() {
					k.do(t, s, func() {})
				}
				if now := k.observed(t, l).Cuts; !linkstest.Same(now, old) || k.on != on {
					t.Fatalf("from %s to %s, step %d failed: %s is left, and the switch is %s", linkstest.Matrix(old), linkstest.Matrix(c), failing+1, linkstest.Matrix(now), k.on)
				}
				p = l.Partition(c, k.observed(t, l))
			}
			after := l.After(p, k.observed(t, l))
			for _, s := range p {
				k.do(t, s, moment)
			}
			now := k.observed(t, l)
			if after.frames.Top() != now.frames.Top() || after.packets.Top() != now.packets.Top() || !linkstest.Same(after.Cuts, c) {
				t.Fatalf("from %s to %s: after that, %s is taken for there", linkstest.Matrix(old), linkstest.Matrix(c), linkstest.Matrix(after.Cuts))
			}
			if !linkstest.Same(now.Cuts, c) {
				t.Fatalf("from %s to %s: %s\n%s", linkstest.Matrix(old), linkstest.Matrix(c), linkstest.Matrix(now.Cuts), p[0].Stdin)
			}
			old = c
		}
	}
}

// What a plain partition takes is ebtables, and nothing of br_netfilter where
// that isn't loaded.
func TestPlainCutTakesNoBridgeFilter(t *testing.T) {
	l := byFrames([]string{"a", "b"})
	l.BridgeFilter = false
	c, err := links.Isolate(l.Names(), []string{"a"})
	if err != nil || l.NeedsBridgeFilter(c) || !l.NeedsBridgeFilter(c.By(links.Reject)) || !inBridge(l.Names()).NeedsBridgeFilter(c) {
		t.Errorf("br_netfilter is needed for plain cuts, or for no refusals: %v", err)
	}
	for _, p := range []plan.Plan{l.Partition(c, Observed{}), l.Heal(), l.ListRules()} {
		for _, s := range p {
			if strings.Contains(strings.Join(s.Argv, " ")+s.Stdin, "bridge-nf") || strings.Contains(s.Stdin, "physdev") {
				t.Errorf("%v is about br_netfilter", s)
			}
		}
	}
}
