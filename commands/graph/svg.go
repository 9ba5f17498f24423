package graph

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"vagganet/netcmd/links"
)

// The measures of an SVG picture, in its pixels.
const (
	lineHeight = 17
	charWidth  = 8 // more than most characters have
	legend     = 26
	margin     = 16
	gap        = 7 // between two lines of one pair, and from a line to its box
)

// placed is a box with its middle and half of its size.
type placed struct{ x, y, w, h float64 }

// svg draws a file that needs nothing else. Boxes stand on a circle.
func svg(n Network) string {
	s := n.sketch()
	boxes, width, height := s.place()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img" aria-labelledby="title desc">`+"\n",
		width, height, width, height)
	fmt.Fprintf(&b, "<title id=\"title\">%s</title>\n<desc id=\"desc\">%s</desc>\n", html.EscapeString(s.title), html.EscapeString(text(n)))
	b.WriteString(svgStyle)
	var labels strings.Builder
	for _, l := range s.linesInOrder() {
		b.WriteString(l.svg(boxes, &labels))
	}
	b.WriteString(labels.String())
	for i, box := range s.boxes {
		b.WriteString(box.svg(boxes[i]))
	}
	b.WriteString(s.legend(height))
	b.WriteString("</svg>\n")
	return b.String()
}

const svgStyle = `<style>
  svg { background: #fff; font: 13px system-ui, sans-serif; }
  rect { fill: #f2f5f9; stroke: #51606f; }
  rect.off { stroke: #c62828; stroke-dasharray: 4 3; }
  rect.down { fill: none; stroke-dasharray: 2 3; }
  rect.paused { fill: #cdd4db; }
  text { fill: #1c2630; }
  .node { text-anchor: middle; }
  .note { font-size: 11px; }
  path { fill: none; stroke: #7b8a99; stroke-width: 1.5; }
  path.drop, path.reject, path.new { stroke: #c62828; stroke-dasharray: 6 4; }
  path.shaped { stroke: #b26a00; }
  .shape { text-anchor: middle; font-size: 11px; paint-order: stroke; stroke: #fff; stroke-width: 3px; }
  path.reject { stroke-dasharray: 2 3; }
  path.new { stroke: #b26a00; stroke-dasharray: 10 3 2 3; }
  marker path { fill: #7b8a99; stroke: none; }
  marker#end-cut path { fill: none; stroke: #c62828; stroke-width: 2; stroke-dasharray: none; }
  @media (prefers-color-scheme: dark) {
    svg { background: #14181d; }
    rect { fill: #232b34; stroke: #93a3b3; }
    rect.paused { fill: #465360; }
    rect.off, path.drop, path.reject, marker#end-cut path { stroke: #ff7b72; }
    path.new, path.shaped { stroke: #f0b44c; }
    .shape { stroke: #14181d; }
    text { fill: #e3e9ef; }
  }
</style>
<defs>
  <marker id="end-up" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 1 L10 5 L0 9 Z"/></marker>
  <marker id="end-cut" viewBox="0 0 10 10" refX="5" refY="5" markerWidth="9" markerHeight="9" orient="auto-start-reverse"><path d="M5 0 V10"/></marker>
</defs>
`

// place puts the boxes on a circle that has room for all of them, the first one
// at the top.
func (s sketch) place() (boxes []placed, width, height float64) {
	var widest, highest float64
	for _, b := range s.boxes {
		p := placed{h: 8}
		for i, line := range b.label() {
			chars := float64(utf8.RuneCountInString(line))
			if i > 0 {
				chars *= 0.85 // a note
			}
			p.w = max(p.w, chars*charWidth/2+12)
			p.h += lineHeight / 2.0
		}
		boxes = append(boxes, p)
		widest, highest = max(widest, p.w), max(highest, p.h)
	}
	n := float64(len(boxes))
	radius := 0.0
	if n > 1 {
		radius = max(s.leastRadius(), n*(widest+highest+gap)/math.Pi)
	}
	width = max(2*(radius+widest+margin), 300)
	height = 2*(radius+highest+margin) + legend
	for i := range boxes {
		angle := 2*math.Pi*float64(i)/n - math.Pi/2
		boxes[i].x = width/2 + radius*math.Cos(angle)
		boxes[i].y = (height-legend)/2 + radius*math.Sin(angle)
	}
	return boxes, width, height
}

