package tables

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// matrixMost is for how many guests a matrix still fits a terminal.
const matrixMost = 10

// writeMatrix shows something of each directed link.
func writeMatrix(w io.Writer, names []string, cell func(from, to string) string) error {
	table := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprint(table, "  ")
	for _, to := range names {
		fmt.Fprintf(table, "\tto %s", to)
	}
	for _, from := range names {
		fmt.Fprintf(table, "\n  from %s", from)
		for _, to := range names {
			fmt.Fprint(table, "\t"+cell(from, to))
		}
	}
	fmt.Fprintln(table)
	return table.Flush()
}
