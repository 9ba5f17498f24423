// Package groups finds in a network which nodes are alike, and what form it has: the one
// way in which pictures, lists and messages show what is the case between many nodes. It
// is pure.
package groups

import (
	"fmt"
	"slices"
	"strings"

	"vagganet/netcmd/links"
)

// Link is what a directed link is like. The zero Link works as usual.
type Link struct {
	How links.How `json:"how"`
	// Shape is what it does to what it carries, in the words of a links.Shape.
	Shape string `json:"shape"`
}

// Words are what a person reads of it: "cut", "delay 50ms"; empty where it works as usual.
func (l Link) Words() string { return strings.TrimSpace(l.How.Word() + " " + l.Shape) }

// Network is the state of each directed link between nodes.
type Network struct {
	// Nodes are their names, in the order in which a person counts: n2 before n10.
	Nodes []string
	links []int  // from*len(Nodes) + to: a number in kinds
	kinds []Link // the first is the zero Link
}

// New returns a network of those nodes, in which the links of some rows are cut, by their
// How, and those of others have a shape. The error is that of a row: there is no such
// node, or no such How.
func New(nodes []string, cut, shapes []links.Row) (Network, error) {
	n := Network{Nodes: links.InOrder(nodes), links: make([]int, len(nodes)*len(nodes)), kinds: []Link{{}}}
	numbers := make(map[string]int, len(nodes))
	for i, name := range n.Nodes {
		numbers[name] = i
	}
	kinds := map[Link]int{{}: 0} // there may be one for each link
	set := func(r links.Row, change func(*Link)) error {
		for _, to := range r.To {
			a, knownA := numbers[r.From]
			b, knownB := numbers[to]
			if !knownA || !knownB {
				return fmt.Errorf("there is no link from %q to %q", r.From, to)
			}
			link := n.Link(a, b)
			change(&link)
			kind, known := kinds[link]
			if !known {
				kind = len(n.kinds)
				kinds[link], n.kinds = kind, append(n.kinds, link)
			}
			n.links[a*len(n.Nodes)+b] = kind
		}
		return nil
	}
	for _, r := range cut {
		how, err := links.ParseHow(r.How)
		if err == nil {
			err = set(r, func(l *Link) { l.How = how })
		}
		if err != nil {
			return Network{}, err
		}
	}
	for _, r := range shapes {
		if err := set(r, func(l *Link) { l.Shape = r.How }); err != nil {
			return Network{}, err
		}
	}
	return n, nil
}

// Link returns what the link is like on which node number from sends to node number to.
func (n Network) Link(from, to int) Link { return n.kinds[n.link(from, to)] }

func (n Network) link(from, to int) int { return n.links[from*len(n.Nodes)+to] }

// Group is nodes whose links are alike: each has the same with every node outside of it,
// in both directions, and the links between any two of them are in one state.
type Group struct {
	// Nodes are numbers of the network's, at least one.
	Nodes []int
	// Inside is what the links between them are like; the zero Link for one node.
	Inside Link
}

// alike returns the groups of a network, in the order of their first nodes.
func (n Network) alike() []Group {
	groups := []Group{} // no node is a mesh, too
	for node := range n.Nodes {
		at := slices.IndexFunc(groups, func(g Group) bool { return n.twins(g.Nodes[0], node) })
		if at < 0 {
			groups = append(groups, Group{Nodes: []int{node}})
			continue
		}
		g := &groups[at]
		g.Inside = n.Link(g.Nodes[0], node)
		g.Nodes = append(g.Nodes, node)
	}
	return groups
}

// twins reports whether two nodes have the same links. That is an equivalence: it follows
// that of three which are, all links between them are in one state.
func (n Network) twins(a, b int) bool {
	if n.link(a, b) != n.link(b, a) {
		return false
	}
	for other := range n.Nodes {
		if other != a && other != b && (n.link(a, other) != n.link(b, other) || n.link(other, a) != n.link(other, b)) {
			return false
		}
	}
	return true
}

// Live returns the network of a run by what is cut, and by the links that have a shape.
func Live(cuts links.Cuts, shaped []links.ShapedLink) Network {
	shapes := make([]links.Row, 0, len(shaped))
	for _, l := range shaped {
		shapes = append(shapes, links.Row{From: l.From, To: []string{l.To}, How: l.Shape.String()})
	}
	n, err := New(cuts.Guests, cuts.BySender(), shapes)
	if err != nil {
		panic(err) // they are of guests that there are
	}
	return n
}
