package graph

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strconv"
	"strings"
)

// margin is what a picture has around what is drawn.
const margin = 12

// point is a place in a picture, in its pixels: to the right and down.
type point struct{ x, y float64 }

// area is a rectangle by its middle, half of its width and half of its height.
type area struct{ x, y, w, h float64 }

func (a area) grown(by float64) area { return area{a.x, a.y, a.w + by, a.h + by} }

// meets reports whether two areas have something in common.
func (a area) meets(b area) bool {
	return math.Abs(a.x-b.x) < a.w+b.w && math.Abs(a.y-b.y) < a.h+b.h
}

// canvas is what is drawn so far. Lines of a class are one path; whatever is drawn first,
// lines are below boxes, and marks above.
type canvas struct {
	boxes  strings.Builder
	paths  map[string]*strings.Builder
	extent area // its w is 0 as long as there is nothing
	// words are what the legend says of the classes that it explains.
	words map[string]string
}

// lineClasses and markClasses are the classes of paths, from below to above.
var (
	lineClasses = []string{"band", "chord", "up", "strong", "shaped", "drop", "reject", "new", "wall", "wall-reject", "tip", "tip-shaped", "bar",
		"cell-self", "cell-shaped", "cell-drop", "cell-reject", "cell-new", "grid", "sign"}
	markClasses = []string{"dot", "cross", "pause", "off-drop", "off-reject", "off-new"}
)

// path adds points to the path of a class: a letter of the language of paths before each.
func (c *canvas) path(class, letters string, points ...point) {
	d := c.pathOf(class)
	for i, p := range points {
		d.WriteByte(letters[i])
		d.WriteString(number(p.x) + " " + number(p.y))
		c.include(area{p.x, p.y, 0, 0})
	}
	d.WriteString(letters[len(points):]) // Z
}

func (c *canvas) pathOf(class string) *strings.Builder {
	if c.paths == nil {
		c.paths = map[string]*strings.Builder{}
	}
	if c.paths[class] == nil {
		c.paths[class] = &strings.Builder{}
	}
	return c.paths[class]
}

// segment adds a line to the path of a class.
func (c *canvas) segment(class string, a, b point) { c.path(class, "ML", a, b) }

// cross draws a sign of that half size. It and fill are written as short as may be, since a
// matrix has many.
func (c *canvas) cross(class string, at point, size float64) {
	long := number(2 * size)
	fmt.Fprintf(c.pathOf(class), "M%s %sl%s %sm0 -%sl-%s %s", number(at.x-size), number(at.y-size), long, long, long, long, long)
	c.include(area{at.x, at.y, size, size})
}

// fill adds a rectangle to the path of a class.
func (c *canvas) fill(class string, a area) {
	fmt.Fprintf(c.pathOf(class), "M%s %sh%sv%sh-%sz", number(a.x-a.w), number(a.y-a.h), number(2*a.w), number(2*a.h), number(2*a.w))
	c.include(a)
}

// rect draws a rectangle; its class may be empty.
func (c *canvas) rect(class string, a area, radius float64) {
	if class != "" {
		class = ` class="` + class + `"`
	}
	corners := ""
	if radius > 0 {
		corners = ` rx="` + number(radius) + `"`
	}
	fmt.Fprintf(&c.boxes, `<rect%s x="%s" y="%s" width="%s" height="%s"%s/>`, class, number(a.x-a.w), number(a.y-a.h), number(2*a.w), number(2*a.h), corners)
	c.include(a)
}

// text writes a line whose middle is at a height. The classes say its size, "note" or as
// names are, and which end of it is at x: "left", "right" or its middle.
func (c *canvas) text(classes string, x, y float64, text string) {
	size := sizeOf(classes)
	attribute := ""
	if classes != "" {
		attribute = ` class="` + classes + `"`
	}
	fmt.Fprintf(&c.boxes, `<text%s x="%s" y="%s">%s</text>`, attribute, number(x), number(y+size*baseline), html.EscapeString(text))
	half := textWidth(text, size) / 2
	switch {
	case strings.Contains(classes, "left"):
		x += half
	case strings.Contains(classes, "right"):
		x -= half
	}
	c.include(area{x, y, half, size * 0.6})
}

