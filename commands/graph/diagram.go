package graph

import (
	"fmt"
	"slices"
	"strings"

	"vagganet/commands/groups"
	"vagganet/commands/terminal"
	"vagganet/netcmd/links"
)

// diagram is what programs are told that place boxes and lines by themselves.
type diagram struct {
	clusters []cluster
	lines    []line
	// left is how many lines there was no room for.
	left int
	// notes say what is not drawn.
	notes []string
}

// cluster is a group: a box with nodes in it, or a node alone.
type cluster struct {
	boxed  bool
	title  string
	nodes  []vertex
	inside groups.Link
}

// vertex is what stands for a node, or for all of a group that has too many to be seen.
type vertex struct {
	label []string // lines
	// uplink and mark are a node's own; the zero values where it stands for several.
	uplink links.How
	mark   string
}

// line is a link from one cluster to another. If it goes both ways, both directions
// are in the same state.
type line struct {
	from, to int
	both     bool
	groups.Link
	// near reports whether the ends stand side by side in a ring, and chord whether they are
	// in one and do not.
	near, chord bool
}

// How much of a network a picture has.
const (
	meshMost  = 8   // nodes of a mesh, each with a line to each other one
	nodesMost = 24  // nodes of a group, each on its own
	linesMost = 120 // lines of a diagram: who has more sees none of them
)

func (n Network) diagram() diagram {
	var d diagram
	view := n.View
	if n.Form == groups.Mesh && len(n.Nodes) <= meshMost {
		view.Groups = nil
		for node := range n.Nodes {
			view.Groups = append(view.Groups, groups.Group{Nodes: []int{node}})
		}
	}
	for _, g := range view.Groups {
		d.clusters = append(d.clusters, n.cluster(g))
	}
	for i := range view.Groups {
		for j := i + 1; j < len(view.Groups); j++ {
			for _, l := range linesBetween(i, j, view.Between(i, j), view.Between(j, i)) {
				if n.Form == groups.Ring {
					l.near = j == i+1 || i == 0 && j == len(view.Groups)-1
					l.chord = !l.near
				}
				d.add(n.Form, l)
			}
		}
	}
	if n.Form == groups.Ring && d.left > 0 {
		d.leaveOutChords()
	}
	if d.notes = n.SharedWords(); d.left > 0 {
		d.notes = append(d.notes, fmt.Sprintf("%d lines are left out", d.left))
	}
	return d
}

// leaveOutChords leaves out those that there was room for, too: they are the first nodes',
// which would look like hubs.
func (d *diagram) leaveOutChords() {
	var near []line
	for _, l := range d.lines {
		if l.near {
			near = append(near, l)
		}
	}
	d.left += len(d.lines) - len(near)
	d.lines = near
}

// add adds a line, if it says something: in a ring, that there is one, and in a matrix, that
// it is not as usual.
func (d *diagram) add(form groups.Form, l line) {
	usual := l.Link == groups.Link{}
	switch {
	case form == groups.Ring && !usual, form == groups.Matrix && usual:
	case len(d.lines) < linesMost || l.near:
		d.lines = append(d.lines, l)
	default:
		d.left++
	}
}

// linesBetween are those of clusters i and j.
func linesBetween(i, j int, there, back groups.Link) []line {
	if there == back {
		return []line{{from: i, to: j, both: true, Link: there}}
	}
	return []line{{from: i, to: j, Link: there}, {from: j, to: i, Link: back}}
}

func (n Network) cluster(g groups.Group) cluster {
	names := n.Names(g.Nodes)
	if len(names) == 1 {
		return cluster{nodes: []vertex{n.vertexOf(names[0])}}
	}
	c := cluster{boxed: true, inside: g.Inside, title: fmt.Sprintf("%d nodes, %s", len(names), insideTitle(g.Inside))}
	if len(names) <= nodesMost {
		for _, name := range names {
			c.nodes = append(c.nodes, n.vertexOf(name))
		}
		return c
	}
	all := vertex{label: terminal.Fold(strings.Fields(links.Brief(names, " ")), rowLength, "")}
	for _, l := range slices.Concat(n.markLists(names), n.uplinkLists(names)) {
		all.label = append(all.label, l.title+": "+links.Brief(l.names, " "))
	}
	c.nodes = []vertex{all}
	return c
}

// vertexOf is a node, and what is not as usual with it.
func (n Network) vertexOf(name string) vertex {
	v := vertex{label: []string{name}, uplink: n.Uplinks[name], mark: n.Marks[name]}
	if v.mark != "" {
		v.label = append(v.label, v.mark)
	}
	if v.uplink != links.Up {
		v.label = append(v.label, "uplink "+v.uplink.Word())
	}
	return v
}

// insideTitle is what the title of a cluster says of the links inside of it.
func insideTitle(inside groups.Link) string {
	switch {
	case inside.How != links.Up:
		return strings.Join(insideWords(inside), " ")
	case inside.Shape != "":
		return "linked, " + inside.Shape
	}
	return "linked"
}
