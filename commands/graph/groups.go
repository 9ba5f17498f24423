package graph

import (
	"slices"

	"vagganet/netcmd/links"
)

// alone has each node in a group of its own.
func (n Network) alone() [][]int {
	var groups [][]int
	for i := range n.Cuts.Guests {
		groups = append(groups, []int{i})
	}
	return groups
}

// alike puts nodes together that have the same links to all others, the same state
// between any two of them, and are all down, all paused, or neither.
func (n Network) alike(link func(from, to int) state) [][]int {
	uplinks := n.uplinks()
	var groups [][]int
	for node, name := range n.Cuts.Guests {
		at := slices.IndexFunc(groups, func(g []int) bool {
			first := n.Cuts.Guests[g[0]]
			return uplinks[first] == uplinks[name] && n.Nodes[first] == n.Nodes[name] && n.fits(link, node, g)
		})
		if at < 0 {
			groups = append(groups, []int{node})
			continue
		}
		groups[at] = append(groups[at], node)
	}
	return groups
}

// fits reports whether a node has the links that those of a group have.
func (n Network) fits(link func(from, to int) state, node int, group []int) bool {
	one := group[0]
	inside := link(node, one)
	if inside != link(one, node) || len(group) > 1 && inside != link(one, group[1]) {
		return false
	}
	for other := range n.Cuts.Guests {
		if other != node && other != one &&
			(link(node, other) != link(one, other) || link(other, node) != link(other, one)) {
			return false
		}
	}
	return true
}

// linked are groups of nodes that are all linked with each other, both ways. Each
// two nodes that are linked both ways are in a group together, and a node that is
// linked so with nobody is in one of its own.
func (n Network) linked() [][]int {
	size := len(n.Cuts.Guests)
	covered := make([]bool, size*size)
	var groups [][]int
	for a := range size {
		alone := true
		for b := range size {
			if a == b || !n.mutual(a, b) {
				continue
			}
			alone = false
			if !covered[a*size+b] {
				groups = append(groups, n.grow(a, b))
				cover(covered, size, groups[len(groups)-1])
			}
		}
		if alone {
			groups = append(groups, []int{a})
		}
	}
	return groups
}

// grow adds to two linked nodes all that fit.
func (n Network) grow(a, b int) []int {
	group := []int{a, b}
	for other := range n.Cuts.Guests {
		stranger := func(member int) bool { return member == other || !n.mutual(member, other) }
		if !slices.ContainsFunc(group, stranger) {
			group = append(group, other)
		}
	}
	slices.Sort(group)
	return group
}

func cover(covered []bool, size int, group []int) {
	for _, a := range group {
		for _, b := range group {
			covered[a*size+b] = true
		}
	}
}

func (n Network) mutual(a, b int) bool {
	return n.how(a, b) == links.Up && n.how(b, a) == links.Up
}
