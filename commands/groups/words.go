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

// Words returns lines for a person to read: what form the network has, if a line says all
// of it, and else its rows. There are none where all links work as usual.
func (v View) Words() []string {
	if line := v.formWords(); line != "" {
		return []string{line}
	}
	var lines []string
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
		return fmt.Sprintf("bridge %s, %s: %s", between(groups[1]), v.Between(0, 2).Words(), between(groups[0], groups[2]))
	case Ring:
		return v.ringWords(groups)
	}
	return ""
}

// ringMost is up to how many nodes of a ring are all named: what is cut short says nothing
// of who is next to whom.
const ringMost = 40

func (v View) ringWords(nodes []string) string {
	linked, other := 0, Link{}
	for to := range nodes[1:] {
		if link := v.Between(0, to+1); link == (Link{}) {
			linked++
		} else {
			other = link
		}
	}
	names := strings.Join(nodes, " ")
	if len(nodes) > ringMost {
		names = links.Brief(nodes, " ")
	}
	return fmt.Sprintf("ring, each linked with %d, others %s: %s", linked, other.Words(), names)
}
