package graph

import (
	"math"

	"vagganet/commands/groups"
	"vagganet/commands/terminal"
)

const (
	// ringChips is how many nodes of a ring are drawn as chips, with all their links.
	ringChips = 30
	// ringRadius is that of the largest circle.
	ringRadius = 300
	// turnedStep is between two names that are turned to the outside.
	turnedStep = 13
)

// drawRing draws a circle of nodes, each with a line to the next one.
func (n *Network) drawRing(c *canvas) {
	nodes := n.Order()
	blocks := n.single(nodes, GroupClass(0))
	if len(blocks) > ringChips || tooWide(blocks) {
		n.drawDots(c, nodes)
		return
	}
	places := around(blocks, nil, 70)
	count := len(blocks)
	for i := range blocks {
		for j := range i {
			if n.Between(j, i) != (groups.Link{}) {
				continue
			}
			from, to := between(blocks[j].at(places[j]), blocks[i].at(places[i]), 0)
			switch {
			case i-j == 1 || i-j == count-1:
				c.segment("strong", places[j], places[i]) // under the boxes
			default:
				c.segment("chord", from, to)
				c.explain("chord", "linked, too")
			}
		}
		blocks[i].draw(c, places[i])
	}
	_, other := n.RingLinks()
	c.explain("strong", nextInRing)
	c.explain("none", "no line: "+other.Words())
}

// nextInRing is what the legend says of the lines around a ring.
const nextInRing = "linked with the next"

// drawDots draws a ring of so many nodes that each is a dot, and as many names as there is
// room for.
func (n *Network) drawDots(c *canvas, nodes []int) {
	count := len(nodes)
	radius := max(100, min(ringRadius, float64(count)*turnedStep/2/math.Pi))
	places := circle(count, radius, -math.Pi/2)
	every := int(math.Ceil(float64(count)*turnedStep/(2*math.Pi*radius) - 1e-6))
	for i, p := range places {
		c.segment("strong", p, places[(i+1)%count])
		c.path("dot", "MLLLZ", point{p.x - 4, p.y}, point{p.x, p.y - 4}, point{p.x + 4, p.y}, point{p.x, p.y + 4})
		if i%every == 0 && i+every <= count {
			ux, uy := direction(point{}, p)
			c.turned("note", point{p.x + ux*8, p.y + uy*8}, math.Atan2(uy, ux)*180/math.Pi, n.Nodes[nodes[i]])
		}
	}
	linked, other := n.RingLinks()
	others := "and " + cutFrom("the others", other.How)
	if other.Shape != "" {
		others = "the others: " + other.Words()
	}
	notes := append([]string{terminal.Count(count, "node"), "each is linked with " + linked, others}, n.markNotes(nodes, listWidth)...)
	for i, line := range notes {
		c.text("", 0, (float64(i)-float64(len(notes)-1)/2)*lineStep, line)
	}
	c.explain("strong", nextInRing)
}
