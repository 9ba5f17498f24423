package graph

import (
	"fmt"
	"math"
	"strings"

	"vagganet/commands/groups"
	"vagganet/commands/terminal"
	"vagganet/netcmd/links"
)

const (
	// matrixWidth is how wide a matrix is without its heads, and cellMost a cell of it.
	matrixWidth = 640
	cellMost    = 18
	// signLeast is the least cell that has a sign in it, and lines around.
	signLeast = 8
	// headStep is between two heads.
	headStep = 12
)

// drawMatrix draws a row for each sender, a column for each receiver, and a cell for what
// is between.
func (n *Network) drawMatrix(c *canvas) {
	count := len(n.Groups)
	width := math.Floor(10*min(cellMost, matrixWidth/float64(count))) / 10
	size := width * float64(count)
	for from := range n.Groups {
		for to := 0; to < count; {
			end, l := to+1, n.cellAt(from, to)
			for end < count && n.cellAt(from, end).class() == l.class() {
				end++ // in one piece
			}
			c.drawCell(l, area{float64(to+end) / 2 * width, (float64(from) + 0.5) * width, float64(end-to) / 2 * width, width / 2})
			for ; to < end; to++ {
				if width >= signLeast && l.How == links.Drop {
					c.cross("sign", point{(float64(to) + 0.5) * width, (float64(from) + 0.5) * width}, math.Round(width*0.27))
				}
			}
		}
	}
	n.drawGrid(c, width, size)
	every := int(math.Ceil(headStep / width))
	for i := 0; i < count; i += every {
		at, head := (float64(i)+0.5)*width, n.head(i)
		c.text("note right", -5, at, head)
		c.turned("note", point{at, -5}, -90, head)
	}
	c.text("note left", 0, size+12, "row: sender, column: receiver")
	y := size + 12
	for _, line := range n.matrixNotes() {
		y += lineStep
		c.text("note left", 0, y, line)
	}
}

// drawGrid draws the edge of a matrix, and lines where a cell has room for them.
func (n *Network) drawGrid(c *canvas, width, size float64) {
	step := width
	if width < signLeast {
		step = size
	}
	for x := 0.0; x <= size+0.01; x += step {
		c.segment("grid", point{x, 0}, point{x, size})
		c.segment("grid", point{0, x}, point{size, x})
	}
}

// cell is what is in a matrix: what links are like, or that there are none.
type cell struct {
	groups.Link
	self bool // from a node to itself
}

// cellAt returns what is in a cell. On the diagonal, only groups have links.
func (n Network) cellAt(from, to int) cell {
	return cell{n.Between(from, to), from == to && len(n.Groups[from].Nodes) == 1}
}

// class is the kind of cell that it is.
func (l cell) class() string {
	if l.self {
		return "cell-self"
	}
	return "cell-" + lineClass(l.Link)
}

// drawCell draws what links are like: a fill of a height of its own.
func (c *canvas) drawCell(l cell, a area) {
	class := l.class()
	if l.self {
		c.explain(class, "the same node")
	} else {
		c.explain(class, wordOf(l.Link))
	}
	switch class {
	case "cell-up":
		return
	case "cell-reject": // below
		a = area{a.x, a.y + a.h/3, a.w, a.h * 2 / 3}
	case "cell-new":
		a = area{a.x, a.y + a.h*2/3, a.w, a.h / 3}
	case "cell-shaped": // in the middle
		a = area{a.x, a.y, a.w, a.h / 2}
	}
	c.fill(class, a)
}

// head is the short name of a group: "n7", "n1–n4", "n7 +3".
func (n *Network) head(group int) string {
	names := n.Names(n.Groups[group].Nodes)
	ranges := links.Ranges(names)
	if len(ranges) == 1 {
		return ranges[0]
	}
	return fmt.Sprintf("%s +%d", names[0], len(names)-1)
}

// matrixNotes say what cells do not: the shapes, who is in a group, and marks of nodes.
func (n *Network) matrixNotes() []string {
	var lines, all []string
	for _, g := range n.Groups {
		if names := n.Names(g.Nodes); len(links.Ranges(names)) > 1 {
			all = append(all, fmt.Sprintf("%s +%d: %s", names[0], len(names)-1, links.Brief(names, " ")))
		}
	}
	for _, r := range n.Rows() {
		if r.Link.Shape != "" {
			all = append(all, r.Words(len(n.Nodes)))
		}
	}
	var nodes []int
	for i := range n.Nodes {
		nodes = append(nodes, i)
	}
	for _, line := range append(all, n.markNotes(nodes, notesWidth)...) {
		lines = append(lines, terminal.Fold(strings.Fields(line), notesWidth, "")...)
	}
	if len(lines) > notesMost {
		lines = append(lines[:notesMost:notesMost], fmt.Sprintf("… and %d more lines", len(lines)-notesMost))
	}
	return lines
}

// Below a matrix, there are so many lines of notes of so many characters.
const (
	notesMost  = 20
	notesWidth = 80
)
