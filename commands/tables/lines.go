package tables

import (
	"fmt"
	"io"
	"strings"

	"vagganet/commands/terminal"
)

// writeLines writes lines of a run. One that is too long for a terminal of so many columns
// goes on in another one, with whole words; where columns are 0, it is no terminal.
func writeLines(w io.Writer, columns int, lines []string) error {
	const indent = "  "
	for _, line := range lines {
		parts := []string{line}
		if columns > 0 {
			parts = terminal.Fold(strings.Fields(line), columns-len(indent), indent)
		}
		for _, part := range parts {
			if _, err := fmt.Fprintln(w, indent+part); err != nil {
				return err
			}
		}
	}
	return nil
}
