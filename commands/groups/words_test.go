package groups

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"vagganet/netcmd/links"
)

// counted are n1, n2 and so on, as a person counts.
func counted(count int) []string {
	var names []string
	for i := range count {
		names = append(names, fmt.Sprint("n", i+1))
	}
	return names
}

// without is a network in which one node hears nobody.
func without(t *testing.T, guests []string, deaf string) links.Cuts {
	var rows []links.Row
	for _, name := range guests {
		if name != deaf {
			rows = append(rows, links.Row{From: name, To: []string{deaf}, How: "drop"})
		}
	}
	cuts, err := links.FullMesh(guests).With(rows)
	if err != nil {
		t.Fatal(err)
	}
	return cuts
}

func TestWords(t *testing.T) {
	ten := counted(10)
	split := func(clusters ...[]string) links.Cuts { c, _ := links.Split(ten, clusters); return c }
	isolate := func(names ...string) links.Cuts { c, _ := links.Isolate(ten, names); return c }
	halves := split(ten[:4], ten[4:])
	slow := func(from string, to ...string) links.Row { return links.Row{From: from, To: to, How: "delay 50ms"} }
	for _, c := range []struct {
		cuts   links.Cuts
		shapes []links.Row
		want   string
	}{
		{links.FullMesh(nil), nil, ""},
		{links.FullMesh(ten), nil, ""},
		{isolate(ten...), nil, "all links: cut"},
		{isolate("n3"), nil, "n3 ↔ all: cut"},
		{isolate("n3").OneWay([][]string{{"n3"}}), nil, "n3 → all: cut"},
		{links.FullMesh(ten), []links.Row{slow("n3", slices.Concat(ten[:2], ten[3:])...)}, "n3 → all: delay 50ms"},
		{without(t, ten, "n3"), nil, "all → n3: cut"},
		{isolate("n3", "n10"), nil, "n3 n10 ↔ all: cut"},
		{halves, nil, "2 clusters, cut: n1 n2 n3 n4 | n5 n6 n7 n8 n9 n10"},
		{halves.By(links.Reject), nil, "2 clusters, refused: n1 n2 n3 n4 | n5 n6 n7 n8 n9 n10"},
		{halves.By(links.New), nil, "n1 n2 n3 n4 ↔ n5 n6 n7 n8 n9 n10: no-new"},
		{halves, []links.Row{slow("n1", "n2")}, "n1 n2 n3 n4 ↔ n5 n6 n7 n8 n9 n10: cut; n1 → n2: delay 50ms"},
		{split(ten[:5], ten[4:]).By(links.Reject), nil, "2 clusters with n5 between, refused: n1 n2 n3 n4 | n6 n7 n8 n9 n10"},
		{split(ten[:2], ten[1:3], ten[2:4], ten[3:5], ten[4:6], ten[5:7], ten[6:8], ten[7:9], ten[8:], []string{"n10", "n1"}), nil, "ring, each linked with 2, others cut: n1 n2 n3 n4 n5 n6 n7 n8 n9 n10"},
	} {
		if got := strings.Join(view(t, c.cuts, c.shapes...).Words(), "; "); got != c.want {
			t.Errorf("%s\nwant\n%s", got, c.want)
		}
	}
}

// However many nodes there are, a page says all. Halves are by the letters of names.
func TestWordsOfMany(t *testing.T) {
	for kind, want := range map[string]string{
		"halves": "2 clusters, cut: n1 n2 n10–n21 n100–n211 | n3–n9 n22–n99 n212–n253",
		"bridge": "2 clusters with n212 between, cut: n1 n2 n10–n21 n100–n211 | n3–n9 n22–n99 n213–n253",
	} {
		if got := strings.Join(Describe(named(kind, counted(253))), "; "); got != want {
			t.Errorf("%s: %s", kind, got)
		}
	}
	for alone, want := range map[string]string{"all": "all ↔ *: cut", "n1": "n1 ↔ *: cut"} {
		if cuts, _ := links.Isolate([]string{"all", "n1", "n2"}, []string{alone}); Describe(cuts)[0] != want {
			t.Errorf("%s alone, beside a node that is called all: %q", alone, Describe(cuts))
		}
	}
	deaf := without(t, []string{"all", "n1", "n2"}, "n1")
	if got := Describe(deaf); got[0] != "* → n1: cut" {
		t.Errorf("nobody heard by n1, beside a node that is called all: %q", got)
	}
	twenty := Describe(named("majorities-ring", counted(20)))
	if len(twenty) != 1 || !strings.HasPrefix(twenty[0], "ring, each linked with 10, others cut: n") || strings.Count(twenty[0], " n") != 20 {
		t.Errorf("a ring of 20: %q", twenty)
	}
	// Of an odd number, some have one more.
	if seven := Describe(named("majorities-ring", counted(7))); len(seven) != 1 || !strings.HasPrefix(seven[0], "ring, each linked with 3 or 4, others cut: n") {
		t.Errorf("a ring of 7: %q", seven)
	}
	many := Describe(named("majorities-ring", counted(253)))
	if len(many) != 1 || !strings.HasSuffix(many[0], " … (253 in all)") {
		t.Errorf("a ring of 253: %q", many)
	}
	var rows []links.Row
	nodes := counted(60)
	for i, from := range nodes[:59] {
		rows = append(rows, links.Row{From: from, To: nodes[i+1 : i+2], How: "loss 1%"})
	}
	lines := view(t, links.FullMesh(nodes), rows...).Words()
	if len(lines) != wordsMost+1 || lines[wordsMost] != "and 39 more" {
		t.Errorf("%d rows, the last is %q", len(lines), lines[len(lines)-1])
	}
}

func TestBriefSummary(t *testing.T) {
	for summary, want := range map[string]string{
		"":                       "",
		"n1 n2 | n3":             "n1 n2 | n3",
		"n1 n2":                  "n1 n2",
		"a -> b c":               "a -> b c",
		"d e -> a b; a b -> d e": "d e -> a b; a b -> d e",
		"d -> a; a d -> b; b -> c; a -> d; a c -> b … (9 in all)": "d -> a; a d -> b; b -> c; a -> d; a c -> b … (9 in all)",
	} {
		if got := BriefSummary(summary); got != want {
			t.Errorf("%q: %q", summary, got)
		}
	}
	for size, many := range map[int]bool{5: false, 20: false, 100: true} {
		ring := named("majorities-ring", counted(size))
		got := BriefSummary(ring.Summary())
		if want := strings.Join(view(t, ring).Names(view(t, ring).Order()), " "); (got != want) != many {
			t.Errorf("of %d: %q, not %q", size, got, want)
		}
		if again := BriefSummary(got); again != got && size < 13 {
			t.Errorf("of %d: again %q", size, again)
		}
	}
	var wide []string
	for i := range 2 * briefMost {
		wide = append(wide, fmt.Sprintf("x%d -> y%d", i, i))
	}
	if got := BriefSummary(strings.Join(wide, "; ")); !strings.HasSuffix(got, " … (512 in all)") {
		t.Errorf("%q", got)
	}
}
