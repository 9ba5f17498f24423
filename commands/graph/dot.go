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
	var b strings.Builder
	fmt.Fprintf(&b, "// run %s: %s\n", n.Run, n.summary())
	fmt.Fprintf(&b, "digraph %s {\n", dotString("run "+n.Run))
	head := func(layout string, notes []string) {
		fmt.Fprintf(&b, "  graph [%s, fontname=Helvetica, fontsize=11]\n", layout)
		b.WriteString("  node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=Helvetica, fontsize=11]\n")
		b.WriteString("  edge [dir=both, arrowsize=0.6, fontname=Helvetica, fontsize=10]\n")
		if notes != nil {
			fmt.Fprintf(&b, "  label=%s\n", dotString(notes...))
		}
	}
	if n.isMatrix() {
		head("layout=dot", n.SharedWords())
		fmt.Fprintf(&b, "  matrix [shape=plain, label=<%s>]\n}\n", n.dotTable())
		return b.String()
	}
	d := n.diagram()
	layout := "layout=dot, rankdir=LR, compound=true, ranksep=1.2"
	places := make([]string, len(d.clusters))
	switch {
	case n.Form == groups.Ring:
		layout = "layout=neato, outputorder=edgesfirst"
		for i, p := range circle(len(places), max(float64(len(places))*0.16, 1.2), -math.Pi/2) { // inches
			places[i] = fmt.Sprintf(`, pos="%.2f,%.2f!"`, p.x, -p.y)
		}
	case !slices.ContainsFunc(d.clusters, func(c cluster) bool { return c.boxed }):
		layout = "layout=circo"
	}
	head(layout, d.notes)
	for i, cluster := range d.clusters {
		b.WriteString(cluster.dot(i, places[i]))
	}
	for _, l := range d.lines {
		b.WriteString(l.dot(d.clusters))
	}
	b.WriteString("}\n")
	return b.String()
}

// dot writes a cluster: node i, at a place if it has one, or a cluster of nodes i_0, i_1 and
// so on.
func (c cluster) dot(i int, place string) string {
	if !c.boxed {
		return fmt.Sprintf("  n%d [label=%s%s%s]\n", i, dotString(c.nodes[0].label...), c.nodes[0].dotStyle(), place)
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
		fmt.Fprintf(&out, "    n%d_%d [label=%s%s]\n", i, j, dotString(node.label...), node.dotStyle())
	}
	// Without lines between them, all nodes would be in one column.
	for j := c.rows(); j < len(c.nodes); j++ {
		fmt.Fprintf(&out, "    n%d_%d -> n%d_%d [style=invis]\n", i, j-c.rows(), i, j)
	}
	out.WriteString("  }\n")
	return out.String()
}

// rows is how many nodes a column of a box has.
func (c cluster) rows() int { return int(math.Ceil(math.Sqrt(float64(len(c.nodes))))) }

// dotName is the node of cluster i at which lines from it or to it end, if the other end is
// at cluster other: in the last column where that one is to the right, and else in the first.
func (c cluster) dotName(i, other int) string {
	if !c.boxed {
		return fmt.Sprintf("n%d", i)
	}
	first, last := 0, len(c.nodes)-1
	if rows := c.rows(); i < other {
		first = last / rows * rows
	} else {
		last = min(rows, len(c.nodes)) - 1
	}
	return fmt.Sprintf("n%d_%d", i, (first+last)/2)
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
	if clusters[l.to].boxed {
		attributes = append(attributes, fmt.Sprintf("lhead=cluster_%d", l.to))
	}
	if clusters[l.from].boxed {
		attributes = append(attributes, fmt.Sprintf("ltail=cluster_%d", l.from))
	}
	return fmt.Sprintf("  %s -> %s [%s]\n", clusters[l.from].dotName(l.from, l.to), clusters[l.to].dotName(l.to, l.from), strings.Join(attributes, ", "))
}

// dotStyle returns the attributes of a node that is not as usual.
func (v vertex) dotStyle() string {
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
