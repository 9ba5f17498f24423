package netcmd

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// matrix writes down cuts as a line for each sender: x where what it sends is
// dropped, r where it is refused, n where only what is new is dropped.
func matrix(c Cuts) string {
	var lines []string
	for from := range c.Guests {
		line := ""
		for to := range c.Guests {
			line += map[How]string{Up: ".", Drop: "x", Reject: "r", New: "n"}[c.State(from, to).How]
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, " ")
}

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
		c, err := Split([]string{"d", "b", "c", "a"}, clusterList(in))
		if err != nil || matrix(c) != want {
			t.Errorf("split %s: %s: %v", in, matrix(c), err)
		}
	}
	_, err := Split([]string{"a", "b"}, clusterList("a -- x"))
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
		c, err := Disjoint(all, clusterList(in))
		if err != nil || matrix(c) != want {
			t.Errorf("disjoint %s: %s: %v", in, matrix(c), err)
		}
	}
	for in, want := range map[string]string{
		"a b":          "no cluster has c, d: disjoint clusters must name every node",
		"a b -- b c d": "node b is named twice, but disjoint clusters have no node in common (see split)",
		"a a b c d":    "node a is named twice, but disjoint clusters have no node in common (see split)",
		"a b c d e":    `no guest is called "e": there are a, b, c, d`,
	} {
		if _, err := Disjoint(all, clusterList(in)); err == nil || err.Error() != want {
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
		c, err := Isolate([]string{"a", "b", "c", "d"}, strings.Fields(in))
		if err != nil || matrix(c) != want {
			t.Errorf("isolate %s: %s: %v", in, matrix(c), err)
		}
	}
	if _, err := Isolate([]string{"a"}, []string{"bridge"}); err == nil {
		t.Error("the bridge is isolated")
	}
}

func TestLinks(t *testing.T) {
	c, err := Isolate([]string{"a", "b", "c"}, []string{"b"})
	cut := State{Drop}
	want := []Link{{"a", "b", cut}, {"b", "a", cut}, {"b", "c", cut}, {"c", "b", cut}}
	if err != nil || !slices.Equal(c.Links(), want) {
		t.Errorf("got %v: %v", c.Links(), err)
	}
	rows := []Row{{"a", []string{"b"}, "drop"}, {"b", []string{"a", "c"}, "drop"}, {"c", []string{"b"}, "drop"}}
	if got := c.BySender(); !reflect.DeepEqual(got, rows) {
		t.Errorf("got rows %v", got)
	}
	// A list without links, not null, is what JSON has.
	if links := FullMesh(nil).Links(); links == nil || len(links) > 0 {
		t.Errorf("got %v", links)
	}
}

func TestBy(t *testing.T) {
	c, err := Isolate([]string{"a", "b", "c"}, []string{"b"})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := matrix(c.By(Reject)), ".r. r.r .r."; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := matrix(c), ".x. x.x .x."; got != want {
		t.Errorf("the cuts themselves have become %s", got)
	}
}

func TestOneWay(t *testing.T) {
	all := []string{"a", "b", "c", "d"}
	for in, want := range map[string]string{
		"a b": ".xxx x.xx .... ....", // isolated: also from each other
		"a":   ".xxx .... .... ....",
	} {
		c, err := Isolate(all, strings.Fields(in))
		if got := matrix(c.OneWay([][]string{strings.Fields(in)})); err != nil || got != want {
			t.Errorf("isolate %s: %s: %v", in, got, err)
		}
	}
	clusters := clusterList("c -- a -- b d")
	c, err := Disjoint(all, clusters)
	if got, want := matrix(c.OneWay(clusters)), ".x.x .... xx.x ...."; err != nil || got != want {
		t.Errorf("disjoint: %s: %v", got, err)
	}
}

