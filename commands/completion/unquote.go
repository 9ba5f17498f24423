package completion

import "strings"

// Unquote returns a word without the quotes and backslashes that a shell takes away. The
// word may end within quotes. Nothing in it is expanded.
func Unquote(word string) string {
	var b strings.Builder
	quote := byte(0)
	for i := 0; i < len(word); i++ {
		c := word[i]
		switch {
		case c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case c == '\\' && quote != '\'' && i+1 < len(word) && (quote == 0 || strings.IndexByte("$`\"\\", word[i+1]) >= 0):
			i++
			b.WriteByte(word[i])
		case c == '\\' && quote == 0: // the last one, before what is yet to be typed
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
