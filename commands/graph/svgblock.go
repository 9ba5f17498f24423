package graph

import (
	"fmt"
	"slices"
	"strings"

	"vagganet/commands/groups"
	"vagganet/commands/terminal"
	"vagganet/netcmd/links"
)

const (
	// chipsUncounted is how many are counted at a glance.
	chipsUncounted = 6
	chipHeight     = 20
	// listWidth is how long a line of a list is, in characters, if its names are not longer.
	listWidth = 28
	listMost  = 12 // lines of a list
	lineStep  = 14
	padding   = 6 // from a box to what is in it
	apartBy   = 7 // between chips that are cut from each other
)

// block is a group as it is drawn: a box, with the chips of its nodes or a list of their
// names, and notes below.
type block struct {
	class   string
	nodes   []chip
	columns int
	chip    area // the size of each
	apart   bool // the links inside are cut
	lines   []string
	notes   []string
	w, h    float64 // half of its size
}

// chip is a node as it is drawn.
type chip struct {
	name, mark string
	uplink     links.How
}

func (n *Network) chipOf(node int) chip {
	name := n.Nodes[node]
	return chip{name, n.Marks[name], n.Uplinks[name]}
}

// width is how wide it has to be.
func (c chip) width() float64 {
	width := textWidth(c.name, nameSize) + 12
	if c.mark != "" {
		width += markWidth
	}
	if c.uplink != links.Up {
		width += 8
	}
	return max(width, 30)
}

// markWidth is the room of a mark before a name.
const markWidth = 11

// blocks returns the block of each group.
func (n *Network) blocks() []*block {
	var blocks []*block
	for i := range n.Groups {
		g := &n.Groups[i]
		blocks = append(blocks, n.blockOf(g.Nodes, g.Inside, GroupClass(i)))
	}
	return blocks
}

// single returns a block for each of some nodes.
func (n *Network) single(nodes []int, class string) []*block {
	var blocks []*block
	for i := range nodes {
		blocks = append(blocks, n.blockOf(nodes[i:i+1], groups.Link{}, class))
	}
	return blocks
}

// blockOf returns the block of some nodes.
func (n *Network) blockOf(nodes []int, inside groups.Link, class string) *block {
	b := &block{class: class, apart: inside.How != links.Up}
	if len(nodes) > chipsUncounted {
		b.notes = append(b.notes, terminal.Count(len(nodes), "node"))
	}
	if len(nodes) > nodesMost {
		b.lines = listed(n.Names(nodes))
		b.notes = append(b.notes, n.markNotes(nodes, listWidth)...)
	} else {
		for _, node := range nodes {
			b.nodes = append(b.nodes, n.chipOf(node))
		}
	}
	b.notes = append(b.notes, terminal.Fold(insideWords(inside), listWidth, "")...)
	b.measure()
	return b
}

// insideWords say of the links inside of a group what is not as usual, in pieces that a line
// has whole.
func insideWords(l groups.Link) []string {
	shape := shapeWords(l.Shape)
	switch {
	case l.How != links.Up:
		return slices.Concat([]string{cutFrom("each other", l.How)}, shape)
	case shape != nil:
		return slices.Concat([]string{"inside:"}, shape)
	}
	return nil
}

// cutFrom says in which way some are cut from others.
func cutFrom(others string, how links.How) string {
	switch how {
	case links.Reject:
		return "refused by " + others
	case links.New:
		return "no new connections to " + others
	}
	return "cut from " + others
}

// listed returns names as lines of a list.
func listed(names []string) []string {
	lines := terminal.Fold(links.Ranges(names), listWidth, "")
	if len(lines) > listMost {
		lines = append(lines[:listMost:listMost], fmt.Sprintf("… (%d in all)", len(names)))
	}
	return lines
}

// shapeWords are the words of a shape, of which none makes sense without another one:
// "delay 50ms", "loss 5%".
func shapeWords(shape string) []string {
	words := strings.Fields(shape)
	var pairs []string
	for i := 0; i+1 < len(words); i += 2 {
		pairs = append(pairs, words[i]+" "+words[i+1])
	}
	return pairs
}

// markNotes are lines that say which of some nodes have a mark: "down: n7 n9".
func (n *Network) markNotes(nodes []int, width int) []string {
	var lines []string
	names := n.Names(nodes)
	for _, l := range slices.Concat(n.markLists(names), n.uplinkLists(names)) {
		folded := terminal.Fold(slices.Concat([]string{l.title + ":"}, links.Ranges(l.names)), width, "")
		if len(folded) > 4 {
			folded = append(folded[:4], fmt.Sprintf("… (%d in all)", len(l.names)))
		}
		lines = append(lines, folded...)
	}
	return lines
}

