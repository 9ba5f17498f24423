package tables

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// writeLines writes lines of a run. One that is too long for a terminal of so many columns
// goes on in another one, with whole words; where columns are 0, it is no terminal.
func writeLines(w io.Writer, columns int, lines []string) error {
	for _, line := range lines {
		for _, part := range fold(line, columns-len("  ")) {
			if _, err := fmt.Fprintln(w, "  "+part); err != nil {
				return err
			}
		}
	}
	return nil
}

// fold breaks a line into parts of at most so many letters, if its words are no longer, all
// but the first indented.
func fold(line string, most int) []string {
	if most <= 0 {
		return []string{line}
	}
	var parts []string
	part, separator := "", ""
	for _, word := range strings.Fields(line) {
		if separator != "" && utf8.RuneCountInString(part+separator+word) > most {
			parts = append(parts, part)
			part, separator = " ", " "
		}
		part += separator + word
		separator = " "
	}
	return append(parts, part)
}