func TestWith(t *testing.T) {
	c, err := Isolate([]string{"a", "b", "c"}, []string{"b"})
	if err != nil {
		t.Fatal(err)
	}
	changed, err := c.With([]Row{{"a", []string{"b"}, "new"}, {"b", []string{"a"}, ""}, {"c", []string{"a"}, "reject"}})
	if got, want := matrix(changed), ".n. ..x rx."; err != nil || got != want {
		t.Errorf("got %s, want %s: %v", got, want, err)
	}
	rows := []Row{{"a", []string{"b"}, "new"}, {"b", []string{"c"}, "drop"}, {"c", []string{"a"}, "reject"}, {"c", []string{"b"}, "drop"}}
	if got := changed.BySender(); !reflect.DeepEqual(got, rows) {
		t.Errorf("got rows %v", got)
	}
	if got, want := matrix(c), ".x. x.x .x."; got != want {
		t.Errorf("the cuts themselves have become %s", got)
	}
	if _, err := c.With([]Row{{"a", []string{"x"}, "drop"}}); err == nil {
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
		links, err := Pairs(guests, strings.Fields(in), "drop")
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		c, err := FullMesh(guests).With(links)
		if got := matrix(c); err != nil || got != want {
			t.Errorf("%s: %s: %v", in, got, err)
		}
	}
	// Without a guest of that name, all are all.
	links, err := Pairs([]string{"a", "b"}, []string{"all:b"}, "drop")
	if err != nil || !reflect.DeepEqual(links, []Row{{"a", []string{"b"}, "drop"}}) {
		t.Errorf("got %v: %v", links, err)
	}
	for in, want := range map[string]string{
		"a":     `"a" is no link: write a:b for what a sends to b`,
		":a":    `":a" is no link: write a:b for what a sends to b`,
		"a:b:a": `"a:b:a" is no link: write a:b for what a sends to b`,
		"a:a":   `"a:a" is no link: what a node sends to itself is never cut`,
		"a:x":   `no guest is called "x": there are a, b`,
		"a,:b":  `no guest is called "": there are a, b`,
	} {
		if _, err := Pairs([]string{"a", "b"}, []string{in}, "drop"); err == nil || err.Error() != want {
			t.Errorf("%s: %v", in, err)
		}
	}
}

func TestHalfDead(t *testing.T) {
	for in, want := range map[string]string{
		".. ..": "", ".x x.": "", ".x ..": "ab", ".. x.": "ba", ".n ..": "", ".r ..": "ab", ".x r.": "", ".n x.": "ba",
	} {
		l, found := fromMatrix([]string{"a", "b"}, in).HalfDead()
		if got := l.From + l.To; got != want || found != (want != "") {
			t.Errorf("%s: %s %v", in, got, found)
		}
	}
}

// fromMatrix is the reverse of matrix.
func fromMatrix(guests []string, text string) Cuts {
	c := FullMesh(guests)
	for from, line := range strings.Fields(text) {
		for to, letter := range line {
			c.set(from, to, map[rune]How{'.': Up, 'x': Drop, 'r': Reject, 'n': New}[letter])
		}
	}
	return c
}

// anyCuts are random ones, of all kinds.
func anyCuts(r *rand.Rand, guests []string) Cuts {
	c := FullMesh(guests)
	kinds := append([]How{Up}, Hows[:r.IntN(len(Hows)+1)]...)
	for i := range c.Guests {
		c.uplinks[i].How = kinds[r.IntN(len(kinds))]
		for j := range c.Guests {
			if i != j {
				c.set(i, j, kinds[r.IntN(len(kinds))])
			}
		}
	}
	return c
}

func sameCuts(a, b Cuts) bool {
	return slices.Equal(a.Guests, b.Guests) && slices.Equal(a.links, b.links) && slices.Equal(a.uplinks, b.uplinks)
}

// every calls f with every set of cuts between that many guests.
func every(guests int, f func(Cuts)) {
	var names []string
	for g := range guests {
		names = append(names, fmt.Sprintf("node%d", g))
	}
	links := guests * (guests - 1)
	for set := range 1 << links {
		c, bit := FullMesh(names), 0
		for from := range guests {
			for to := range guests {
				if from != to {
					c.set(from, to, []How{Up, Drop}[set>>bit&1])
					bit++
				}
			}
		}
		f(c)
	}
}
