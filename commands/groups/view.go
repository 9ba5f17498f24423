package groups

import (
	"slices"
	"sort"

	"vagganet/netcmd/links"
)

// Form is what a network looks like.
type Form string

// The forms, and what View.Groups are in each.
const (
	// Mesh is one group: all links are in one state, which is Groups[0].Inside.
	Mesh Form = "mesh"
	// Clusters are groups that nothing passes between, all cut the same way: the smallest first.
	Clusters Form = "clusters"
	// Star is one node, the first group, and all others, who have the same links with it and
	// among each other.
	Star Form = "star"
	// Bridge is three groups: nothing passes between the first and the last, and the one
	// between them is linked with both.
	Bridge Form = "bridge"
	// Ring is groups of one node each, in the order of a ring: each is linked with the next
	// one and with others, which differ for each.
	Ring Form = "ring"
	// Few are so few groups that each has its place in a picture, with lines between them.
	Few Form = "groups"
	// Matrix is more groups, in an order in which like stands by like.
	Matrix Form = "matrix"
)

// fewMost is how many groups without another form are Few.
const fewMost = 6

// View is a network as it is shown.
type View struct {
	Network
	Form   Form
	Groups []Group
	// Shared is the shape of all links, in the words of a links.Shape, if it is the same and
	// the network is no mesh. Its links are then without it, since it would hide the form.
	// Else it is empty.
	Shared string
}

// Of returns the view of a network.
func Of(n Network) View {
	v := View{Network: n, Groups: n.alike()}
	if len(v.Groups) > 1 {
		if v.Shared = n.shared(); v.Shared != "" {
			v.Network = n.withoutShapes() // the same nodes are alike
			for i := range v.Groups {
				v.Groups[i].Inside.Shape = ""
			}
		}
	}
	for _, form := range []struct {
		form Form
		try  func(View) []Group
	}{{Mesh, View.mesh}, {Ring, View.ring}, {Bridge, View.bridge}, {Star, View.star}, {Clusters, View.clusters}, {Few, View.few}} {
		if groups := form.try(v); groups != nil {
			v.Form, v.Groups = form.form, groups
			return v
		}
	}
	v.Form, v.Groups = Matrix, v.likeByLike()
	return v
}

// shared returns the shape of all links; empty if they have not the same one.
func (n Network) shared() string {
	shape := n.Link(0, 1).Shape
	for from := range n.Nodes {
		for to := range n.Nodes {
			if from != to && n.Link(from, to).Shape != shape {
				return ""
			}
		}
	}
	return shape
}

// withoutShapes returns the network as it would be if no link had a shape.
func (n Network) withoutShapes() Network {
	plain := Network{Nodes: n.Nodes, links: make([]int, len(n.links)), kinds: []Link{{}}}
	for i, kind := range n.links {
		link := Link{How: n.kinds[kind].How}
		at := slices.Index(plain.kinds, link)
		if at < 0 {
			at = len(plain.kinds)
			plain.kinds = append(plain.kinds, link)
		}
		plain.links[i] = at
	}
	return plain
}

// SharedWords say for a person that all links have a shape; none where there is none that
// all share.
func (v View) SharedWords() []string {
	if v.Shared == "" {
		return nil
	}
	return []string{allLinks + Link{Shape: v.Shared}.Words()}
}

// allLinks stands before what is so with each link.
const allLinks = "all links: "

// Between returns what the links are like by which the nodes of one group send to those of
// another one; of a group to itself, what the links inside are like.
func (v View) Between(from, to int) Link {
	if from == to {
		return v.Groups[from].Inside
	}
	return v.Link(v.Groups[from].Nodes[0], v.Groups[to].Nodes[0])
}

// Order returns the nodes of all groups, by their numbers, those of the first group first.
func (v View) Order() []int {
	nodes := make([]int, 0, len(v.Nodes))
	for _, g := range v.Groups {
		nodes = append(nodes, g.Nodes...)
	}
	return nodes
}

