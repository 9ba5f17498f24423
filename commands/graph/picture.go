// Package graph draws the network of a run as it is: nodes, and what is done to
// the links between them. It reads nothing, and depends on nothing that draws.
package graph

import (
	"fmt"
	"slices"
	"strings"

	"vagganet/commands/groups"
	"vagganet/commands/terminal"
	"vagganet/netcmd/links"
)

// Network is what is drawn.
type Network struct {
	// Run is the name of the run.
	Run string
	groups.View
	// Uplinks has how nodes are cut off from host and internet, by their names.
	Uplinks map[string]links.How
	// Marks says of nodes, by their names, whether they are Down or Paused.
	Marks map[string]string
}

// What a node may be, in Network.Marks. A node that is not in there runs, or has ended by
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
	inside groups.Link
	// node is Down or Paused; empty for neither.
	node string
}

// line is a link from one box to another. If it goes both ways, both directions
// are in the same state.
type line struct {
	from, to int
	both     bool
	groups.Link
}

func (n Network) sketch() sketch {
	s := sketch{title: "run " + n.Run, summary: n.summary()}
	for i, g := range n.Groups {
		names := n.Names(g.Nodes)
		s.boxes = append(s.boxes, box{nodes: names, uplink: n.Uplinks[names[0]], node: n.Marks[names[0]], inside: g.Inside})
		for j := range i {
			s.lines = append(s.lines, linesBetween(j, i, n.Between(j, i), n.Between(i, j))...)
		}
	}
	return s
}

// linesBetween are those of boxes i and j.
func linesBetween(i, j int, there, back groups.Link) []line {
	if there == back {
		return []line{{i, j, true, there}}
	}
	return []line{{i, j, false, there}, {j, i, false, back}}
}

// summary is one line about all of it.
func (n Network) summary() string {
	nodes, cut, shaped := len(n.Nodes), 0, 0
	for from := range n.Nodes {
		for to := range n.Nodes {
			if n.Link(from, to).How != links.Up {
				cut++
			}
			if n.Link(from, to).Shape != "" {
				shaped++
			}
		}
	}
	text := terminal.Count(nodes, "node") + ", no link is cut"
	if cut > 0 {
		text = fmt.Sprintf("%s, %d of %s cut", terminal.Count(nodes, "node"), cut, terminal.Count(nodes*(nodes-1), "link"))
	}
	if shaped > 0 {
		text += fmt.Sprintf(", %d shaped", shaped)
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
	for i, name := range n.Nodes {
		if n.Marks[name] == state {
			nodes = append(nodes, i)
		}
	}
	return nodes
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
	if b.inside.How != links.Up {
		return b.inside.How.Word() + " from each other"
	}
	return strings.TrimSpace("linked " + b.inside.Shape)
}

// namesMost is how many names are listed in a box.
const namesMost = 4

func shortened(names []string) string {
	if len(names) > namesMost {
		names = append(slices.Clone(names[:namesMost-1]), "…", names[len(names)-1])
	}
	return strings.Join(names, " ")
}