// leastRadius is one that leaves room for what stands at lines.
func (s sketch) leastRadius() float64 {
	if slices.ContainsFunc(s.lines, func(l line) bool { return l.Shape != "" }) {
		return 200
	}
	return 110
}

// linesInOrder has those that are cut last, and so above the others.
func (s sketch) linesInOrder() []line {
	var up, cut []line
	for _, l := range s.lines {
		if l.How == links.Up {
			up = append(up, l)
		} else {
			cut = append(cut, l)
		}
	}
	return append(up, cut...)
}

// svg draws a line from the edge of one box to the edge of the other. Of two
// lines between the same boxes, each keeps to its left. What is to stand at the
// line goes to labels, which come above all lines.
func (l line) svg(boxes []placed, labels *strings.Builder) string {
	from, to := boxes[l.from], boxes[l.to]
	dx, dy := to.x-from.x, to.y-from.y
	length := math.Hypot(dx, dy)
	ux, uy := dx/length, dy/length
	aside := 0.0
	if !l.both {
		aside = gap
	}
	a, b := from.edge(ux, uy), to.edge(ux, uy)
	ends := ""
	switch {
	case l.How != links.Up && l.both:
		ends = ` marker-start="url(#end-cut)" marker-end="url(#end-cut)"`
	case l.How != links.Up:
		ends = ` marker-end="url(#end-cut)"`
	case !l.both:
		ends = ` marker-end="url(#end-up)"`
	}
	x1, y1 := from.x+ux*a+uy*aside, from.y+uy*a-ux*aside
	x2, y2 := to.x-ux*b+uy*aside, to.y-uy*b-ux*aside
	if l.Shape != "" {
		// Not in the middle, where many lines cross.
		fmt.Fprintf(labels, `<text class="shape" x="%.1f" y="%.1f">%s</text>`+"\n", x1+(x2-x1)*0.35, y1+(y2-y1)*0.35+4, html.EscapeString(l.Shape))
	}
	return fmt.Sprintf(`<path class="%s" d="M%.1f %.1f L%.1f %.1f"%s/>`+"\n", l.class(), x1, y1, x2, y2, ends)
}

// class is the kind of line that it is.
func (l line) class() string {
	switch {
	case l.How != links.Up:
		return l.How.String()
	case l.Shape != "":
		return "shaped"
	}
	return "up"
}

// edge is how far it is from the middle of a box to a little outside of it, in
// that direction.
func (p placed) edge(ux, uy float64) float64 {
	return min(p.w/max(math.Abs(ux), 1e-9), p.h/max(math.Abs(uy), 1e-9)) + gap
}

func (b box) svg(p placed) string {
	class := ""
	if b.uplink != links.Up {
		class = "off"
	}
	if class = strings.TrimSpace(class + " " + b.node); class != "" {
		class = fmt.Sprintf(` class="%s"`, class)
	}
	var out strings.Builder
	fmt.Fprintf(&out, `<rect%s x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="6"/>`, class, p.x-p.w, p.y-p.h, 2*p.w, 2*p.h)
	lines := b.label()
	for i, line := range lines {
		class := "node"
		if i > 0 {
			class = "node note"
		}
		y := p.y + lineHeight*(float64(i)-float64(len(lines)-1)/2) + 4.5
		fmt.Fprintf(&out, `<text class="%s" x="%.1f" y="%.1f">%s</text>`, class, p.x, y, html.EscapeString(line))
	}
	out.WriteString("\n")
	return out.String()
}

// legend draws what those lines mean that there are.
func (s sketch) legend(height float64) string {
	seen := map[string]bool{}
	for _, l := range s.lines {
		seen[l.class()] = true
	}
	var b strings.Builder
	x, y := float64(margin), height-margin/2
	kinds := [][2]string{{"up", "ok"}, {"shaped", "shaped"}}
	for _, how := range links.Hows {
		kinds = append(kinds, [2]string{how.String(), how.Word()})
	}
	for _, kind := range kinds {
		class, word := kind[0], kind[1]
		if !seen[class] {
			continue
		}
		fmt.Fprintf(&b, `<path class="%s" d="M%.0f %.0f h26"/><text class="note" x="%.0f" y="%.0f">%s</text>`+"\n", class, x, y-4, x+31, y, word)
		x += 31 + float64(len(word))*charWidth + 10
	}
	return b.String()
}
