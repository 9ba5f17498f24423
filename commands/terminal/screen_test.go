package terminal

import (
	"slices"
	"strings"
	"testing"
)

// A page fills the screen and never more, with the first text that there is room for, and
// says what is left out of it.
func TestPage(t *testing.T) {
	for _, c := range []struct {
		texts  []string
		height int
		want   string
	}{
		{[]string{"a\nb\n"}, 4, "a|b||end"},
		{[]string{"a\nb\nc\n"}, 4, "a|b|c|end"},
		{[]string{"a\nb\nc\nd\n"}, 4, "a|b|c|… 1 line more; end"},
		{[]string{"a\nb\nc\nd\ne\n"}, 4, "a|b|c|… 2 lines more; end"},
		{[]string{"a\n"}, 1, "… 1 line more; end"},
		{[]string{"a\nb\nc\nd\n", "ab\ncd\n", "abcd\n"}, 3, "ab|cd|end"},
		{[]string{"a\nb\nc\nd\n", "ab\ncd\n", "abcd\n"}, 5, "a|b|c|d|end"},
		{[]string{"a\nb\nc\nd\n", "ab\ncd\n"}, 2, "ab|… 1 line more; end"},
	} {
		got, home := strings.CutPrefix(page("end", c.height, slices.Values(c.texts)), "\x1b[H")
		if lines := strings.ReplaceAll(got, "\x1b[K\r\n", "|"); !home || strings.TrimSuffix(lines, "\x1b[K") != c.want {
			t.Errorf("%q in %d lines: %q", c.texts, c.height, got)
		}
	}
}
