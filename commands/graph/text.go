package graph

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"vagganet/commands/groups"
	"vagganet/commands/terminal"
	"vagganet/netcmd/links"
)

// text draws for a terminal: the form that the network has, and then the links, uplinks and
// nodes that are not as usual. All other links work.
func text(n Network) string {
	var b strings.Builder
	fmt.Fprintf(&b, "run %s: %s\n", n.Run, n.summary())
	switch {
	case n.isMatrix():
		table, signs := n.matrix()
		section(&b, "matrix", table)
		section(&b, "", signs)
		section(&b, "", n.longGroups())
		section(&b, "links", n.SharedWords())
	case n.Form == groups.Ring:
		section(&b, "ring", terminal.Fold(n.ringRow(), rowLength, ""))
		section(&b, "", append([]string{n.ringLinks()}, n.SharedWords()...))
	default:
		section(&b, n.formTitle(), n.formRows())
		section(&b, "links", n.linkRows())
	}
	for _, l := range slices.Concat(n.uplinkLists(n.Nodes), n.markLists(n.Nodes)) {
		section(&b, l.title, []string{links.Brief(l.names, " ")})
	}
	return b.String()
}

// formTitle is the name of the form, where it is one.
func (n Network) formTitle() string {
	switch {
	case n.Form == groups.Mesh && n.Groups[0].Inside == groups.Link{}:
		return "linked"
	case n.Form == groups.Mesh, n.Form == groups.Few && len(n.Groups) == len(n.Nodes), n.Form == groups.Matrix:
		return "nodes"
	case n.Form == groups.Few:
		return "groups"
	}
	return string(n.Form)
}

// formRows are the groups: in brackets who is linked with each other.
func (n Network) formRows() []string {
	var rows []string
	for _, g := range n.Groups {
		row := links.Brief(n.Names(g.Nodes), " ")
		if g.Inside == (groups.Link{}) && (len(g.Nodes) > 1 || n.Form == groups.Clusters) {
			row = "( " + row + " )"
		}
		rows = append(rows, row)
	}
	switch {
	case n.Form == groups.Bridge:
		return []string{strings.Join(rows, " – ")}
	case n.formTitle() == "nodes":
		return []string{links.Brief(n.Nodes, " ")} // the rows of links have the groups
	}
	return rows
}

func (n Network) linkRows() []string {
	unusual := func(g groups.Group) bool { return g.Inside != groups.Link{} }
	rows := n.SharedWords()
	if n.Form == groups.Clusters && !slices.ContainsFunc(n.Groups, unusual) {
		return append(rows, "between clusters: "+n.Between(0, 1).Words()) // and not a row for each
	}
	for _, r := range n.Rows() {
		rows = append(rows, r.Words(len(n.Nodes)))
	}
	return rows
}

// ringRow has the names of a ring's nodes, the first one also behind the last.
func (n Network) ringRow() []string {
	names := n.Names(n.Order())
	return append(names, names[0])
}

// ringLinks says with how many nodes each of a ring is linked.
func (n Network) ringLinks() string {
	count, other := n.RingLinks()
	return fmt.Sprintf("each linked with its neighbours, %s of %d in all; others %s", count, len(n.Nodes)-1, other.Words())
}

// matrixMost is for how many groups a matrix is drawn: so many that it fits a terminal of a
// hundred columns.
const matrixMost = 26

// isMatrix reports whether a matrix is drawn, and not rows or lines.
func (n Network) isMatrix() bool {
	return n.Form == groups.Matrix && len(n.Groups) <= matrixMost
}

// matrix has a row for each group that sends and a column for each that receives, and what
// its signs mean.
func (n Network) matrix() (table, signs []string) {
	var heads []string
	width := 0
	for i := range n.Groups {
		text, _ := n.textHead(i)
		heads = append(heads, text)
		width = max(width, utf8.RuneCountInString(heads[len(heads)-1]))
	}
	head := fmt.Sprintf("%*s", width+3, "")
	for i := range heads {
		head += fmt.Sprintf(" %2d", i+1)
	}
	table = []string{head}
	seen := map[string]bool{}
	for from := range heads {
		row := fmt.Sprintf("%2d %s%*s", from+1, heads[from], width-utf8.RuneCountInString(heads[from]), "")
		for to := range heads {
			sign := signOf(n.cellAt(from, to))
			seen[sign] = true
			row += "  " + sign
		}
		table = append(table, row)
	}
	var legend []string
	for _, s := range cellSigns {
		if seen[s.sign] {
			legend = append(legend, s.sign+" "+s.word)
		}
	}
	return table, []string{"rows send, columns receive: " + strings.Join(legend, ", ")}
}

// textHead is what stands before a row of the matrix: the names of a group, or, where these
// are too long, its short name.
func (n Network) textHead(group int) (text string, short bool) {
	const most = 30
	names := links.Ranges(n.Names(n.Groups[group].Nodes))
	if text = strings.Join(names, " "); len(names) == 1 || utf8.RuneCountInString(text) <= most {
		return text, false
	}
	return n.head(group), true
}

// longGroups are, by their numbers in the matrix, the groups that have a short name there.
func (n Network) longGroups() []string {
	var rows []string
	for i, g := range n.Groups {
		if _, short := n.textHead(i); short {
			rows = append(rows, fmt.Sprintf("%d: %s", i+1, links.Brief(n.Names(g.Nodes), " ")))
		}
	}
	return rows
}

// cellSigns are those of the cells of a matrix, and what they mean.
var cellSigns = []struct{ sign, word string }{
	{".", "linked"}, {"x", links.Drop.Word()}, {"r", links.Reject.Word()}, {"n", links.New.Word()}, {"~", "shaped"},
}

// signOf is what stands in a cell.
func signOf(l cell) string {
	switch {
	case l.self:
		return "-"
	case l.How == links.Drop:
		return "x"
	case l.How == links.Reject:
		return "r"
	case l.How == links.New:
		return "n"
	case l.Shape != "":
		return "~"
	}
	return "."
}

// rowsMost is how many rows of a kind are shown.
const rowsMost = 50

// section writes rows with their title in front of the first.
func section(b *strings.Builder, title string, rows []string) {
	if left := len(rows) - rowsMost; left > 0 {
		rows = append(rows[:rowsMost:rowsMost], fmt.Sprintf("and %d more, which --format json lists", left))
	}
	for _, row := range rows {
		fmt.Fprintln(b, strings.TrimRight(fmt.Sprintf("  %-14s  %s", title, row), " "))
		title = ""
	}
}

// rowLength is how long a row of names may be, in characters.
const rowLength = 80
