package graph

import (
	"math"

	"vagganet/commands/groups"
	"vagganet/netcmd/links"
)

const (
	gap   = 5 // from a line to its box
	aside = 5 // from the middle, of each of two lines between the same boxes
)

// at returns what a block takes up around a point.
func (b *block) at(p point) area { return area{p.x, p.y, b.w, b.h} }

// around places blocks on a circle, the first one at the top, that has room for all of them
// and for the hub in its middle, if there is one: lines of a length at least fit between. Of
// two, both stand below the hub.
func around(blocks []*block, hub *block, length float64) []point {
	apart := gap + 0.0
	if hub == nil && len(blocks) <= meshMost {
		apart = 24 // lines between neighbours are seen
	}
	middle := area{}
	if hub != nil {
		middle = hub.at(point{}).grown(length)
	}
	start := -math.Pi / 2
	if hub == nil && len(blocks) == 2 {
		start = math.Pi
	}
	for radius := length; ; radius *= 1.04 {
		places := circle(len(blocks), radius, start)
		if hub != nil && len(blocks) == 2 {
			places = circle(3, radius, -math.Pi/2)[1:]
		}
		fits := true
		for i, p := range places {
			fits = fits && (hub == nil || !blocks[i].at(p).meets(middle))
			for j := range i {
				fits = fits && !blocks[i].at(p).grown(apart).meets(blocks[j].at(places[j]))
			}
		}
		if fits {
			return places
		}
	}
}

// circle returns points on a circle around 0, 0, clockwise from an angle.
func circle(count int, radius, start float64) []point {
	var places []point
	if count == 1 {
		return []point{{}}
	}
	for i := range count {
		sin, cos := math.Sincos(start + 2*math.Pi*float64(i)/float64(count))
		places = append(places, point{radius * cos, radius * sin})
	}
	return places
}

// link draws what two boxes send each other: one line, or one for each direction, which
// each keep to their left.
func (c *canvas) link(a, b area, there, back groups.Link) {
	if there == back {
		c.line(a, b, 0, there, true)
		return
	}
	c.line(a, b, aside, there, false)
	c.line(b, a, aside, back, false)
}

// line draws a link from the edge of one box to that of another.
func (c *canvas) line(a, b area, left float64, l groups.Link, both bool) {
	from, to := between(a, b, left)
	class := lineClass(l)
	c.segment(class, from, to)
	switch {
	case l.How != links.Up:
		c.bar(to, from)
		if both {
			c.bar(from, to)
		}
	case !both && l.Shape != "":
		c.tip("tip-shaped", to, from)
	case !both:
		c.tip("tip", to, from)
	}
	c.explain(class, wordOf(l))
}

// wordOf is what the legend says of a line.
func wordOf(l groups.Link) string {
	switch {
	case l.How != links.Up:
		return l.How.Word()
	case l.Shape != "":
		return "shaped"
	}
	return "linked"
}

// lineClass is the kind of line that it is.
func lineClass(l groups.Link) string {
	switch {
	case l.How != links.Up:
		return l.How.String()
	case l.Shape != "":
		return "shaped"
	}
	return "up"
}

// between returns the ends of a line between two boxes that keeps so far to the left of
// their middles, a little outside of the boxes.
func between(a, b area, left float64) (from, to point) {
	ux, uy := direction(point{a.x, a.y}, point{b.x, b.y})
	from, to = point{a.x + uy*left, a.y - ux*left}, point{b.x + uy*left, b.y - ux*left}
	out, in := exit(from, ux, uy, a.grown(gap)), exit(to, -ux, -uy, b.grown(gap))
	return point{from.x + ux*out, from.y + uy*out}, point{to.x - ux*in, to.y - uy*in}
}

// direction is that from one point to another, of length 1.
func direction(a, b point) (ux, uy float64) {
	length := math.Hypot(b.x-a.x, b.y-a.y)
	return (b.x - a.x) / length, (b.y - a.y) / length
}

// exit is how far it is from a point in an area to its edge.
func exit(p point, ux, uy float64, a area) float64 {
	far := math.Inf(1)
	if ux != 0 {
		far = (math.Copysign(a.w, ux) - (p.x - a.x)) / ux
	}
	if uy != 0 {
		far = min(far, (math.Copysign(a.h, uy)-(p.y-a.y))/uy)
	}
	return far
}

// bar draws the end of a line at which nothing arrives.
func (c *canvas) bar(end, start point) {
	ux, uy := direction(start, end)
	c.segment("bar", point{end.x - uy*5, end.y + ux*5}, point{end.x + uy*5, end.y - ux*5})
}

// tip draws the end of a line that goes one way.
func (c *canvas) tip(class string, end, start point) {
	ux, uy := direction(start, end)
	x, y := end.x-ux*8, end.y-uy*8
	c.path(class, "MLLZ", point{x - uy*4, y + ux*4}, end, point{x + uy*4, y - ux*4})
}
