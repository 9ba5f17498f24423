package graph

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"vagganet/netcmd/links"
)

// text draws for a terminal: groups of nodes that are linked with each other, and
// below them what else there is between nodes. All other links are cut.
func text(n Network) string {
	var b strings.Builder
	fmt.Fprintf(&b, "run %s: %s\n", n.Run, n.summary())
	var groups []string
	for _, g := range n.linked() {
		groups = append(groups, "( "+n.names(g)+" )")
	}
	section(&b, "linked", groups)
	section(&b, "one way", n.arrows(func(from, to int) bool {
		return n.how(from, to) == links.Up && n.how(to, from) != links.Up
	}))
	for _, how := range []links.How{links.Reject, links.New} {
		section(&b, how.Word(), n.arrows(func(from, to int) bool { return n.how(from, to) == how }))
	}
	section(&b, "shaped", n.shapedRows())
	uplinks := n.uplinks()
	for _, how := range links.Hows {
		var off []int
		for i, name := range n.Cuts.Guests {
			if uplinks[name] == how {
				off = append(off, i)
			}
		}
		if off != nil {
			section(&b, "uplink "+how.Word(), []string{n.names(off)})
		}
	}
	for _, state := range []string{Down, Paused} {
		if nodes := n.nodesThatAre(state); nodes != nil {
			section(&b, state, []string{n.names(nodes)})
		}
	}
	return b.String()
}

// shapedRows has for each shape which links have it.
func (n Network) shapedRows() []string {
	link := n.states()
	var shapes, rows []string
	for _, l := range n.Shaped {
		if !slices.Contains(shapes, l.Shape.String()) {
			shapes = append(shapes, l.Shape.String())
		}
	}
	for _, shape := range shapes {
		for _, row := range n.arrows(func(from, to int) bool { return link(from, to).shape == shape }) {
			rows = append(rows, row+": "+shape)
		}
	}
	return rows
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

// arrows are rows for directed links, "a b -> c": who sends to the same nodes, and
// gets from them, is in one row.
func (n Network) arrows(has func(from, to int) bool) []string {
	var rows []string
	senders := map[string][]int{}
	var order []string
	size := len(n.Cuts.Guests)
	for from := range size {
		var to []int
		for i := range size {
			if i != from && has(from, i) {
				to = append(to, i)
			}
		}
		if to == nil {
			continue
		}
		key := n.names(to)
		if senders[key] == nil {
			order = append(order, key)
		}
		senders[key] = append(senders[key], from)
	}
	for _, to := range order {
		rows = append(rows, n.names(senders[to])+" -> "+to)
	}
	return rows
}

func (n Network) names(nodes []int) string {
	var names []string
	for _, i := range nodes {
		names = append(names, n.Cuts.Guests[i])
	}
	return strings.Join(names, " ")
}
