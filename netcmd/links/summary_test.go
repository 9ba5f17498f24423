package links_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"vagganet/netcmd/links"
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
	disjoint := func(guests []string, clusters ...[]string) links.Cuts {
		c, err := links.Disjoint(guests, clusters)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	with := func(c links.Cuts, words ...string) links.Cuts {
		rows, err := links.Pairs(c.Guests, words, "drop")
		if err != nil {
			t.Fatal(err)
		}
		c, err = c.With(rows)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	split, _ := links.Split(few, [][]string{{"a", "b", "c"}, {"c", "d", "e"}})
	lonely, _ := links.Isolate(few, few)
	for _, test := range []struct {
		cuts    links.Cuts
		summary string
		want    []string
	}{
		{links.FullMesh(few), "", nil},
		{links.FullMesh(nil), "", nil},
		{disjoint(few, []string{"a", "c", "e"}, []string{"b", "d"}), "b d | a c e", []string{"clusters: b d | a c e"}},
		{disjoint(few, []string{"b"}, []string{"a", "c", "d", "e"}).By(links.Reject), "b | a c d e", []string{"clusters: b | a c d e"}},
		{lonely, "a | b | c | d | e", []string{"clusters: a | b | c | d | e"}},
		{split, "d e -> a b; a b -> d e", []string{"who hears nothing from whom:", "  a b: d e", "  d e: a b"}},
		{with(links.FullMesh(few), "a:b"), "a -> b", []string{"who hears nothing from whom:", "  b: a"}},
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
	ring := namedPartition(t, "majorities-ring").Build(many, 7)
	lines := ring.Describe()
	if len(lines) != 1+20+1 || lines[len(lines)-1] != "  and 80 more" {
		t.Errorf("%d lines, the last %q", len(lines), lines[len(lines)-1])
	}
	brief := links.BriefSummary(ring.Summary())
	if again := links.BriefSummary(brief); again != brief {
		t.Errorf("what is brief becomes %q", again)
	}
	for _, line := range append(lines, brief) {
		if len(line) > 800 || strings.Count(line, " g") > 12*13 {
			t.Errorf("a line of %d bytes: %s", len(line), line)
		}
	}
}
