package graph

import (
	"math"
	"slices"
	"strings"

	"vagganet/commands/groups"
	"vagganet/commands/terminal"
	"vagganet/netcmd/links"
)

const (
	// pageWidth is how wide a picture is where that is possible.
	pageWidth = 860
	// wallGap is between two boxes with a wall between them.
	wallGap = 76
	// lineLength is how long a line is at least that says something.
	lineLength = 60
	// satellitesMost is how many nodes have a place of their own around one in the middle,
	// and sectors how many places there are for more.
	satellitesMost = 24
	sectors        = 12
)

// drawMesh draws nodes whose links are all alike: each with a line to each, or a box.
func (n *Network) drawMesh(c *canvas) {
	g := &n.Groups[0]
	if len(g.Nodes) > meshMost {
		n.blocks()[0].draw(c, point{})
		return
	}
	blocks := n.single(g.Nodes, GroupClass(0))
	places := around(blocks, nil, 70)
	for i := range blocks {
		for j := range i {
			c.link(blocks[j].at(places[j]), blocks[i].at(places[i]), g.Inside, g.Inside)
		}
		blocks[i].draw(c, places[i])
	}
	if g.Inside.Shape != "" && g.Inside.How == links.Up {
		c.explain("shaped", g.Inside.Shape)
	}
}

// drawClusters draws boxes in rows, with a wall between each two neighbours.
func (n *Network) drawClusters(c *canvas) {
	how := n.Between(0, 1).How
	blocks := n.blocks()
	most := rowWidth(blocks)
	y := 0.0
	var edges []float64 // from row to row
	for len(blocks) > 0 {
		count, width := 1, 2*blocks[0].w
		for count < len(blocks) && width+wallGap+2*blocks[count].w <= most {
			width += wallGap + 2*blocks[count].w
			count++
		}
		height := highest(blocks[:count])
		c.row(blocks[:count], point{-width / 2, y + height}, how)
		y += 2*height + wallGap
		edges = append(edges, y-wallGap/2)
		blocks = blocks[count:]
	}
	left, right := c.extent.x-c.extent.w, c.extent.x+c.extent.w
	for _, y := range edges[:len(edges)-1] {
		c.wall(how, point{left, y}, point{right, y})
	}
}

// rowWidth is how wide a row of clusters is: that of the page for few of them, and for more
// so wide that the picture is about as wide as high.
func rowWidth(blocks []*block) float64 {
	if len(blocks) <= 4 {
		return pageWidth
	}
	space := 0.0
	for _, b := range blocks {
		space += (2*b.w + wallGap) * (2*b.h + wallGap)
	}
	return min(math.Sqrt(space)*1.2, pageWidth)
}

func highest(blocks []*block) float64 {
	height := 0.0
	for _, b := range blocks {
		height = max(height, b.h)
	}
	return height
}

// row draws boxes side by side, from a point to the right, with walls between them.
func (c *canvas) row(row []*block, at point, how links.How) {
	high := max(highest(row)+8, 52)
	for i, b := range row {
		if i > 0 {
			c.wall(how, point{at.x - wallGap/2, at.y - high}, point{at.x - wallGap/2, at.y + high})
		}
		b.draw(c, point{at.x + b.w, at.y})
		at.x += 2*b.w + wallGap
	}
}

// wall draws what nothing passes, with its word and a sign in the middle.
func (c *canvas) wall(how links.How, from, to point) {
	class := "wall"
	if how == links.Reject {
		class = "wall-reject"
	}
	middle := point{(from.x + to.x) / 2, (from.y + to.y) / 2}
	half := 17.0
	if from.y == to.y {
		half = 30
	}
	length := math.Hypot(to.x-from.x, to.y-from.y)
	ux, uy := (to.x-from.x)/length*half, (to.y-from.y)/length*half
	c.segment(class, from, point{middle.x - ux, middle.y - uy})
	c.segment(class, point{middle.x + ux, middle.y + uy}, to)
	c.sign(how, middle)
}

// sign draws a cross and the word for a way to cut below it.
func (c *canvas) sign(how links.How, at point) {
	c.cross("bar", point{at.x, at.y - 5}, 5)
	c.text("note word", at.x, at.y+8, how.Word())
}

// drawBridge draws two boxes, and between them a wall with the one in it that is linked
// with both.
func (n *Network) drawBridge(c *canvas) {
	blocks := n.blocks()
	middle, how := blocks[1], n.Between(0, 2).How
	apart := middle.w + lineLength
	middle.draw(c, point{})
	top := middle.h + 10
	for i, side := range []float64{-1, 1} {
		b := blocks[2*i]
		b.draw(c, point{side * (apart + b.w), 0})
		c.segment("strong", point{side * middle.w, 0}, point{side * apart, 0})
		c.wall(how, point{0, side * top}, point{0, side * max(highest(blocks), top+60)})
	}
	c.explain("strong", "linked")
}

// drawStar draws the one in the middle, the others around it, and what is between.
func (n *Network) drawStar(c *canvas) {
	others := &n.Groups[1]
	there, back := n.Between(0, 1), n.Between(1, 0)
	hub := n.blocks()[0]
	hub.notes = starNotes(there, back)
	hub.measure()
	satellites := n.satellites(others)
	if tooWide(satellites) {
		n.drawFew(c)
		return
	}
	places := around(satellites, hub, lineLength)
	if others.Inside.How == links.Up {
		c.path("band", "M"+strings.Repeat("L", len(places)-1)+"Z", places...)
		c.explain("band", strings.TrimSpace(terminal.Count(len(others.Nodes), "node")+", linked with each other "+others.Inside.Shape))
	} else if len(others.Nodes) <= satellitesMost { // more are boxes that say it
		c.explain("none", "no line: "+strings.Join(insideWords(others.Inside), " "))
	}
	hub.draw(c, point{})
	// Ends of many lines do not touch each other.
	room := 2 * float64(len(satellites))
	middle := area{w: max(hub.w, room), h: max(hub.h, room)}
	for i, b := range satellites {
		c.link(middle, b.at(places[i]), there, back)
		b.draw(c, places[i])
	}
}

// tooWide reports whether blocks are so wide that they make no circle.
func tooWide(blocks []*block) bool {
	return slices.ContainsFunc(blocks, func(b *block) bool { return b.w > 100 })
}

// starNotes say at the one in the middle what its links do.
func starNotes(there, back groups.Link) []string {
	var notes []string
	add := func(title, shape string) {
		if shape != "" {
			notes = append(notes, terminal.Fold(append([]string{title}, shapeWords(shape)...), listWidth, "")...)
		}
	}
	if there.Shape == back.Shape {
		add("both ways:", there.Shape)
		return notes
	}
	add("sends:", there.Shape)
	add("receives:", back.Shape)
	return notes
}

// satellites returns what is drawn around the one in the middle: a chip for each node, or
// boxes that list several.
func (n *Network) satellites(others *groups.Group) []*block {
	count := len(others.Nodes)
	if count <= satellitesMost {
		blocks := n.single(others.Nodes, GroupClass(1))
		for i := range blocks {
			blocks[i].apart = others.Inside.How != links.Up
		}
		return blocks
	}
	var blocks []*block
	for i := range sectors {
		some := others.Nodes[i*count/sectors : (i+1)*count/sectors]
		b := &block{class: GroupClass(1), lines: listed(n.Names(some)), notes: n.markNotes(some, listWidth)}
		if others.Inside.How != links.Up {
			b.notes = append(b.notes, terminal.Fold(insideWords(others.Inside), listWidth, "")...)
		}
		b.measure()
		blocks = append(blocks, b)
	}
	return blocks
}
