package netcmd

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func guestNames(n int) []string {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("g%03d", i+1))
	}
	return names
}

// What is cut is said in a line for clusters, and in rows for anything else, short
// for however many guests.
func TestSummary(t *testing.T) {
	few, many := []string{"a", "b", "c", "d", "e"}, guestNames(100)
	disjoint := func(guests []string, clusters ...[]string) Cuts {
		c, err := Disjoint(guests, clusters)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	with := func(c Cuts, words ...string) Cuts {
		links, err := Pairs(c.Guests, words, "drop")
		if err != nil {
			t.Fatal(err)
		}
		c, err = c.With(links)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	split, _ := Split(few, [][]string{{"a", "b", "c"}, {"c", "d", "e"}})
	lonely, _ := Isolate(few, few)
	for _, test := range []struct {
		cuts    Cuts
		summary string
		want    []string
	}{
		{FullMesh(few), "", nil},
		{FullMesh(nil), "", nil},
		{disjoint(few, []string{"a", "c", "e"}, []string{"b", "d"}), "b d | a c e", []string{"clusters: b d | a c e"}},
		{disjoint(few, []string{"b"}, []string{"a", "c", "d", "e"}).By(Reject), "b | a c d e", []string{"clusters: b | a c d e"}},
		{lonely, "a | b | c | d | e", []string{"clusters: a | b | c | d | e"}},
		{split, "d e -> a b; a b -> d e", []string{"who hears nothing from whom:", "  a b: d e", "  d e: a b"}},
		{with(FullMesh(few), "a:b"), "a -> b", []string{"who hears nothing from whom:", "  b: a"}},
		{with(disjoint(few, []string{"a", "b"}, []string{"c", "d", "e"}), "a:b"), "c d e -> a; a c d e -> b; a b -> c d e",
			[]string{"who hears nothing from whom:", "  a: c d e", "  b: a c d e", "  c d e: a b"}},
		{disjoint(many, many[:53], many[53:]), strings.Join(many[53:], " ") + " | " + strings.Join(many[:53], " "),
			[]string{"clusters: g054 g055 g056 g057 g058 g059 g060 g061 … (47 in all) | g001 g002 g003 g004 g005 g006 g007 g008 … (53 in all)"}},
	} {
		if got := test.cuts.Summary(); got != test.summary {
			t.Errorf("summary %q, not %q", got, test.summary)
		}
		if got := test.cuts.Describe(); !slices.Equal(got, test.want) {
			t.Errorf("%s\ngot  %q\nwant %q", test.summary, got, test.want)
		}
	}
	// A ring of a hundred has a row for each.
	ring := majoritiesRing(many, dice{rand.NewPCG(7, 0)})
	lines := ring.Describe()
	if len(lines) != 1+rowsMost+1 || lines[len(lines)-1] != "  and 80 more" {
		t.Errorf("%d lines, the last %q", len(lines), lines[len(lines)-1])
	}
	brief := BriefSummary(ring.Summary())
	if again := BriefSummary(brief); again != brief {
		t.Errorf("what is brief becomes %q", again)
	}
	for _, line := range append(lines, brief) {
		if len(line) > 800 || strings.Count(line, " g") > namesMost*(namesMost+1) {
			t.Errorf("a line of %d bytes: %s", len(line), line)
		}
	}
}
