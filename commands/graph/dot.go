package graph

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"

	"vagganet/commands/groups"
	"vagganet/netcmd/links"
)

// dot draws in the language of Graphviz. Groups are clusters, from left to right; nodes that
// stand alone are on a circle, and those of a ring in its order.
func dot(n Network) string {
	d := n.diagram()
	var b strings.Builder
	fmt.Fprintf(&b, "// run %s: %s\n", n.Run, n.summary())
	fmt.Fprintf(&b, "digraph %s {\n", dotString("run "+n.Run))
	alone := !slices.ContainsFunc(d.clusters, func(c cluster) bool { return c.boxed })
	layout := "layout=dot, rankdir=LR, compound=true, ranksep=1.2"
	switch {
	case n.Form == groups.Ring:
		layout = "layout=neato, outputorder=edgesfirst"
	case alone:
		layout = "layout=circo"
	}
	fmt.Fprintf(&b, "  graph [%s, fontname=Helvetica, fontsize=11]\n", layout)
	b.WriteString("  node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=Helvetica, fontsize=11]\n")
	b.WriteString("  edge [dir=both, arrowsize=0.6, fontname=Helvetica, fontsize=10]\n")
	if n.isMatrix() {
		fmt.Fprintf(&b, "  matrix [shape=plain, label=<%s>]\n}\n", n.dotTable())
		return b.String()
	}
	for i, cluster := range d.clusters {
		position := ""
		if n.Form == groups.Ring {
			position = ringPosition(i, len(d.clusters))
		}
		b.WriteString(cluster.dot(i, position))
	}
	for _, l := range d.lines {
		b.WriteString(l.dot(d.clusters))
	}
	if d.left > 0 {
		fmt.Fprintf(&b, "  label=%s\n", dotString(fmt.Sprintf("%d lines are left out", d.left)))
	}
	b.WriteString("}\n")
	return b.String()
}

// ringPosition is that of a node in a ring, in inches, the first one at the top.
func ringPosition(i, count int) string {
	radius := max(float64(count)*0.16, 1.2)
	angle := math.Pi/2 - 2*math.Pi*float64(i)/float64(count)
	return fmt.Sprintf("%.2f,%.2f!", radius*math.Cos(angle), radius*math.Sin(angle))
}

// dot writes a cluster: node i, or a cluster of nodes i_0, i_1 and so on.
func (c cluster) dot(i int, position string) string {
	if !c.boxed {
		return fmt.Sprintf("  n%d [label=%s%s]\n", i, dotString(c.nodes[0].label...), c.nodes[0].dotStyle(position))
	}
	var out strings.Builder
	style := "color=gray40"
	if c.inside.How != links.Up {
		style = "style=dashed, color=red"
	} else if c.inside.Shape != "" {
		style = "color=orange3"
	}
	fmt.Fprintf(&out, "  subgraph cluster_%d {\n    graph [label=%s, %s]\n", i, dotString(c.title), style)
	for j, node := range c.nodes {
		fmt.Fprintf(&out, "    n%d_%d [label=%s%s]\n", i, j, dotString(node.label...), node.dotStyle(""))
	}
	out.WriteString("  }\n")
	return out.String()
}

// dotName is the node at which lines to a cluster end.
func (c cluster) dotName(i int) string {
	if !c.boxed {
		return fmt.Sprintf("n%d", i)
	}
	return fmt.Sprintf("n%d_%d", i, len(c.nodes)/2)
}

func (l line) dot(clusters []cluster) string {
	attributes := []string{}
	switch {
	case l.How != links.Up:
		attributes = append(attributes, "style=dashed, color=red, fontcolor=red, arrowhead=tee, arrowtail=tee")
	case l.Shape != "":
		attributes = append(attributes, "color=orange3")
	case l.near:
		attributes = append(attributes, "penwidth=3")
	case l.chord:
		attributes = append(attributes, "color=gray75")
	}
	switch {
	case !l.both:
		attributes = append(attributes, "dir=forward")
	case l.How == links.Up:
		attributes = append(attributes, "dir=none")
	}
	if text := l.Words(); text != "" {
		attributes = append(attributes, "label="+dotString(text))
	}
	for end, cluster := range map[string]int{"ltail": l.from, "lhead": l.to} {
		if clusters[cluster].boxed {
			attributes = append(attributes, fmt.Sprintf("%s=cluster_%d", end, cluster))
		}
	}
	slices.Sort(attributes)
	return fmt.Sprintf("  %s -> %s [%s]\n", clusters[l.from].dotName(l.from), clusters[l.to].dotName(l.to), strings.Join(attributes, ", "))
}

// dotStyle returns the attributes of a node that is not as usual, or has a position.
func (v vertex) dotStyle(position string) string {
	style := ""
	if v.uplink != links.Up {
		style = ", color=red"
	}
	switch v.mark {
	case Down:
		style += `, style="rounded,dashed,filled", fontcolor=gray30`
	case Paused:
		style += `, fillcolor=gray80`
	}
	if position != "" {
		style += `, pos="` + position + `"`
	}
	return style
}

// dotTable is a matrix as a label.
func (n Network) dotTable() string {
	colours := map[string]string{".": "white", "x": "#f3a9a3", "r": "#f7cba0", "n": "#f5e6a2", "~": "#ffd9a0", "-": "gray85"}
	var b strings.Builder
	b.WriteString(`<TABLE BORDER="0" CELLBORDER="1" CELLSPACING="0"><TR><TD>from \ to</TD>`)
	var heads []string
	for _, g := range n.Groups {
		lines := strings.Join(listed(n.Names(g.Nodes)), "\n")
		heads = append(heads, strings.ReplaceAll(html.EscapeString(lines), "\n", "<BR/>"))
		fmt.Fprintf(&b, "<TD>%s</TD>", heads[len(heads)-1])
	}
	for from, head := range heads {
		fmt.Fprintf(&b, "</TR>\n<TR><TD>%s</TD>", head)
		for to := range heads {
			sign := signOf(n.cellAt(from, to))
			fmt.Fprintf(&b, `<TD BGCOLOR="%s">%s</TD>`, colours[sign], html.EscapeString(n.Between(from, to).Words()))
		}
	}
	b.WriteString("</TR></TABLE>")
	return b.String()
}

// dotString is a string of the language, of several lines.
func dotString(lines ...string) string {
	text := strings.Join(lines, "\n")
	return `"` + strings.NewReplacer("&", "&amp;", `\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(text) + `"`
}
