package terminal

import (
	"strings"
	"testing"
)

// A page fills the screen and never more, and says what is left out of it.
func TestPage(t *testing.T) {
	for _, c := range []struct {
		text   string
		height int
		want   string
	}{
		{"a\nb\n", 4, "a|b||end"},
		{"a\nb\nc\n", 4, "a|b|c|end"},
		{"a\nb\nc\nd\n", 4, "a|b|c|… 1 line more; end"},
		{"a\nb\nc\nd\ne\n", 4, "a|b|c|… 2 lines more; end"},
		{"a\n", 1, "… 1 line more; end"},
	} {
		got, home := strings.CutPrefix(page(c.text, "end", c.height), "\x1b[H")
		if lines := strings.ReplaceAll(got, "\x1b[K\r\n", "|"); !home || strings.TrimSuffix(lines, "\x1b[K") != c.want {
			t.Errorf("%q in %d lines: %q", c.text, c.height, got)
		}
	}
}
