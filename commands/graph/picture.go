// Package graph draws the network of a run as it is: nodes, and what is done to
// the links between them. It reads nothing, and depends on nothing that draws.
package graph

import (
	"fmt"
	"slices"
	"strings"

	"vagganet/commands/terminal"
	"vagganet/netcmd/links"
)

// Network is what is drawn.
type Network struct {
	// Run is the name of the run.
	Run  string
	Cuts links.Cuts
	// Shaped are the links that have a shape.
	Shaped []links.ShapedLink
	// Nodes says of nodes, by their names, whether they are Down or Paused.
	Nodes map[string]string
}

// What a node may be, in Network.Nodes. A node that is not in there runs, or has ended by
// itself.
const (
	Down   = "down"
	Paused = "paused"
)

// Formats are the names of the pictures that there are, and what draws them.
var Formats = []Format{{"text", text}, {"svg", svg}, {"dot", dot}, {"mermaid", mermaid}}

// Format is a kind of picture.
type Format struct {
	Name string
	Draw func(Network) string
}

// tooMany nodes are so many that they can't be distinguished when each is drawn on its own.
const tooMany = 30

// sketch is what a drawing shows: boxes and the lines between them.
type sketch struct {
	title, summary string
	boxes          []box
	lines          []line
}

// box is a node, or several with the same links.
type box struct {
	nodes []string
	// uplink is what is done to its way to host and internet.
	uplink links.How
	// inside is what the links between several nodes are like.
	inside state
	// node is Down or Paused; empty for neither.
	node string
}

// state is what is done to a link: how it is cut, and the words of its shape.
type state struct {
	how   links.How
	shape string
}

// line is a link from one box to another. If it goes both ways, both directions
// are in the same state.
type line struct {
	from, to int
	both     bool
	state
}

func (n Network) sketch() sketch {
	s := sketch{title: "run " + n.Run, summary: n.summary()}
	link := n.states()
	groups := n.alone()
	if len(groups) > tooMany {
		groups = n.alike(link)
	}
	uplinks := n.uplinks()
	for _, g := range groups {
		first := n.Cuts.Guests[g[0]]
		b := box{uplink: uplinks[first], node: n.Nodes[first]}
		for _, node := range g {
			b.nodes = append(b.nodes, n.Cuts.Guests[node])
		}
		if len(g) > 1 {
			b.inside = link(g[0], g[1])
		}
		s.boxes = append(s.boxes, b)
	}
	for i, a := range groups {
		for j := i + 1; j < len(groups); j++ {
			b := groups[j]
			s.lines = append(s.lines, linesBetween(i, j, link(a[0], b[0]), link(b[0], a[0]))...)
		}
	}
	return s
}

// linesBetween are those of boxes i and j.
func linesBetween(i, j int, there, back state) []line {
	if there == back {
		return []line{{i, j, true, there}}
	}
	return []line{{i, j, false, there}, {j, i, false, back}}
}

// states has what is done to each link, by the numbers of its nodes.
func (n Network) states() func(from, to int) state {
	shapes := map[[2]string]string{}
	for _, l := range n.Shaped {
		shapes[[2]string{l.From, l.To}] = l.Shape.String()
	}
	names := n.Cuts.Guests
	return func(from, to int) state {
		return state{n.how(from, to), shapes[[2]string{names[from], names[to]}]}
	}
}

// how is the state of a link between two nodes, by their numbers.
func (n Network) how(from, to int) links.How { return n.Cuts.State(from, to).How }

func (n Network) uplinks() map[string]links.How {
	uplinks := map[string]links.How{}
	for _, u := range n.Cuts.Uplinks() {
		uplinks[u.Guest] = u.How
	}
	return uplinks
}

// summary is one line about all of it.
func (n Network) summary() string {
	nodes := len(n.Cuts.Guests)
	text := terminal.Count(nodes, "node") + ", no link is cut"
	if cut := len(n.Cuts.Links()); cut > 0 {
		text = fmt.Sprintf("%s, %d of %s cut", terminal.Count(nodes, "node"), cut, terminal.Count(nodes*(nodes-1), "link"))
	}
	if len(n.Shaped) > 0 {
		text += fmt.Sprintf(", %d shaped", len(n.Shaped))
	}
	for _, state := range []string{Down, Paused} {
		if count := len(n.nodesThatAre(state)); count > 0 {
			text += fmt.Sprintf(", %s %s", terminal.Count(count, "node"), state)
		}
	}
	return text
}

// nodesThatAre returns the numbers of the nodes that are Down, or Paused.
func (n Network) nodesThatAre(state string) []int {
	var nodes []int
	for i, name := range n.Cuts.Guests {
		if n.Nodes[name] == state {
			nodes = append(nodes, i)
		}
	}
	return nodes
}

// words are what stands at a link: nothing where it works as usual.
func (s state) words() string {
	return strings.TrimSpace(s.how.Word() + " " + s.shape)
}

// label is what stands in a box: its nodes, and what else is to be said of it,
// each on a line.
func (b box) label() []string {
	lines := []string{shortened(b.nodes)}
	if len(b.nodes) > 1 {
		lines = append(lines, fmt.Sprintf("%d nodes, %s", len(b.nodes), b.insideWords()))
	}
	if b.node != "" {
		lines = append(lines, b.node)
	}
	if b.uplink != links.Up {
		lines = append(lines, "uplink "+b.uplink.Word())
	}
	return lines
}

func (b box) insideWords() string {
	if b.inside.how != links.Up {
		return b.inside.how.Word() + " from each other"
	}
	return strings.TrimSpace("linked " + b.inside.shape)
}

// namesMost is how many names are listed in a box.
const namesMost = 4

func shortened(names []string) string {
	if len(names) > namesMost {
		names = append(slices.Clone(names[:namesMost-1]), "…", names[len(names)-1])
	}
	return strings.Join(names, " ")
}
