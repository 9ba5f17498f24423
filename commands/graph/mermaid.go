package graph

import (
	"fmt"
	"strings"

	"vagganet/commands/groups"
	"vagganet/netcmd/links"
)

// mermaid draws in the language of Mermaid, which code forges show in Markdown. It has no
// matrix: what is not as usual is a line there, too.
func mermaid(n Network) string {
	d := n.diagram()
	var b strings.Builder
	fmt.Fprintf(&b, "flowchart LR\n  accTitle: run %s\n  accDescr: %s\n", n.Run, n.summary())
	var styles []string
	for i, c := range d.clusters {
		text, more := c.mermaid(i)
		b.WriteString(text)
		styles = append(styles, more...)
	}
	var cut, near []string
	for i, l := range d.lines {
		fmt.Fprintf(&b, "  n%d %s n%d\n", l.from, l.mermaid(), l.to)
		if l.How != links.Up {
			cut = append(cut, fmt.Sprint(i))
		}
		if l.near {
			near = append(near, fmt.Sprint(i))
		}
	}
	if cut != nil {
		fmt.Fprintf(&b, "  linkStyle %s stroke:#c62828,color:#c62828\n", strings.Join(cut, ","))
	}
	if near != nil {
		fmt.Fprintf(&b, "  linkStyle %s stroke-width:3px\n", strings.Join(near, ","))
	}
	b.WriteString(strings.Join(styles, ""))
	for i, note := range d.notes {
		fmt.Fprintf(&b, "  note%d[%s]\n", i, mermaidString(note))
	}
	return b.String()
}

// mermaid writes a cluster, named n1 by its number, with nodes n1_0, n1_1 and so on; and the
// styles of what is not as usual.
func (c cluster) mermaid(i int) (text string, styles []string) {
	name := fmt.Sprintf("n%d", i)
	node := func(indent, name string, v vertex) {
		text += fmt.Sprintf("%s%s[%s]\n", indent, name, mermaidString(v.label...))
		styles = append(styles, v.mermaidStyle(name)...)
	}
	if !c.boxed {
		node("  ", name, c.nodes[0])
		return text, styles
	}
	text = fmt.Sprintf("  subgraph %s[%s]\n", name, mermaidString(c.title))
	for j, v := range c.nodes {
		node("    ", fmt.Sprintf("%s_%d", name, j), v)
	}
	if c.inside.How != links.Up {
		styles = append(styles, fmt.Sprintf("  style %s stroke:#c62828,stroke-dasharray:6 4\n", name))
	}
	return text + "  end\n", styles
}

func (v vertex) mermaidStyle(name string) []string {
	switch {
	case v.mark == Down:
		return []string{fmt.Sprintf("  style %s fill:none,stroke-dasharray:3 3\n", name)}
	case v.mark == Paused:
		return []string{fmt.Sprintf("  style %s fill:#b8c0c8,color:#000\n", name)}
	case v.uplink != links.Up:
		return []string{fmt.Sprintf("  style %s stroke:#c62828\n", name)}
	}
	return nil
}

func (l line) mermaid() string {
	text := mermaidString(l.Words())
	switch {
	case l.Link == groups.Link{} && l.both:
		return "---"
	case l.Link == groups.Link{}:
		return "-->"
	case l.How == links.Up && l.both:
		return `-- ` + text + ` ---`
	case l.How == links.Up:
		return `-- ` + text + ` -->`
	case l.both:
		return "x-. " + text + " .-x"
	}
	return "-. " + text + " .-x"
}

// mermaidString is a string of the language, of several lines.
func mermaidString(lines ...string) string {
	text := strings.Join(lines, "\n")
	return `"` + strings.NewReplacer(`#`, "#35;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "\n", "<br>").Replace(text) + `"`
}