// Names returns the names of some nodes, by their numbers.
func (n Network) Names(nodes []int) []string {
	names := make([]string, 0, len(nodes))
	for _, i := range nodes {
		names = append(names, n.Nodes[i])
	}
	return names
}

// both returns what two groups send each other, if it is the same both ways.
func (v View) both(a, b int) (link Link, same bool) {
	return v.Between(a, b), v.Between(a, b) == v.Between(b, a)
}

// linked reports whether two groups are linked as usual, both ways.
func (v View) linked(a, b int) bool {
	link, same := v.both(a, b)
	return same && link == Link{}
}

// Silent reports whether nothing passes between two groups, and how it is cut.
func (v View) Silent(a, b int) (how links.How, ok bool) {
	link, same := v.both(a, b)
	return link.How, same && link.Shape == "" && links.State{How: link.How}.Silent()
}

func (v View) mesh() []Group {
	if len(v.Groups) > 1 {
		return nil
	}
	return v.Groups
}

func (v View) star() []Group {
	if len(v.Groups) != 2 || len(v.Nodes) < 3 {
		return nil
	}
	switch {
	case len(v.Groups[0].Nodes) == 1:
		return v.Groups
	case len(v.Groups[1].Nodes) == 1:
		return []Group{v.Groups[1], v.Groups[0]}
	}
	return nil
}

func (v View) clusters() []Group {
	var how links.How
	for a := range v.Groups {
		for b := range a {
			link, ok := v.Silent(a, b)
			if !ok || how != links.Up && how != link {
				return nil
			}
			how = link
		}
	}
	groups := slices.Clone(v.Groups)
	sort.SliceStable(groups, func(i, j int) bool { return len(groups[i].Nodes) < len(groups[j].Nodes) })
	return groups
}

// bridge also takes three nodes of which two are cut from each other, and so alike.
func (v View) bridge() []Group {
	if len(v.Groups) == 2 && len(v.Nodes) == 3 {
		pair, one := v.Groups[0], v.Groups[1]
		if len(one.Nodes) > 1 {
			pair, one = one, pair
		}
		v.Groups = []Group{{Nodes: pair.Nodes[:1]}, one, {Nodes: pair.Nodes[1:]}}
	}
	if len(v.Groups) != 3 {
		return nil
	}
	for middle := range v.Groups {
		a, b := (middle+1)%3, (middle+2)%3
		if a > b {
			a, b = b, a
		}
		if _, apart := v.Silent(a, b); apart && v.linked(middle, a) && v.linked(middle, b) {
			return []Group{v.Groups[a], v.Groups[middle], v.Groups[b]}
		}
	}
	return nil
}

func (v View) few() []Group {
	if len(v.Groups) > fewMost {
		return nil
	}
	return v.Groups
}

// orderedMost is how many groups are put in order: that takes the cube of their number, and
// nobody sees an order in more.
const orderedMost = 300

// likeByLike puts behind each group the one whose links differ least from its own.
func (v View) likeByLike() []Group {
	if len(v.Groups) > orderedMost {
		return v.Groups
	}
	left := make([]int, len(v.Groups))
	for i := range left {
		left[i] = i
	}
	var order []Group
	at := 0
	for {
		last := left[at]
		order = append(order, v.Groups[last])
		if left = slices.Delete(left, at, at+1); len(left) == 0 {
			return order
		}
		least := -1
		for i, group := range left {
			if d := v.difference(last, group); least < 0 || d < least {
				at, least = i, d
			}
		}
	}
}

// difference counts the links that two groups do not have the same way with others.
func (v View) difference(a, b int) int {
	count := 0
	x, y := v.Groups[a].Nodes[0], v.Groups[b].Nodes[0]
	for _, g := range v.Groups {
		if other := g.Nodes[0]; other != x && other != y {
			if v.link(x, other) != v.link(y, other) {
				count++
			}
			if v.link(other, x) != v.link(other, y) {
				count++
			}
		}
	}
	return count
}
