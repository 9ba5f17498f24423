package graph

import (
	"fmt"
	"os"
	"strings"
)

// paint is a colour by its name, on a light page and on a dark one.
type paint struct{ name, light, dark string }

func (p paint) onLight() string { return p.light }
func (p paint) onDark() string  { return p.dark }

// paints are the colours of pictures. A group's fill and border are those of its number,
// again from the first beyond the last: hues that who sees no red or no green can tell
// apart, and none of them that of a cut.
var paints = []paint{
	{"ink", "#1c2630", "#e3e9ef"},
	{"paper", "#ffffff", "#14181d"},
	{"line", "#6b7a89", "#8797a7"},
	{"faint", "#d3dae1", "#36414c"},
	{"cut", "#c62828", "#ff7b72"},
	{"shaped", "#b26a00", "#f0b44c"},
	{"paused", "#c6ced6", "#465360"},
	{"g0", "#dcebf8", "#12334d"}, {"g0-edge", "#0072b2", "#56b4e9"},
	{"g1", "#faf0c0", "#3d3510"}, {"g1-edge", "#8f7400", "#e6c84a"},
	{"g2", "#f3dff0", "#40203a"}, {"g2-edge", "#a3478f", "#e08fcd"},
	{"g3", "#d3f0e4", "#0d3b2e"}, {"g3-edge", "#00805c", "#3cc79a"},
	{"g4", "#e9e3fb", "#2a2450"}, {"g4-edge", "#6a51b5", "#a997f0"},
	{"g5", "#e4e6e8", "#33383d"}, {"g5-edge", "#555f69", "#b0b8c0"},
}

// Colours is how many groups have a colour of their own.
const Colours = 6

// GroupClass returns the class of the colours of a group, by its number.
func GroupClass(group int) string { return fmt.Sprintf("g%d", group%Colours) }

// Style returns what the pictures of Inline need, once in a document: the colours as
// variables, such as --net-cut, --net-g0 and --net-g0-edge, which the document may set
// anew, and rules for what is in an element of class "network".
func Style() string {
	var light, dark strings.Builder
	for _, p := range paints {
		fmt.Fprintf(&light, "--net-%s:%s;", p.name, p.light)
		fmt.Fprintf(&dark, "--net-%s:%s;", p.name, p.dark)
	}
	return fmt.Sprintf(":root{%s}\n@media (prefers-color-scheme:dark){:root{%s}}\n%s%s", &light, &dark, rules,
		painted(func(p paint) string { return "var(--net-" + p.name + ")" }))
}

// rules are those that are the same by day and by night.
const rules = `.network{max-width:100%;height:auto}
.network text{font-family:Helvetica,Arial,"Liberation Sans",sans-serif;font-size:11px;text-anchor:middle}
.network .note{font-size:10px}
.network .left{text-anchor:start}
.network .right{text-anchor:end}
.network rect{stroke-width:.8}
.network .box{stroke-width:2}
.network .alone{stroke-width:1.5}
.network .down,.network .apart{stroke-dasharray:3 2}
.network path{fill:none;stroke-width:1.5}
.network .band{stroke-width:14;stroke-linejoin:round}
.network .chord,.network .grid{stroke-width:1}
.network .strong{stroke-width:3.5;stroke-linecap:round}
.network .shaped,.network .bar,.network .pause{stroke-width:2}
.network .drop{stroke-width:2;stroke-dasharray:6 4}
.network .reject{stroke-width:2;stroke-dasharray:2 3}
.network .new{stroke-width:2;stroke-dasharray:10 3 2 3}
.network .off-new{stroke-dasharray:2 2}
.network .wall{stroke-width:5;stroke-dasharray:9 5}
.network .wall-reject{stroke-width:5;stroke-dasharray:4 4}
`

// painted returns the rules of what has a colour.
func painted(colour func(paint) string) string {
	return os.Expand(paintRules, func(name string) string {
		for _, p := range paints {
			if p.name == name {
				return colour(p)
			}
		}
		panic(name)
	})
}

const paintRules = `svg:root{background:${paper}}
.network text{fill:${ink}}
.network .word{fill:${cut}}
.network rect{fill:${paper};stroke:${line}}
.network .g0 rect{fill:${g0};stroke:${g0-edge}}
.network .g1 rect{fill:${g1};stroke:${g1-edge}}
.network .g2 rect{fill:${g2};stroke:${g2-edge}}
.network .g3 rect{fill:${g3};stroke:${g3-edge}}
.network .g4 rect{fill:${g4};stroke:${g4-edge}}
.network .g5 rect{fill:${g5};stroke:${g5-edge}}
.network rect.down{fill:${paper};stroke:${ink}}
.network rect.paused{fill:${paused}}
.network rect.apart{stroke:${cut}}
.network path{stroke:${line}}
.network .band{stroke:${faint}}
.network .chord,.network .grid{stroke:${faint}}
.network .strong,.network .cross,.network .pause{stroke:${ink}}
.network .shaped{stroke:${shaped}}
.network .drop,.network .reject,.network .new,.network .wall,.network .wall-reject,.network .bar{stroke:${cut}}
.network .dot{fill:${g0};stroke:${g0-edge}}
.network .tip,.network .cell-self{stroke:none;fill:${line}}
.network .tip-shaped,.network .cell-shaped{stroke:none;fill:${shaped}}
.network .cell-drop,.network .cell-reject,.network .cell-new,.network .off-drop{stroke:none;fill:${cut}}
.network .off-reject,.network .off-new{fill:${paper};stroke:${cut}}
.network .sign{stroke:${paper}}
`
