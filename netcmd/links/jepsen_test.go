package links_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"vagganet/netcmd/links"
	"vagganet/netcmd/links/linkstest"
)

func namedPartition(t *testing.T, name string) links.NamedPartition {
	i := slices.IndexFunc(links.Named, func(n links.NamedPartition) bool { return n.Name == name })
	if i < 0 {
		t.Fatalf("nothing is called %s", name)
	}
	return links.Named[i]
}

// sides are the sets of nodes that hear each other, in the order of their size
// and then of their names; it fails where the cuts are no such sets.
func sides(t *testing.T, c links.Cuts) [][]string {
	t.Helper()
	var all [][]string
	for to, name := range c.Guests {
		cutFrom := c.CutFrom(to)
		side := slices.DeleteFunc(slices.Clone(c.Guests), func(g string) bool { return slices.Contains(cutFrom, g) })
		if !slices.Contains(side, name) {
			t.Errorf("%s does not hear itself", name)
		}
		if i := slices.IndexFunc(all, func(s []string) bool { return slices.Contains(s, name) }); i < 0 {
			all = append(all, side)
		} else if !slices.Equal(all[i], side) {
			t.Errorf("%s hears %v, those it hears hear %v", name, side, all[i])
		}
	}
	slices.SortStableFunc(all, func(a, b []string) int { return len(a) - len(b) })
	return all
}

// The numbers are those of the definitions: half of the nodes rounded down and
// the rest, one and the rest, ⌊(n-1)/3⌋ and the rest.
func TestNamedSides(t *testing.T) {
	type sizes struct{ halves, one, third [2]int }
	for n, want := range map[int]sizes{
		2:  {[2]int{1, 1}, [2]int{1, 1}, [2]int{0, 2}},
		3:  {[2]int{1, 2}, [2]int{1, 2}, [2]int{0, 3}},
		4:  {[2]int{2, 2}, [2]int{1, 3}, [2]int{1, 3}},
		5:  {[2]int{2, 3}, [2]int{1, 4}, [2]int{1, 4}},
		6:  {[2]int{3, 3}, [2]int{1, 5}, [2]int{1, 5}},
		7:  {[2]int{3, 4}, [2]int{1, 6}, [2]int{2, 5}},
		9:  {[2]int{4, 5}, [2]int{1, 8}, [2]int{2, 7}},
		10: {[2]int{5, 5}, [2]int{1, 9}, [2]int{3, 7}},
	} {
		for name, want := range map[string][2]int{
			"halves": want.halves, "random-halves": want.halves, "majority": want.halves, "random-node": want.one, "minority-third": want.third,
		} {
			for seed := range uint64(20) {
				var got [2]int
				all := sides(t, namedPartition(t, name).Build(linkstest.Numbered(n), seed))
				for i, side := range all {
					got[2-len(all)+i] = len(side)
				}
				if got != want || len(all) > 2 {
					t.Errorf("%s of %d, seed %d: sides of %v, want %v", name, n, seed, got, want)
				}
			}
		}
	}
}

// The halves go by name, whatever the order the guests are given in; the smaller
// one comes first.
func TestHalves(t *testing.T) {
	all := sides(t, namedPartition(t, "halves").Build([]string{"c", "e", "a", "d", "b"}, 7))
	if len(all) != 2 || !slices.Equal(all[0], []string{"a", "b"}) {
		t.Errorf("got %v", all)
	}
}

func TestBridgeNode(t *testing.T) {
	for n, want := range map[int]string{
		1: ".", 2: ".. ..", 3: "..x ... x..", 4: "...x ...x .... xx..", 5: "...xx ...xx ..... xx... xx...",
	} {
		if got := linkstest.Matrix(namedPartition(t, "bridge").Build(linkstest.Numbered(n), 0)); got != want {
			t.Errorf("of %d: %s, want %s", n, got, want)
		}
	}
}

