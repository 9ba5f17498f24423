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
	alone, _ := links.Isolate(many, many)
	for _, test := range []struct {
		cuts    links.Cuts
		summary string
		brief   string
	}{
		{links.FullMesh(few), "", ""},
		{links.FullMesh(nil), "", ""},
		{disjoint(few, []string{"a", "c", "e"}, []string{"b", "d"}), "b d | a c e", "b d | a c e"},
		{disjoint(few, []string{"b"}, []string{"a", "c", "d", "e"}).By(links.Reject), "b | a c d e", "b | a c d e"},
		{lonely, "a | b | c | d | e", "a | b | c | d | e"},
		{split, "d e -> a b; a b -> d e", "d e -> a b; a b -> d e"},
		{with(links.FullMesh(few), "a:b"), "a -> b", "a -> b"},
		{disjoint(many, many[:53], many[53:]), strings.Join(many[53:], " ") + " | " + strings.Join(many[:53], " "), "g054–g100 | g001–g053"},
		{alone, strings.Join(many, " | "), "g001 | g002 | g003 | g004 | g005 | g006 | g007 | g008 | … (100 in all)"},
	} {
		got := test.cuts.Summary()
		if got != test.summary {
			t.Errorf("summary %q, not %q", got, test.summary)
		}
		if got := links.BriefSummary(got); got != test.brief {
			t.Errorf("brief %q, not %q", got, test.brief)
		}
	}
	// A ring of a hundred has a row for each.
	brief := links.BriefSummary(namedPartition(t, "majorities-ring").Build(many, 7).Summary())
	if again := links.BriefSummary(brief); again != brief {
		t.Errorf("what is brief becomes %q", again)
	}
	if len(brief) > 800 || strings.Count(brief, " g") > 12*13 {
		t.Errorf("a line of %d bytes: %s", len(brief), brief)
	}
}

// Of a long list, ranges are made; the order stays where it isn't that of names.
func TestBrief(t *testing.T) {
	var names []string
	for i := range 20 {
		names = append(names, fmt.Sprint("n", i+1))
	}
	sorted := slices.Sorted(slices.Values(names))
	ring := slices.Concat(names[10:], names[:10])
	odd := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return strings.ContainsAny(n[len(n)-1:], "02468") })
	shuffled := strings.Fields("n2 n4 n1 n3 n6 n8 n5 n7 n10 n12 n9 n11 n13")
	for _, c := range []struct {
		names []string
		want  string
	}{
		{nil, ""},
		{strings.Fields("n1 n12 n2"), "n1 n2 n12"},
		{strings.Fields("n2 n12 n1"), "n2 n12 n1"},
		{names[:7], "n1 n2 n3 n4 n5 n6 n7"},
		{names[:8], "n1–n8"},
		{names, "n1–n20"},
		{sorted, "n1–n20"},
		{ring, "n11–n20 n1–n10"},
		{odd, "n1 n3 n5 n7 n9 n11 n13 n15 n17 n19"},
		{slices.Concat(odd, names[:4]), "n1 n3 n5 n7 n9 n11 n13 n15 n17 n19 n1–n4"},
		{shuffled, "n2 n4 n1 n3 n6 n8 n5 n7 … (13 in all)"},
		{[]string{"isolate", "n1", "n10", "n11", "n12", "n13", "n2", "n3", "n4", "n5", "n6", "n7", "n8", "n9"}, "isolate n1–n13"},
	} {
		if got := links.Brief(c.names, " "); got != c.want {
			t.Errorf("%v: %s, want %s", c.names, got, c.want)
		}
	}
	if sorted[1] != "n10" {
		t.Errorf("the caller's list became %v", sorted)
	}
}
