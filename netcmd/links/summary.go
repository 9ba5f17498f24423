package links

import (
	"fmt"
	"slices"
	"strings"
)

// What a person is shown of a list, and of rows. The whole is for machines.
const (
	namesMost   = 12 // names that are shown all
	namesBefore = 8  // names of a longer list, before the count
	rowsMost    = 20
)

// Brief joins names for a person to read: a long list is cut short, with a count.
func Brief(names []string, separator string) string {
	if len(names) <= namesMost {
		return strings.Join(names, separator)
	}
	return fmt.Sprintf("%s%s… (%d in all)", strings.Join(names[:namesBefore], separator), separator, len(names))
}

// Clusters returns the groups of guests that are linked with each other and with
// nobody else, the smallest first; nil where what is cut leaves no such groups, or
// nothing is.
func (c Cuts) Clusters() [][]string {
	of := make([]int, len(c.Guests)) // the first guest of each one's cluster
	clusters := map[int][]string{}
	var order []int
	for i, name := range c.Guests {
		of[i] = i
		for j := range i {
			if !c.Has(j, i) {
				of[i] = of[j]
				break
			}
		}
		if of[i] == i {
			order = append(order, i)
		}
		clusters[of[i]] = append(clusters[of[i]], name)
	}
	for i := range c.Guests {
		for j := range c.Guests {
			if i != j && c.Has(i, j) == (of[i] == of[j]) {
				return nil
			}
		}
	}
	if len(order) < 2 {
		return nil
	}
	slices.SortStableFunc(order, func(a, b int) int { return len(clusters[a]) - len(clusters[b]) })
	var list [][]string
	for _, first := range order {
		list = append(list, clusters[first])
	}
	return list
}

// CutRow is guests at which nothing arrives from others.
type CutRow struct{ From, To []string }

// CutRows returns the links that are cut in that way as rows: guests that lose the
// same are in one of them.
func (c Cuts) CutRows(how How) []CutRow {
	return c.rows(func(s State) bool { return s.How == how })
}

func (c Cuts) rows(has func(State) bool) []CutRow {
	var rows []CutRow
	for to, name := range c.Guests {
		var from []string
		for i, sender := range c.Guests {
			if has(c.State(i, to)) {
				from = append(from, sender)
			}
		}
		if from == nil {
			continue
		}
		at := slices.IndexFunc(rows, func(r CutRow) bool { return slices.Equal(r.From, from) })
		if at < 0 {
			at = len(rows)
			rows = append(rows, CutRow{From: from})
		}
		rows[at].To = append(rows[at].To, name)
	}
	return rows
}

// Summary returns in one line, and in full, what is cut: clusters as "a b | c", and
// anything else as "a b -> c; c -> a", what a and b send not arriving at c.
func (c Cuts) Summary() string {
	var parts []string
	if clusters := c.Clusters(); clusters != nil {
		for _, names := range clusters {
			parts = append(parts, strings.Join(names, " "))
		}
		return strings.Join(parts, " | ")
	}
	for _, row := range c.rows(func(s State) bool { return s.How != Up }) {
		parts = append(parts, strings.Join(row.From, " ")+" -> "+strings.Join(row.To, " "))
	}
	return strings.Join(parts, "; ")
}

// BriefSummary is a Summary for a person to read.
func BriefSummary(summary string) string {
	separator := " | "
	if strings.Contains(summary, ";") || strings.Contains(summary, "->") {
		separator = "; "
	}
	var parts []string
	for part := range strings.SplitSeq(summary, separator) {
		var ends []string
		for end := range strings.SplitSeq(part, " -> ") {
			ends = append(ends, Brief(strings.Fields(end), " "))
		}
		parts = append(parts, strings.Join(ends, " -> "))
	}
	return Brief(parts, separator)
}

// Describe returns lines that say what is cut, for a person to read; none where
// nothing is.
func (c Cuts) Describe() []string {
	if clusters := c.Clusters(); clusters != nil {
		return []string{"clusters: " + BriefSummary(c.Summary())}
	}
	rows := c.rows(State.Silent)
	if len(rows) == 0 {
		return nil
	}
	lines := []string{"who hears nothing from whom:"}
	for i, row := range rows {
		if i == rowsMost {
			lines = append(lines, fmt.Sprintf("  and %d more", len(rows)-rowsMost))
			break
		}
		lines = append(lines, fmt.Sprintf("  %s: %s", Brief(row.To, " "), Brief(row.From, " ")))
	}
	return lines
}

// Equal reports whether the same links are cut in the same way.
func (c Cuts) Equal(other Cuts) bool { return slices.Equal(c.links, other.links) }
