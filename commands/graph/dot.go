package graph

import (
	"fmt"
	"strings"

	"vagganet/netcmd/links"
)

// dot draws in the language of Graphviz.
func dot(n Network) string {
	s := n.sketch()
	var b strings.Builder
	fmt.Fprintf(&b, "// %s: %s\n", s.title, s.summary)
	fmt.Fprintf(&b, "digraph %s {\n", dotString(s.title))
	b.WriteString("  layout=circo; node [shape=box, style=rounded]; edge [dir=both, arrowsize=0.6, fontsize=10]\n")
	for i, box := range s.boxes {
		fmt.Fprintf(&b, "  n%d [label=%s%s]\n", i, dotString(box.label()...), box.dotStyle())
	}
	for _, l := range s.lines {
		attributes := []string{}
		if !l.both {
			attributes = append(attributes, "dir=forward")
		}
		if l.How != links.Up {
			attributes = append(attributes, "style=dashed, color=red, arrowhead=tee, arrowtail=tee")
		} else if l.both {
			attributes = append(attributes, "dir=none")
		}
		if l.How == links.Up && l.Shape != "" {
			attributes = append(attributes, "color=orange3")
		}
		if text := l.Words(); text != "" {
			attributes = append(attributes, "label="+dotString(text))
		}
		fmt.Fprintf(&b, "  n%d -> n%d [%s]\n", l.from, l.to, strings.Join(attributes, ", "))
	}
	b.WriteString("}\n")
	return b.String()
}

// dotStyle returns the attributes of a box that is not as usual.
func (b box) dotStyle() string {
	style := ""
	if b.uplink != links.Up {
		style = ", color=red"
	}
	switch b.node {
	case Down:
		style += `, style="rounded,dashed", fontcolor=gray40`
	case Paused:
		style += `, style="rounded,filled", fillcolor=gray80`
	}
	return style
}

// dotString is a string of the language, of several lines.
func dotString(lines ...string) string {
	text := strings.Join(lines, "\n")
	return `"` + strings.NewReplacer("&", "&amp;", `\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(text) + `"`
}
