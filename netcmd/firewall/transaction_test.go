package firewall

import (
	"math/rand/v2"
	"testing"

	"vagganet/netcmd/links"
	"vagganet/netcmd/links/linkstest"
)

// However links are cut, what is said to fit does, and what is not doesn't.
func TestLinksFit(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	look := func(c links.Cuts) {
		for _, table := range []Table{Frames, Packets} {
			input := table.Transaction(table.LinkChains(c, CutChain))
			if table.LinksFit(c, false) != Fits(input) {
				t.Fatalf("%d guests: fits is not %v", len(c.Guests), Fits(input))
			}
		}
	}
	for n := 1; n < 40; n++ {
		look(linkstest.Any(r, linkstest.Numbered(n)))
	}
	for _, named := range links.Named {
		for _, n := range []int{60, 120, 253} {
			look(named.Build(linkstest.Numbered(n), 1))
		}
	}
}

// A port may be called what an option is.
func TestRuleMost(t *testing.T) {
	for _, table := range []Table{Frames, Packets} {
		for _, port := range []string{"g-n1", "g-a-m", "g-a-i", "g-a-o"} {
			rule := "-A " + CutChain + " " + portChain{option: table.out}.rule(port, table.jump+CutChain+"-0")
			if got := weight(rule); got != table.ruleMost() {
				t.Errorf("%q weighs %d, and not %d", rule, got, table.ruleMost())
			}
		}
	}
}
