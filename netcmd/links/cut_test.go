package links_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"vagganet/netcmd/links"
	"vagganet/netcmd/links/linkstest"
)

// clusterList reads "a b -- c".
func clusterList(text string) [][]string {
	var clusters [][]string
	for _, c := range strings.Split(text, "--") {
		clusters = append(clusters, strings.Fields(c))
	}
	return clusters
}

func TestSplit(t *testing.T) {
	for in, want := range map[string]string{
		"a b c d":        ".... .... .... ....",
		"a b -- c d":     "..xx ..xx xx.. xx..",
		"a b -- b c":     "..xx ...x x..x xxx.",
		"a":              ".xxx x.xx xx.x xxx.",
		"":               ".xxx x.xx xx.x xxx.",
		"a a b -- d d":   "..xx ..xx xx.x xxx.",
		"a -- b -- -- c": ".xxx x.xx xx.x xxx.",
	} {
		c, err := links.Split([]string{"d", "b", "c", "a"}, clusterList(in))
		if err != nil || linkstest.Matrix(c) != want {
			t.Errorf("split %s: %s: %v", in, linkstest.Matrix(c), err)
		}
	}
	_, err := links.Split([]string{"a", "b"}, clusterList("a -- x"))
	if err == nil || err.Error() != `no guest is called "x": there are a, b` {
		t.Error(err)
	}
}

func TestDisjoint(t *testing.T) {
	all := []string{"a", "b", "c", "d"}
	for in, want := range map[string]string{
		"a b c d":          ".... .... .... ....",
		"d a -- c b":       ".xx. x..x x..x .xx.",
		"a -- b -- c -- d": ".xxx x.xx xx.x xxx.",
	} {
		c, err := links.Disjoint(all, clusterList(in))
		if err != nil || linkstest.Matrix(c) != want {
			t.Errorf("disjoint %s: %s: %v", in, linkstest.Matrix(c), err)
		}
	}
	for in, want := range map[string]string{
		"a b":          "no cluster has c, d: disjoint clusters must name every node",
		"a b -- b c d": "node b is named twice, but disjoint clusters have no node in common (see split)",
		"a a b c d":    "node a is named twice, but disjoint clusters have no node in common (see split)",
		"a b c d e":    `no guest is called "e": there are a, b, c, d`,
	} {
		if _, err := links.Disjoint(all, clusterList(in)); err == nil || err.Error() != want {
			t.Errorf("disjoint %s: %v", in, err)
		}
	}
}

func TestIsolate(t *testing.T) {
	for in, want := range map[string]string{
		"a":       ".xxx x... x... x...",
		"b c":     ".xx. x.xx xx.x .xx.",
		"a b c d": ".xxx x.xx xx.x xxx.",
		"c c":     "..x. ..x. xx.x ..x.",
	} {
		c, err := links.Isolate([]string{"a", "b", "c", "d"}, strings.Fields(in))
		if err != nil || linkstest.Matrix(c) != want {
			t.Errorf("isolate %s: %s: %v", in, linkstest.Matrix(c), err)
		}
	}
	if _, err := links.Isolate([]string{"a"}, []string{"bridge"}); err == nil {
		t.Error("the bridge is isolated")
	}
}

func TestLinks(t *testing.T) {
	c, err := links.Isolate([]string{"a", "b", "c"}, []string{"b"})
	cut := links.State{links.Drop}
	want := []links.Link{{"a", "b", cut}, {"b", "a", cut}, {"b", "c", cut}, {"c", "b", cut}}
	if err != nil || !slices.Equal(c.Links(), want) {
		t.Errorf("got %v: %v", c.Links(), err)
	}
	rows := []links.Row{{"a", []string{"b"}, "drop"}, {"b", []string{"a", "c"}, "drop"}, {"c", []string{"b"}, "drop"}}
	if got := c.BySender(); !reflect.DeepEqual(got, rows) {
		t.Errorf("got rows %v", got)
	}
	// A list without links, not null, is what JSON has.
	if none := links.FullMesh(nil).Links(); none == nil || len(none) > 0 {
		t.Errorf("got %v", none)
	}
}

func TestBy(t *testing.T) {
	c, err := links.Isolate([]string{"a", "b", "c"}, []string{"b"})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := linkstest.Matrix(c.By(links.Reject)), ".r. r.r .r."; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := linkstest.Matrix(c), ".x. x.x .x."; got != want {
		t.Errorf("the cuts themselves have become %s", got)
	}
}

