package links

import (
	"strings"
	"testing"
)

func TestRanges(t *testing.T) {
	for names, want := range map[string]string{
		"n1 n2 n3 n5 n6 x":     "n1–n3 n5 n6 x",
		"n8 n9 n10 n11":        "n8–n11",
		"n08 n09 n10":          "n08–n10",
		"n98 n99 n100":         "n98–n100",
		"n9 n010 n11":          "n9 n010 n11",
		"1 2 3":                "1–3",
		"a b c":                "a b c",
		"a1 a2 b3":             "a1 a2 b3",
		"db-1 db-2 db-3 web-4": "db-1–db-3 web-4",
		"":                     "",
	} {
		if got := strings.Join(Ranges(strings.Fields(names)), " "); got != want {
			t.Errorf("%s: %s, want %s", names, got, want)
		}
	}
}
