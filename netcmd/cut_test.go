package netcmd

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// matrix writes down cuts as a line for each sender, with an x where what it
// sends is cut.
func matrix(c Cuts) string {
	var lines []string
	for from := range c.Guests {
		line := ""
		for to := range c.Guests {
			line += map[bool]string{true: "x", false: "."}[c.Has(from, to)]
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
	want := []Link{{"a", "b"}, {"b", "a"}, {"b", "c"}, {"c", "b"}}
	if err != nil || !slices.Equal(c.Links(), want) {
		t.Errorf("got %v: %v", c.Links(), err)
	}
	// A list without links, not null, is what JSON has.
	if links := FullMesh(nil).Links(); links == nil || len(links) > 0 {
		t.Errorf("got %v", links)
	}
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
					c.set(from, to, set>>bit&1 == 1)
					bit++
				}
			}
		}
		f(c)
	}
}
