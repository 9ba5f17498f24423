package completion

import "testing"

func TestUnquote(t *testing.T) {
	for word, want := range map[string]string{
		``:                ``,
		`plain`:           `plain`,
		`'a b'`:           `a b`,
		`"a b"c`:          `a bc`,
		`a\ b`:            `a b`,
		`'a\ b'`:          `a\ b`,
		`"a\"b"`:          `a"b`,
		`'a\$b'`:          `a\$b`,
		`"a\b"`:           `a\b`,
		`"it's`:           `it's`,
		`'"$(x)`:          `"$(x)`,
		`$(touch x)`:      `$(touch x)`,
		"`touch x`":       "`touch x`",
		`--only='two w`:   `--only=two w`,
		`not yet\`:        `not yet`,
		`'first'"second"`: `firstsecond`,
	} {
		if got := Unquote(word); got != want {
			t.Errorf("%s became %s, want %s", word, got, want)
		}
	}
}