// turned writes a line from a point in a direction, in degrees clockwise from the right;
// where that leads to the left, the text ends at the point instead, and so never stands on
// its head.
func (c *canvas) turned(classes string, at point, degrees float64, text string) {
	size := sizeOf(classes)
	width := textWidth(text, size)
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	end := "left"
	if cos < -1e-9 {
		end = "right"
		degrees -= 180
	}
	fmt.Fprintf(&c.boxes, `<text class="%s %s" x="%s" y="%s" transform="rotate(%s %s %s)">%s</text>`, classes, end, number(at.x), number(at.y+size*baseline),
		number(degrees), number(at.x), number(at.y), html.EscapeString(text))
	c.include(area{at.x + cos*width/2, at.y + sin*width/2, math.Abs(cos)*width/2 + size*0.6, math.Abs(sin)*width/2 + size*0.6})
}

// include has the picture reach as far as an area.
func (c *canvas) include(a area) {
	if c.extent == (area{}) {
		c.extent = a
		return
	}
	e := c.extent
	left, right := min(e.x-e.w, a.x-a.w), max(e.x+e.w, a.x+a.w)
	top, bottom := min(e.y-e.h, a.y-a.h), max(e.y+e.h, a.y+a.h)
	c.extent = area{(left + right) / 2, (top + bottom) / 2, (right - left) / 2, (bottom - top) / 2}
}

// group draws what f does in the colours of a class.
func (c *canvas) group(class string, f func()) {
	fmt.Fprintf(&c.boxes, "<g class=\"%s\">", class)
	f()
	c.boxes.WriteString("</g>\n")
}

// explain has the legend say what a class means.
func (c *canvas) explain(class, words string) {
	if c.words == nil {
		c.words = map[string]string{}
	}
	c.words[class] = words
}

// viewBox returns the attributes for the size of the picture.
func (c *canvas) viewBox() string {
	e := c.extent.grown(margin)
	return fmt.Sprintf(`viewBox="%s %s %s %s" width="%.0f" height="%.0f"`, number(e.x-e.w), number(e.y-e.h), number(2*e.w), number(2*e.h), 2*e.w, 2*e.h)
}

// String returns the elements of the picture.
func (c *canvas) String() string {
	return c.pathsOf(lineClasses) + c.boxes.String() + c.pathsOf(markClasses)
}

func (c *canvas) pathsOf(classes []string) string {
	var b strings.Builder
	for _, class := range classes {
		if d := c.paths[class]; d != nil {
			fmt.Fprintf(&b, "<path class=\"%s\" d=\"%s\"/>\n", class, d)
		}
	}
	return b.String()
}

// number writes a measure as short as it may be, to a tenth of a pixel.
func number(x float64) string {
	return strconv.FormatFloat(math.Round(x*10)/10+0, 'f', -1, 64) // + 0: no -0
}

// baseline is how far below the middle of a line its letters stand, in its size.
const baseline = 0.36

// The sizes of texts.
const (
	nameSize = 11
	noteSize = 10
)

func sizeOf(classes string) float64 {
	if slices.Contains(strings.Fields(classes), "note") {
		return noteSize
	}
	return nameSize
}

// textWidth returns how wide a text is at most, in whichever of the fonts it is set.
func textWidth(text string, size float64) float64 {
	width := 0.0
	for _, r := range text {
		switch {
		case strings.ContainsRune("il", r):
			width += 0.3
		case strings.ContainsRune(" .,:;'|!()[]-/ftrI", r):
			width += 0.42
		case strings.ContainsRune("abcdeghjknopqsuvxyzJ0123456789–_", r):
			width += 0.65
		case r >= 'A' && r <= 'Z' && r != 'M' && r != 'W':
			width += 0.8
		default:
			width++
		}
	}
	return width * size
}
