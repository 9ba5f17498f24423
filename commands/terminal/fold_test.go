package terminal

import (
	"strings"
	"testing"
)

func TestFold(t *testing.T) {
	for _, c := range []struct {
		line, indent string
		most         int
		want         string
	}{
		{"ring: n1 n2 n3", "  ", 14, "ring: n1 n2 n3"},
		{"ring: n1 n2 n3", "  ", 13, "ring: n1 n2|  n3"},
		{"ring: n1 n2 n3", "", 13, "ring: n1 n2|n3"},
		{"n1–n9 → n10: cut", "  ", 8, "n1–n9 →|  n10:|  cut"},
		{"all: of-one-word", "  ", 5, "all:|  of-one-word"},
		{"", "  ", 5, ""},
	} {
		if got := strings.Join(Fold(strings.Fields(c.line), c.most, c.indent), "|"); got != c.want {
			t.Errorf("%q in %d: %q", c.line, c.most, got)
		}
	}
}
