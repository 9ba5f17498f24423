package graph

import (
	"fmt"
	"html"
	"strings"
)

// paint is a colour by its name, on a light page and on a dark one.
type paint struct{ name, light, dark string }

// paints are the colours of pictures. A group's fill and border are those of its number,
// again from the first beyond the last: hues that who sees no red or no green can tell
// apart, and none of them that of a cut.
var paints = []paint{
	{"ink", "#1c2630", "#e3e9ef"},
	{"paper", "#ffffff", "#14181d"},
	{"line", "#7b8a99", "#8797a7"},
	{"faint", "#d5dbe1", "#333d47"},
	{"cut", "#c62828", "#ff7b72"},
	{"shaped", "#b26a00", "#f0b44c"},
	{"paused", "#cdd4db", "#465360"},
	{"g0", "#dcebf8", "#12334d"}, {"g0-edge", "#0072b2", "#56b4e9"},
	{"g1", "#faf0c0", "#3d3510"}, {"g1-edge", "#8f7400", "#e6c84a"},
	{"g2", "#f3dff0", "#40203a"}, {"g2-edge", "#a3478f", "#e08fcd"},
	{"g3", "#d3f0e4", "#0d3b2e"}, {"g3-edge", "#00805c", "#3cc79a"},
	{"g4", "#e9e3fb", "#2a2450"}, {"g4-edge", "#6a51b5", "#a997f0"},
	{"g5", "#e4e6e8", "#33383d"}, {"g5-edge", "#555f69", "#b0b8c0"},
}

// colours is how many groups have one of their own.
const colours = 6

// groupClass is the class of a group's colours.
func groupClass(group int) string { return fmt.Sprintf("g%d", group%colours) }

// Style returns what the pictures of Inline need, once in a document: the colours as
// variables, such as --net-cut, --net-g0 and --net-g0-edge, which the document may set
// anew, and rules for what is in an element of class "network".
func Style() string {
	var light, dark strings.Builder
	for _, p := range paints {
		fmt.Fprintf(&light, "--net-%s:%s;", p.name, p.light)
		fmt.Fprintf(&dark, "--net-%s:%s;", p.name, p.dark)
	}
	return fmt.Sprintf(":root{%s}\n@media (prefers-color-scheme:dark){:root{%s}}\n%s", &light, &dark, rules)
}

const rules = `.network{max-width:100%;height:auto}
`

// Inline draws a network as an element of an HTML document, which has no ids.
func Inline(n Network) string {
	first, _, _ := strings.Cut(text(n), "\n")
	s := n.sketch()
	boxes, width, height := s.place()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="network" role="img" aria-label="%s" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f">`,
		html.EscapeString(first), width, height, width, height)
	for i, box := range s.boxes {
		b.WriteString(box.svg(boxes[i]))
	}
	b.WriteString("</svg>")
	return b.String()
}
