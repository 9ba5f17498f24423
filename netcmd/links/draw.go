package links

import (
	"math/rand/v2"
	"slices"
)

// drawn are the sets of nodes that are drawn, and how many of n nodes they have.
var drawn = []struct {
	name  string
	count func(n int) int
}{
	{"any", func(int) int { return 1 }},
	{"minority", func(n int) int { return max(majority(n)-1, 0) }},
	{"minority-third", minorityThird},
	{"majority", majority},
}

// DrawnSets are the names of the sets of nodes that are drawn, by Jepsen's names.
func DrawnSets() []string {
	var names []string
	for _, d := range drawn {
		names = append(names, d.name)
	}
	return names
}

// IsDrawn reports whether a set is one that is drawn.
func IsDrawn(set string) bool { return slices.Contains(DrawnSets(), set) }

// Draw draws sets of nodes, by a seed: the same one draws the same sets in the same
// order, on every machine.
type Draw struct {
	guests []string
	dice   dice
}

// NewDraw returns a Draw of guests' names.
func NewDraw(guests []string, seed uint64) Draw {
	return Draw{slices.Sorted(slices.Values(guests)), dice{rand.NewPCG(seed, 0)}}
}

// Set draws a set that IsDrawn knows, sorted. Of few nodes it may be none.
func (d Draw) Set(name string) []string {
	for _, set := range drawn {
		if set.name == name {
			nodes := shuffle(d.dice, d.guests)
			return slices.Sorted(slices.Values(nodes[:min(set.count(len(nodes)), len(nodes))]))
		}
	}
	return nil
}
