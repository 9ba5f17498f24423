package graph

import (
	"fmt"
	"html"
	"slices"
	"strings"

	"vagganet/commands/groups"
	"vagganet/netcmd/links"
)

// svg draws a file that needs nothing else. Its colours are written out, since what makes
// a figure of a paper of it may know no variables.
func svg(n Network) string {
	c := picture(n)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" class="network" role="img" aria-labelledby="title desc" %s>`+"\n", c.viewBox())
	fmt.Fprintf(&b, "<title id=\"title\">run %s</title>\n<desc id=\"desc\">%s</desc>\n", html.EscapeString(n.Run), html.EscapeString(text(n)))
	fmt.Fprintf(&b, "<style>\n%s%s@media (prefers-color-scheme: dark) {\n%s}\n</style>\n", rules, painted(paint.onLight), painted(paint.onDark))
	b.WriteString(c.String())
	b.WriteString("</svg>\n")
	return b.String()
}

// Inline draws a network as an element of an HTML document, which has no ids.
func Inline(n Network) string {
	c := picture(n)
	return fmt.Sprintf("<svg class=\"network\" role=\"img\" aria-label=\"run %s: %s\" %s>\n%s</svg>", html.EscapeString(n.Run), html.EscapeString(n.summary()), c.viewBox(), c)
}

// picture draws a network by its form.
func picture(n Network) *canvas {
	c := &canvas{}
	switch n.Form {
	case groups.Mesh:
		n.drawMesh(c)
	case groups.Clusters:
		n.drawClusters(c)
	case groups.Star:
		n.drawStar(c)
	case groups.Bridge:
		n.drawBridge(c)
	case groups.Ring:
		n.drawRing(c)
	case groups.Few:
		n.drawFew(c)
	default:
		n.drawMatrix(c)
	}
	cut := func(g groups.Group) bool { return g.Inside.How != links.Up }
	if words := c.words["together"]; words != "" && slices.ContainsFunc(n.Groups, cut) {
		c.explain("together", words+", unless it says otherwise")
	}
	if words := n.SharedWords(); words != nil {
		c.explain("all", words[0])
	}
	c.drawLegend()
	return c
}
