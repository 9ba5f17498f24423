package graph

import (
	"strings"

	"vagganet/netcmd/links"
)

// legendClasses are the classes that a legend explains, in its order.
var legendClasses = []string{"together", "band", "strong", "chord", "up", "shaped", "drop", "reject", "new", "none",
	"cell-up", "cell-shaped", "cell-drop", "cell-reject", "cell-new", "cell-self", "down", "paused", "off-drop", "off-reject", "off-new", "all"}

// drawLegend says below a picture what that means which is in it.
func (c *canvas) drawLegend() {
	left, x, y := c.extent.x-c.extent.w, 0.0, c.extent.y+c.extent.h+24
	width := max(2*c.extent.w, 260)
	for _, class := range legendClasses {
		words, seen := c.words[class]
		if !seen {
			continue
		}
		long := sampleWidth(class) + textWidth(words, noteSize)
		if x > 0 && x+long > width {
			x, y = 0, y+18
		}
		c.sample(class, point{left + x, y})
		c.text("note left", left+x+sampleWidth(class), y, words)
		x += long + 14
	}
}

// sampleWidth is the room for what a class looks like, before its words.
func sampleWidth(class string) float64 {
	switch class {
	case "together", "none", "all":
		return 0
	}
	return 32
}

// sample draws what a class looks like, from a point to the right.
func (c *canvas) sample(class string, at point) {
	end := point{at.x + 26, at.y}
	middle := area{at.x + 14, at.y, 6, 6}
	switch {
	case sampleWidth(class) == 0:
	case class == Down || class == Paused:
		c.rect(class, area{at.x + 13, at.y, 12, 7}, 3)
		drawMark(c, class, point{at.x + 13, at.y})
	case strings.HasPrefix(class, "off-"):
		c.rect("", area{at.x + 13, at.y, 12, 7}, 3)
		c.path(class, "MLLZ", point{at.x + 16, at.y - 7}, point{at.x + 25, at.y - 7}, point{at.x + 25, at.y + 2})
	case strings.HasPrefix(class, "cell-"):
		c.sampleCell(strings.TrimPrefix(class, "cell-"), middle)
	default:
		c.segment(class, at, end)
		if how, err := links.ParseHow(class); err == nil && how != links.Up {
			c.bar(end, at)
		}
	}
}

// sampleCell draws a cell of a matrix with its edge.
func (c *canvas) sampleCell(kind string, a area) {
	l := cell{self: kind == "self"}
	if kind == "shaped" {
		l.Shape = kind
	}
	if how, err := links.ParseHow(kind); err == nil {
		l.How = how
	}
	c.drawCell(l, a)
	c.fill("grid", a)
	if l.How == links.Drop {
		c.cross("sign", point{a.x, a.y}, 4)
	}
}