// Every node hears a majority, itself included, and no two the same one. Up to
// five nodes it is exactly a majority, and every node is linked with as many.
func TestMajoritiesRing(t *testing.T) {
	for n := 3; n <= 40; n++ {
		for seed := range uint64(30) {
			c := namedPartition(t, "majorities-ring").Build(linkstest.Numbered(n), seed)
			linked, hearers := map[string]bool{}, make([]int, n)
			for to := range c.Guests {
				cutFrom := c.CutFrom(to)
				if n-len(cutFrom) < n/2+1 || n <= 5 && n-len(cutFrom) > n/2+1 {
					t.Fatalf("%d nodes, seed %d: one hears %d", n, seed, n-len(cutFrom))
				}
				linked[strings.Join(cutFrom, " ")] = true
				for from := range c.Guests {
					if !c.Has(from, to) {
						hearers[from]++
					}
					if n > 5 && c.Has(from, to) != c.Has(to, from) {
						t.Fatalf("%d nodes, seed %d: a link is cut one way", n, seed)
					}
				}
			}
			if len(linked) != n {
				t.Fatalf("%d nodes, seed %d: two hear the same ones: %s", n, seed, linkstest.Matrix(c))
			}
			if n <= 5 && slices.Min(hearers) != slices.Max(hearers) {
				t.Fatalf("%d nodes, seed %d: no ring: %s", n, seed, linkstest.Matrix(c))
			}
		}
	}
}

// Too few for any two to be different.
func TestFewNodes(t *testing.T) {
	for _, n := range links.Named {
		for guests := range 2 {
			if c := n.Build(linkstest.Numbered(guests), 1); len(c.Links()) > 0 {
				t.Errorf("%s of %d nodes cuts %v", n.Name, guests, c.Links())
			}
		}
	}
	if c := namedPartition(t, "majorities-ring").Build(linkstest.Numbered(2), 1); len(c.Links()) > 0 {
		t.Errorf("a ring of two cuts %v", c.Links())
	}
}

// The same seed gives the same cuts, for ever: people write seeds down. Another
// one gives others.
func TestSeeds(t *testing.T) {
	for name, want := range map[string]string{
		"random-halves":   "..xx. ..xx. xx..x xx..x ..xx.",
		"random-node":     ".xxxx x.... x.... x.... x....",
		"majority":        "..xx. ..xx. xx..x xx..x ..xx.",
		"minority-third":  "..x.. ..x.. xx.xx ..x.. ..x..",
		"majorities-ring": "...xx ..xx. .x..x xx... x.x..",
	} {
		n := namedPartition(t, name)
		if got := linkstest.Matrix(n.Build(linkstest.Numbered(5), 2026)); got != want || !n.Random {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
		seen := map[string]bool{}
		for seed := range uint64(50) {
			seen[linkstest.Matrix(n.Build(linkstest.Numbered(5), seed))] = true
		}
		if len(seen) < 5 {
			t.Errorf("%s: only %d kinds of cuts by 50 seeds", name, len(seen))
		}
	}
	if got, want := linkstest.Matrix(namedPartition(t, "majorities-ring").Build(linkstest.Numbered(7), 2026)), ".x.x... x..x..x ...xxx. xxx.... ..x..xx ..x.x.x .x..xx."; got != want {
		t.Errorf("drawn ring: %s, want %s", got, want)
	}
}

// The same seed draws the same sets, on every machine and with every version.
func TestDraw(t *testing.T) {
	guests := []string{"c", "a", "e", "b", "d"}
	d := links.NewDraw(guests, 7)
	var got []string
	for _, set := range append(links.DrawnSets(), "any") {
		if !links.IsDrawn(set) {
			t.Errorf("%s is not drawn", set)
		}
		got = append(got, set+"="+strings.Join(d.Set(set), ""))
	}
	want := "any=e minority=ad minority-third=a majority=abc any=a"
	if text := strings.Join(got, " "); text != want {
		t.Errorf("got %s, not %s", text, want)
	}
	for n, want := range map[int]string{1: "1 0 0 1", 2: "1 1 0 2", 3: "1 1 0 2", 4: "1 2 1 3", 7: "1 3 2 4"} {
		var sizes []string
		for _, set := range links.DrawnSets() {
			sizes = append(sizes, fmt.Sprint(len(links.NewDraw(guestNames(n), 1).Set(set))))
		}
		if text := strings.Join(sizes, " "); text != want {
			t.Errorf("of %d nodes: %s, not %s", n, text, want)
		}
	}
	if links.IsDrawn("leader") || len(links.NewDraw(nil, 1).Set("any")) > 0 {
		t.Error("a role, or nobody, is drawn")
	}
}
