package terminal

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Clean writes out what a terminal would obey or hide. Lines and tabs stay.
func Clean(text string) string {
	return clean(text, func(r rune, raw string) string {
		if r == utf8.RuneError {
			return fmt.Sprintf(`\x%02x`, raw[0])
		}
		return strings.Trim(strconv.QuoteRune(r), "'")
	})
}

// CleanLine is Clean for a text that has to stay in its line, such as a name.
func CleanLine(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(Clean(text), "\n", `\n`), "\t", `\t`)
}

// CleanJSON is Clean for JSON, which has its own way to write characters.
func CleanJSON(text string) string {
	return clean(text, func(r rune, _ string) string {
		if high, low := utf16.EncodeRune(r); low != utf8.RuneError {
			return fmt.Sprintf(`\u%04x\u%04x`, high, low)
		}
		return fmt.Sprintf(`\u%04x`, r)
	})
}

// clean replaces what can't be shown. Raw is how it is written; a byte that is
// no character comes as utf8.RuneError.
func clean(text string, replace func(r rune, raw string) string) string {
	shown := func(r rune, size int) bool {
		return r == '\n' || r == '\t' || strconv.IsPrint(r) && (r != utf8.RuneError || size > 1)
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		if shown(r, size) {
			b.WriteString(text[i : i+size])
		} else {
			b.WriteString(replace(r, text[i:i+size]))
		}
		i += size
	}
	return b.String()
}