func TestOneWay(t *testing.T) {
	all := []string{"a", "b", "c", "d"}
	for in, want := range map[string]string{
		"a b": ".xxx x.xx .... ....", // isolated: also from each other
		"a":   ".xxx .... .... ....",
	} {
		c, err := links.Isolate(all, strings.Fields(in))
		if got := linkstest.Matrix(c.OneWay([][]string{strings.Fields(in)})); err != nil || got != want {
			t.Errorf("isolate %s: %s: %v", in, got, err)
		}
	}
	clusters := clusterList("c -- a -- b d")
	c, err := links.Disjoint(all, clusters)
	if got, want := linkstest.Matrix(c.OneWay(clusters)), ".x.x .... xx.x ...."; err != nil || got != want {
		t.Errorf("disjoint: %s: %v", got, err)
	}
}

func TestWith(t *testing.T) {
	c, err := links.Isolate([]string{"a", "b", "c"}, []string{"b"})
	if err != nil {
		t.Fatal(err)
	}
	changed, err := c.With([]links.Row{{"a", []string{"b"}, "new"}, {"b", []string{"a"}, ""}, {"c", []string{"a"}, "reject"}})
	if got, want := linkstest.Matrix(changed), ".n. ..x rx."; err != nil || got != want {
		t.Errorf("got %s, want %s: %v", got, want, err)
	}
	rows := []links.Row{{"a", []string{"b"}, "new"}, {"b", []string{"c"}, "drop"}, {"c", []string{"a"}, "reject"}, {"c", []string{"b"}, "drop"}}
	if got := changed.BySender(); !reflect.DeepEqual(got, rows) {
		t.Errorf("got rows %v", got)
	}
	if got, want := linkstest.Matrix(c), ".x. x.x .x."; got != want {
		t.Errorf("the cuts themselves have become %s", got)
	}
	if _, err := c.With([]links.Row{{"a", []string{"x"}, "drop"}}); err == nil {
		t.Error("x is no guest")
	}
}

func TestPairs(t *testing.T) {
	for in, want := range map[string]string{
		// in the order a, all, b, c
		"a:b":         "..x. .... .... ....",
		"a:b b:a c:a": "..x. .... x... x...",
		"a,b:c,all":   ".x.x .... .x.x ....",
		"*:a":         ".... x... x... x...",
		"b:*":         ".... .... xx.x ....",
		"*:*":         ".xxx x.xx xx.x xxx.",
		"a,b:a":       ".... .... x... ....", // and not what a sends to itself
		"":            ".... .... .... ....",
	} {
		guests := []string{"a", "b", "c", "all"}
		rows, err := links.Pairs(guests, strings.Fields(in), "drop")
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		c, err := links.FullMesh(guests).With(rows)
		if got := linkstest.Matrix(c); err != nil || got != want {
			t.Errorf("%s: %s: %v", in, got, err)
		}
	}
	// Without a guest of that name, all are all.
	rows, err := links.Pairs([]string{"a", "b"}, []string{"all:b"}, "drop")
	if err != nil || !reflect.DeepEqual(rows, []links.Row{{"a", []string{"b"}, "drop"}}) {
		t.Errorf("got %v: %v", rows, err)
	}
	for in, want := range map[string]string{
		"a":     `"a" is no link: write a:b for what a sends to b`,
		":a":    `":a" is no link: write a:b for what a sends to b`,
		"a:b:a": `"a:b:a" is no link: write a:b for what a sends to b`,
		"a:a":   `"a:a" is no link: what a node sends to itself is never cut`,
		"a,a:a": `"a,a:a" is no link: what a node sends to itself is never cut`,
		"a:x":   `no guest is called "x": there are a, b`,
		"a,:b":  `no guest is called "": there are a, b`,
	} {
		if _, err := links.Pairs([]string{"a", "b"}, []string{in}, "drop"); err == nil || err.Error() != want {
			t.Errorf("%s: %v", in, err)
		}
	}
}

func TestHalfDead(t *testing.T) {
	for in, want := range map[string]string{
		".. ..": "", ".x x.": "", ".x ..": "ab", ".. x.": "ba", ".n ..": "", ".r ..": "ab", ".x r.": "", ".n x.": "ba",
	} {
		cuts := linkstest.FromMatrix([]string{"a", "b"}, in)
		for _, of := range []links.Row{{From: "a", To: []string{"b"}}, {From: "b", To: []string{"a"}}} {
			l, found := cuts.HalfDead([]links.Row{of})
			if got := l.From + l.To; got != want || found != (want != "") {
				t.Errorf("%s, of %s: %s %v", in, of.From, got, found)
			}
		}
		if l, found := cuts.HalfDead(nil); found {
			t.Errorf("%s, of no link: %v", in, l)
		}
	}
}
