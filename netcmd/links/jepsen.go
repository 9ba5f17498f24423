package links

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// Named partitions are those of Jepsen's nemeses, under Jepsen's names. A node
// there has a grudge against others: it hears nothing from them. Here, nodes are
// taken in the order of their names.
var Named = []NamedPartition{
	{"halves", "the first half of the nodes, by name, from the others", false,
		func(nodes []string, _ dice) Cuts { return components(bisect(nodes)) }},
	{"random-halves", "the same with the nodes shuffled", true,
		func(nodes []string, d dice) Cuts { return components(bisect(shuffle(d, nodes))) }},
	{"random-node", "one node from all others", true,
		func(nodes []string, d dice) Cuts { return components(splitOne(nodes, d)) }},
	{"majority", "a minority from a majority; two halves where the number of nodes is even", true,
		func(nodes []string, d dice) Cuts { return components(bisect(shuffle(d, nodes))) }},
	{"minority-third", "less than a third of the nodes from the others", true,
		func(nodes []string, d dice) Cuts {
			nodes = shuffle(d, nodes)
			third := minorityThird(len(nodes))
			return components(nodes[:third], nodes[third:])
		}},
	{"majorities-ring", "every node hears a majority, and no two the same one", true, majoritiesRing},
	{"bridge", "two halves that only one node is linked with both of", false,
		func(nodes []string, _ dice) Cuts { return bridgeGrudge(nodes) }},
}

// NamedPartition is a way to part nodes that needs no list of them.
type NamedPartition struct {
	Name, About string
	// Random reports whether the seed decides.
	Random bool
	build  func(nodes []string, d dice) Cuts
}

// Build parts the guests. The same seed gives the same partition of the same
// guests, on every machine and with every version of this program.
func (n NamedPartition) Build(guests []string, seed uint64) Cuts {
	return n.build(slices.Sorted(slices.Values(guests)), dice{rand.NewPCG(seed, 0)})
}

// dice are the PCG-DXSM generator of math/rand/v2, seeded with the seed and 0:
// each throw takes one number of it.
type dice struct{ *rand.PCG }

// below is a number from 0 to n-1: the remainder, whose bias is no matter here.
func (d dice) below(n int) int { return int(d.Uint64() % uint64(n)) }

// shuffle is Fisher's and Yates's, from the last one on.
func shuffle[T any](d dice, list []T) []T {
	list = slices.Clone(list)
	for i := len(list) - 1; i > 0; i-- {
		j := d.below(i + 1)
		list[i], list[j] = list[j], list[i]
	}
	return list
}

// majority is the smallest number of nodes that is more than half of them.
func majority(n int) int { return n/2 + 1 }

// minorityThird is the largest number of nodes that is less than a third.
func minorityThird(n int) int { return max(n-1, 0) / 3 }

// bisect cuts a list in two, the smaller half first.
func bisect(nodes []string) (first, second []string) {
	return nodes[:len(nodes)/2], nodes[len(nodes)/2:]
}

// splitOne parts one node from the others.
func splitOne(nodes []string, d dice) (one, others []string) {
	if len(nodes) == 0 {
		return nil, nil
	}
	i := d.below(len(nodes))
	return nodes[i : i+1], slices.Concat(nodes[:i], nodes[i+1:])
}

// components cuts all links between two sets of nodes: Jepsen's complete grudge.
func components(a, b []string) Cuts {
	c := FullMesh(slices.Concat(a, b))
	first, _ := c.indexes(a)
	second, _ := c.indexes(b)
	for _, x := range first {
		for _, y := range second {
			c.Set(x, y, Drop)
			c.Set(y, x, Drop)
		}
	}
	return c
}

// bridgeGrudge cuts the nodes in halves, but for the first node of the second
// half, which stays linked with all.
func bridgeGrudge(nodes []string) Cuts {
	first, second := bisect(nodes)
	if len(second) == 0 {
		return FullMesh(nodes)
	}
	c := components(first, second)
	for _, n := range first {
		c.setNamed(n, second[0], Up)
		c.setNamed(second[0], n, Up)
	}
	return c
}

// majoritiesRing links every node with a majority, itself included, and no two with
// the same one. Up to five nodes it is a ring: each is linked with those around it. For
// more there are not always such rings, and links are drawn.
func majoritiesRing(nodes []string, d dice) Cuts {
	if len(nodes) <= 5 {
		return perfectRing(nodes, d)
	}
	for {
		if c := drawnRing(nodes, d); c.allDiffer() {
			return c
		}
	}
}

// perfectRing shuffles the nodes into a ring. As many that stand in a row as are
// a majority are linked with the one in their middle.
func perfectRing(nodes []string, d dice) Cuts {
	n, m := len(nodes), majority(len(nodes))
	c := allCut(nodes)
	ring := shuffle(d, nodes)
	for first := range n {
		middle := ring[(first+m/2)%n]
		for i := range m {
			c.setNamed(ring[(first+i)%n], middle, Up)
		}
	}
	return c
}

// drawnRing links, both ways, a node that has the fewest links with one of those
// that have the fewest of all it isn't linked with, until everyone has a
// majority.
func drawnRing(nodes []string, d dice) Cuts {
	c := allCut(nodes)
	linked := make([]int, len(nodes)) // how many, by node; itself included
	numbers := make([]int, len(nodes))
	for i := range nodes {
		linked[i], numbers[i] = 1, i
	}
	for {
		order := shuffle(d, numbers)
		a := fewest(order, linked, func(int) bool { return true })
		if linked[a] >= majority(len(nodes)) {
			return c
		}
		b := fewest(order, linked, func(i int) bool { return c.Has(i, a) })
		c.Set(a, b, Up)
		c.Set(b, a, Up)
		linked[a]++
		linked[b]++
	}
}

// fewest is the first node, in that order, of those with the fewest links.
func fewest(order, linked []int, among func(node int) bool) int {
	found := -1
	for _, i := range order {
		if among(i) && (found < 0 || linked[i] < linked[found]) {
			found = i
		}
	}
	return found
}

// allDiffer reports whether no two nodes get packets of the same nodes.
func (c Cuts) allDiffer() bool {
	seen := map[string]bool{}
	for to := range c.Guests {
		seen[strings.Join(c.CutFrom(to), " ")] = true
	}
	return len(seen) == len(c.Guests)
}

func allCut(nodes []string) Cuts {
	c := FullMesh(nodes)
	for from := range nodes {
		for to := range nodes {
			if from != to {
				c.Set(from, to, Drop)
			}
		}
	}
	return c
}

func (c Cuts) setNamed(from, to string, how How) {
	a, _ := slices.BinarySearch(c.Guests, from)
	b, _ := slices.BinarySearch(c.Guests, to)
	c.Set(a, b, how)
}
