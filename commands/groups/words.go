package groups

import (
	"fmt"
	"strings"

	"vagganet/netcmd/links"
)

// wordsMost is how many rows a person is shown.
const wordsMost = 20

// Describe returns lines about what is cut, for a person to read; none where nothing is.
func Describe(c links.Cuts) []string { return Of(Live(c, nil)).Words() }

// BriefSummary is links.BriefSummary, but a ring is its nodes in their order: rows don't show it.
func BriefSummary(summary string) string {
	var nodes []string
	var rows []links.Row
	for part := range strings.SplitSeq(summary, "; ") {
		from, to, ok := strings.Cut(part, " -> ")
		if !ok {
			return links.BriefSummary(summary) // clusters, or a list of nodes
		}
		nodes = append(nodes, strings.Fields(to)...)
		for _, name := range strings.Fields(from) {
			rows = append(rows, links.Row{From: name, To: strings.Fields(to), How: links.Drop.String()})
		}
	}
	if len(nodes) > briefMost {
		return links.BriefSummary(summary)
	}
	n, err := New(nodes, rows, nil) // the error is that of a summary that was cut short
	if v := Of(n); err == nil && v.Form == Ring {
		return v.ringNames()
	}
	return links.BriefSummary(summary)
}

// briefMost is up to how many nodes a summary is looked at: who writes one may be a guest,
// and is not to have much done by that.
const briefMost = 256

// Words returns lines for a person to read: what all links do, and what form the network
// has, if a line says all of it, or else its rows. There are none where all links work as usual.
func (v View) Words() []string {
	lines := v.SharedWords()
	if line := v.formWords(); line != "" {
		return append(lines, line)
	}
	for _, r := range v.Rows() {
		lines = append(lines, r.Words(len(v.Nodes)))
	}
	if more := len(lines) - wordsMost; more > 0 {
		lines = append(lines[:wordsMost], fmt.Sprintf("and %d more", more))
	}
	return lines
}

// Lists returns the names of each group's nodes.
func (v View) Lists() [][]string {
	lists := make([][]string, 0, len(v.Groups))
	for _, g := range v.Groups {
		lists = append(lists, v.Names(g.Nodes))
	}
	return lists
}

// formWords is the line for the whole; empty where there is none, as where links inside of
// a group don't work as usual.
func (v View) formWords() string {
	var groups []string
	for _, g := range v.Groups {
		if g.Inside != (Link{}) {
			return ""
		}
		groups = append(groups, strings.Join(v.Names(g.Nodes), " "))
	}
	between := func(groups ...string) string { return links.BriefSummary(strings.Join(groups, " | ")) }
	switch v.Form {
	case Clusters:
		return fmt.Sprintf("%d clusters, %s: %s", len(groups), v.Between(0, 1).Words(), between(groups...))
	case Bridge:
		return fmt.Sprintf("2 clusters with %s between, %s: %s", between(groups[1]), v.Between(0, 2).Words(), between(groups[0], groups[2]))
	case Ring:
		return v.ringWords()
	}
	return ""
}

func (v View) ringWords() string {
	count, other := v.RingLinks()
	return fmt.Sprintf("ring, each linked with %s, others %s: %s", count, other.Words(), v.ringNames())
}

// ringMost is up to how many nodes of a ring are all named: what is cut short says nothing
// of who is next to whom.
const ringMost = 40

// ringNames are those of a ring, in its order.
func (v View) ringNames() string {
	names := v.Names(v.Order())
	if len(names) > ringMost {
		return links.Brief(names, " ")
	}
	return strings.Join(names, " ")
}
