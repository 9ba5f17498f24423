package tables

import (
	"cmp"
	"fmt"
	"strings"
	"text/tabwriter"
	"unicode/utf8"
)

// usualWidth is how many columns there are where that isn't known.
const usualWidth = 80

// matrix shows something of each directed link. It is empty where that would be wider than
// so many columns; 0 where they are not known.
func matrix(names []string, columns int, cell func(from, to string) string) string {
	columns = cmp.Or(columns, usualWidth)
	var b strings.Builder
	table := tabwriter.NewWriter(&b, 0, 8, 2, ' ', 0)
	head := "  \tto " + strings.Join(names, "\tto ")
	if len(names) == 0 || utf8.RuneCountInString(head) > columns {
		return "" // and of hundreds of nodes, no cell was asked for
	}
	fmt.Fprint(table, head)
	for _, from := range names {
		fmt.Fprintf(table, "\n  from %s", from)
		for _, to := range names {
			fmt.Fprint(table, "\t"+cell(from, to))
		}
	}
	fmt.Fprintln(table)
	table.Flush()
	for line := range strings.Lines(b.String()) {
		if utf8.RuneCountInString(line)-1 > columns {
			return ""
		}
	}
	return b.String()
}
