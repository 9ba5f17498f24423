package graph

import (
	"fmt"
	"strings"

	"vagganet/netcmd/links"
)

// mermaid draws in the language of Mermaid, which code forges show in Markdown.
func mermaid(n Network) string {
	s := n.sketch()
	var b strings.Builder
	fmt.Fprintf(&b, "flowchart LR\n  accTitle: %s\n  accDescr: %s\n", s.title, s.summary)
	for i, box := range s.boxes {
		fmt.Fprintf(&b, "  n%d[%s]\n", i, mermaidString(box.label()...))
	}
	var cut []string
	for i, l := range s.lines {
		fmt.Fprintf(&b, "  n%d %s n%d\n", l.from, mermaidLine(l), l.to)
		if l.How != links.Up {
			cut = append(cut, fmt.Sprint(i))
		}
	}
	if cut != nil {
		fmt.Fprintf(&b, "  linkStyle %s stroke:#c62828,color:#c62828\n", strings.Join(cut, ","))
	}
	for i, box := range s.boxes {
		switch box.node {
		case Down:
			fmt.Fprintf(&b, "  style n%d fill:none,stroke-dasharray:3 3\n", i)
		case Paused:
			fmt.Fprintf(&b, "  style n%d fill:#b8c0c8,color:#000\n", i)
		}
	}
	return b.String()
}

func mermaidLine(l line) string {
	text := l.Words()
	switch {
	case l.How == links.Up && l.both && text != "":
		return `-- ` + mermaidString(text) + ` ---`
	case l.How == links.Up && text != "":
		return `-- ` + mermaidString(text) + ` -->`
	case l.How == links.Up && l.both:
		return "---"
	case l.How == links.Up:
		return "-->"
	case l.both:
		return "x-. " + mermaidString(text) + " .-x"
	}
	return "-. " + mermaidString(text) + " .-x"
}

// mermaidString is a string of the language, of several lines.
func mermaidString(lines ...string) string {
	text := strings.Join(lines, "\n")
	return `"` + strings.NewReplacer(`#`, "#35;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "\n", "<br>").Replace(text) + `"`
}
