package graph

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"vagganet/netcmd/links"
)

// text draws for a terminal.
func text(n Network) string {
	var b strings.Builder
	fmt.Fprintf(&b, "run %s: %s\n", n.Run, n.summary())
	for _, g := range n.Groups {
		section(&b, "group", []string{links.Brief(n.Names(g.Nodes), " ")})
	}
	var rows []string
	for _, r := range n.Rows() {
		rows = append(rows, r.Words(len(n.Nodes)))
	}
	section(&b, "links", rows)
	for _, how := range links.Hows {
		var off []string
		for _, name := range n.Nodes {
			if n.Uplinks[name] == how {
				off = append(off, name)
			}
		}
		if off != nil {
			section(&b, "uplink "+how.Word(), []string{links.Brief(off, " ")})
		}
	}
	for _, state := range []string{Down, Paused} {
		if nodes := n.nodesThatAre(state); nodes != nil {
			section(&b, state, []string{links.Brief(n.Names(nodes), " ")})
		}
	}
	return b.String()
}

// rowsMost is how many rows of a kind are shown.
const rowsMost = 50

func section(b *strings.Builder, title string, rows []string) {
	left := len(rows) - rowsMost
	if left > 0 {
		rows = append(slices.Clone(rows[:rowsMost]), fmt.Sprintf("and %d more", left))
	}
	for _, row := range rows {
		for _, part := range wrap(row) {
			fmt.Fprintf(b, "  %-14s  %s\n", title, part)
			title = ""
		}
	}
}

// rowLength is how long a row may be, in characters.
const rowLength = 60

// wrap breaks a row between names, each further piece indented.
func wrap(row string) []string {
	var parts []string
	part := ""
	for _, word := range strings.Fields(row) {
		if part != "" && utf8.RuneCountInString(part+" "+word) > rowLength {
			parts = append(parts, part)
			part = " "
		}
		if part != "" {
			part += " "
		}
		part += word
	}
	return append(parts, part)
}
