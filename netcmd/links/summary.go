package links

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// What a person is shown of a list. The whole is for machines.
const (
	namesAsAre  = 7  // names that are shown as they are
	namesMost   = 12 // pieces that are shown all
	namesBefore = 8  // pieces of a longer list, before the count
)

// Brief joins names for a person to read. Of more than a few, those that are counted up in one
// piece are a range, and what is still long is cut short, with a count. Where names are
// sorted, n10 comes behind n9; any other order is the caller's, and stays.
func Brief(names []string, separator string) string {
	return brief(names, separator, len(names) > namesAsAre)
}

func brief(names []string, separator string, ranges bool) string {
	pieces := names
	if slices.IsSorted(names) {
		pieces = InOrder(names)
	}
	if ranges {
		pieces = Ranges(pieces)
	}
	return cutShort(pieces, separator, len(names))
}

// cutShort joins pieces of a list of so many.
func cutShort(pieces []string, separator string, count int) string {
	if len(pieces) <= namesMost {
		return strings.Join(pieces, separator)
	}
	return fmt.Sprintf("%s%s… (%d in all)", strings.Join(pieces[:namesBefore], separator), separator, count)
}

// clusters returns the groups of guests that are linked with each other and with
// nobody else, the smallest first; nil where what is cut leaves no such groups, or
// nothing is.
func (c Cuts) clusters() [][]string {
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
	sort.SliceStable(order, func(i, j int) bool { return len(clusters[order[i]]) < len(clusters[order[j]]) })
	var list [][]string
	for _, first := range order {
		list = append(list, clusters[first])
	}
	return list
}

// row is guests at which nothing, or nothing new, arrives from others.
type row struct{ from, to []string }

// rows returns the links that are cut, with guests that lose the same in one row.
func (c Cuts) rows() []row {
	var rows []row
	for to, name := range c.Guests {
		var from []string
		for i, sender := range c.Guests {
			if c.Has(i, to) {
				from = append(from, sender)
			}
		}
		if from == nil {
			continue
		}
		at := slices.IndexFunc(rows, func(r row) bool { return slices.Equal(r.from, from) })
		if at < 0 {
			at = len(rows)
			rows = append(rows, row{from: from})
		}
		rows[at].to = append(rows[at].to, name)
	}
	return rows
}

// Summary returns in one line, and in full, what is cut: clusters as "a b | c", and
// anything else as "a b -> c; c -> a", what a and b send not arriving at c.
func (c Cuts) Summary() string {
	var parts []string
	if clusters := c.clusters(); clusters != nil {
		for _, names := range clusters {
			parts = append(parts, strings.Join(names, " "))
		}
		return strings.Join(parts, " | ")
	}
	for _, row := range c.rows() {
		parts = append(parts, strings.Join(row.from, " ")+" -> "+strings.Join(row.to, " "))
	}
	return strings.Join(parts, "; ")
}

// BriefSummary is a Summary for a person to read, all of it with ranges if it is long.
func BriefSummary(summary string) string {
	separator := " | "
	if strings.Contains(summary, ";") || strings.Contains(summary, "->") {
		separator = "; "
	}
	ranges := len(strings.Fields(summary)) > namesMost
	var parts []string
	for part := range strings.SplitSeq(summary, separator) {
		var ends []string
		for end := range strings.SplitSeq(part, " -> ") {
			ends = append(ends, brief(strings.Fields(end), " ", ranges))
		}
		parts = append(parts, strings.Join(ends, " -> "))
	}
	return cutShort(parts, separator, len(parts))
}

// Equal reports whether the same links are cut in the same way.
func (c Cuts) Equal(other Cuts) bool { return slices.Equal(c.links, other.links) }
