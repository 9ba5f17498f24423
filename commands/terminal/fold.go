package terminal

import "unicode/utf8"

// Fold joins words to lines of at most so many characters, the second and later ones with
// an indent. A word that is longer stays whole.
func Fold(words []string, most int, indent string) []string {
	var lines []string
	for i, word := range words {
		last := len(lines) - 1
		switch {
		case i == 0:
			lines = append(lines, word)
		case utf8.RuneCountInString(lines[last]+" "+word) <= most:
			lines[last] += " " + word
		default:
			lines = append(lines, indent+word)
		}
	}
	return lines
}