// measure sets the sizes of a block.
func (b *block) measure() {
	var w, h float64
	if count := len(b.nodes); count > 0 {
		b.chip = area{h: chipHeight / 2.0}
		for _, c := range b.nodes {
			b.chip.w = max(b.chip.w, c.width()/2)
		}
		b.columns = 1
		for b.columns < count && float64(b.columns+1)*b.chip.w <= float64((count+b.columns)/(b.columns+1))*b.chip.h*1.3 {
			b.columns++
		}
		b.columns = (count + b.rows() - 1) / b.rows() // none that is nearly empty
		dx, dy := b.step()
		w, h = float64(b.columns-1)*dx+2*b.chip.w, float64(b.rows()-1)*dy+2*b.chip.h
	}
	for _, line := range b.lines {
		w, h = max(w, textWidth(line, nameSize)+4), h+lineStep
	}
	for _, line := range b.notes {
		w, h = max(w, textWidth(line, noteSize)+4), h+lineStep
	}
	b.w, b.h = w/2, h/2
	if !b.bare() {
		b.w, b.h = b.w+padding, b.h+padding
	}
}

func (b *block) rows() int { return (len(b.nodes) + b.columns - 1) / b.columns }

// bare reports whether a block is nothing but the chip of one node.
func (b *block) bare() bool { return len(b.nodes) == 1 && b.notes == nil }

// step is how far it is from one chip to the next.
func (b *block) step() (dx, dy float64) {
	dx, dy = 2*b.chip.w, 2*b.chip.h
	if b.apart {
		dx, dy = dx+apartBy, dy+apartBy
	}
	return dx, dy
}

// draw draws a block around a point.
func (b *block) draw(c *canvas, at point) {
	c.group(b.class, func() {
		if !b.bare() {
			c.rect("box", area{at.x, at.y, b.w, b.h}, 6)
		}
		y := at.y - b.h
		if !b.bare() {
			y += padding
		}
		y = b.drawChips(c, at.x, y)
		for _, line := range b.lines {
			c.text("", at.x, y+lineStep/2, line)
			y += lineStep
		}
		for _, line := range b.notes {
			c.text("note", at.x, y+lineStep/2+1, line)
			y += lineStep
		}
	})
	if len(b.nodes) != 1 && !b.apart {
		c.explain("together", "one box: linked with each other")
	}
}

// drawChips draws them row by row, and returns where the last one ends.
func (b *block) drawChips(c *canvas, x, y float64) float64 {
	if b.nodes == nil {
		return y
	}
	dx, dy := b.step()
	for i, node := range b.nodes {
		row, column := i/b.columns, i%b.columns
		inRow := min(b.columns, len(b.nodes)-row*b.columns)
		node.draw(c, area{x + (float64(column)-float64(inRow-1)/2)*dx, y + b.chip.h + float64(row)*dy, b.chip.w, b.chip.h}, b.apart, b.bare())
	}
	return y + float64(b.rows()-1)*dy + 2*b.chip.h
}

// draw draws a node.
func (n chip) draw(c *canvas, a area, apart, alone bool) {
	classes := n.mark
	if alone {
		classes += " alone"
	}
	if apart {
		classes += " apart"
	}
	c.rect(strings.TrimSpace(classes), a, 3)
	room := a
	if n.uplink != links.Up {
		room = area{a.x - 4, a.y, a.w - 4, a.h}
		drawUplink(c, n.uplink, point{a.x + a.w, a.y - a.h})
	}
	if n.mark != "" {
		drawMark(c, n.mark, point{room.x - textWidth(n.name, nameSize)/2 - 1, a.y})
		room.x += markWidth / 2
	}
	c.text("", room.x, a.y, n.name)
}

// drawMark draws what a node's state is.
func drawMark(c *canvas, mark string, at point) {
	c.explain(mark, mark)
	if mark == Down {
		c.cross("cross", at, 3)
		return
	}
	for _, dx := range []float64{-2, 2} {
		c.segment("pause", point{at.x + dx, at.y - 4}, point{at.x + dx, at.y + 4})
	}
}

// drawUplink draws, at a corner of a node, that its uplink is cut.
func drawUplink(c *canvas, how links.How, corner point) {
	class := "off-" + how.String()
	c.explain(class, "uplink "+how.Word())
	c.path(class, "MLLZ", point{corner.x - 9, corner.y}, corner, point{corner.x, corner.y + 9})
}
