package groups

import (
	"fmt"
	"slices"
)

// ring returns the nodes in the order of a ring, a group each; nil if they are none. In a
// ring, links work both ways or are cut both ways, all in one way. Each node is linked with
// two others, or with so many that it hears a majority, and then no two hear the same one.
func (v View) ring() []Group {
	n := v.Network
	if len(n.Nodes) < 4 {
		return nil
	}
	other := 0 // the kind of links that do not work as usual
	linked := make([][]bool, len(n.Nodes))
	two, majority := true, true
	for a := range n.Nodes {
		linked[a] = make([]bool, len(n.Nodes))
		count := 0
		for b := range n.Nodes {
			link := n.link(a, b)
			if link != n.link(b, a) || link != 0 && other != 0 && link != other {
				return nil
			}
			other = max(other, link)
			if linked[a][b] = a != b && n.Link(a, b) == (Link{}); linked[a][b] {
				count++
			}
		}
		two = two && count == 2
		majority = majority && count+1 > len(n.Nodes)/2
	}
	var order []int
	switch {
	case two:
		order = follow(linked)
	case majority && allDiffer(linked):
		order = closeGaps(linked)
	}
	if order == nil {
		return nil
	}
	var groups []Group
	for _, node := range order {
		groups = append(groups, Group{Nodes: []int{node}})
	}
	return groups
}

// RingLinks returns with how many others each node of a ring is linked ("10"; "9 or 10" or
// "9 to 11" where they differ), and what the other links are like.
func (v View) RingLinks() (count string, other Link) {
	least, most := len(v.Nodes), 0
	for a := range v.Nodes {
		linked := 0
		for b := range v.Nodes {
			switch link := v.Link(a, b); {
			case a == b:
			case link == Link{}:
				linked++
			default:
				other = link
			}
		}
		least, most = min(least, linked), max(most, linked)
	}
	switch {
	case least+1 == most:
		return fmt.Sprintf("%d or %d", least, most), other
	case least < most:
		return fmt.Sprintf("%d to %d", least, most), other
	}
	return fmt.Sprint(least), other
}

// allDiffer reports whether no two nodes are linked with the same ones, themselves
// included.
func allDiffer(linked [][]bool) bool {
	for a := range linked {
		for b := range a {
			same := linked[a][b]
			for other := range linked {
				same = same && (other == a || other == b || linked[a][other] == linked[b][other])
			}
			if same {
				return false
			}
		}
	}
	return true
}

// follow goes from each node, which is linked with two, to the next; nil if that does not
// lead past all of them.
func follow(linked [][]bool) []int {
	order := []int{0}
	for at, before := 0, -1; ; {
		next := 0
		for i, is := range linked[at] {
			if is && i != before {
				next = i
				break
			}
		}
		if next == 0 {
			break
		}
		order = append(order, next)
		at, before = next, at
	}
	if len(order) < len(linked) {
		return nil
	}
	return order
}

// closeGaps begins with the nodes as they are and turns a part of the ring round wherever
// that closes a gap between two that are not linked. Where each two that are not linked
// have together as many links as there are nodes, there is always such a part, by Ore's
// theorem; this is Palmer's way to find it. It gives up where there is none.
func closeGaps(linked [][]bool) []int {
	size := len(linked)
	ring := make([]int, size)
	for i := range ring {
		ring[i] = i
	}
	for {
		gap := -1
		for i := range ring {
			if !linked[ring[i]][ring[(i+1)%size]] {
				gap = i
				break
			}
		}
		if gap < 0 {
			return ring
		}
		// The gap to the end: what follows it comes first.
		ring = slices.Concat(ring[gap+1:], ring[:gap+1])
		first, last := ring[0], ring[size-1]
		turned := false
		for i := 1; i < size-1 && !turned; i++ {
			if linked[last][ring[i-1]] && linked[first][ring[i]] {
				slices.Reverse(ring[:i])
				turned = true
			}
		}
		if !turned {
			return nil
		}
	}
}
