package config

import (
	"strings"
	"testing"
)

func TestCheckName(t *testing.T) {
	good := []string{"a", "7", "a.b_c-d~e@f+g", "z", "Z90", strings.Repeat("x", 63), "Bridge", "lo0"}
	for _, name := range good {
		if err := CheckName("guest", name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	const bad = " can't be used; " + nameRule
	for _, tt := range []struct{ kind, name, want string }{
		{"guest", "", "a guest has an empty name; " + nameRule},
		{"guest", strings.Repeat("x", 64), `guest name "` + strings.Repeat("x", 64) + `" is 64 bytes long; ` + nameRule},
		{"guest", "_x", `guest name "_x"` + bad},
		{"guest", "-x", `guest name "-x"` + bad},
		{"guest", ".x", `guest name ".x"` + bad},
		{"guest", "x\x00", `guest name "x\x00"` + bad},
		{"guest", "x=y", `guest name "x=y"` + bad},
		{"guest", "\xff", `guest name "\xff"` + bad},
		{"guest", "bridge", `guest name "bridge" is reserved for the network itself; use another one`},
		{"guest", "lo", `guest name "lo" is reserved for the network itself; use another one`},
		{"child", "children", `child name "children" is reserved for the network itself; use another one`},
		{"command", "_", `command name "_"` + bad},
		{"command", "_-x", `command name "_-x"` + bad},
		{"command", "--help", `command name "--help"` + bad},
		{"command", "__x", ""},
		{"command", "bridge", ""},
		{"hostname", "bridge", ""},
		{"hostname", "_x", `hostname name "_x"` + bad},
	} {
		got := ""
		if err := CheckName(tt.kind, tt.name); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s %q: got %q, want %q", tt.kind, tt.name, got, tt.want)
		}
	}
}

func TestNearest(t *testing.T) {
	names := []string{"children", "mode", "run", "runs"}
	for word, want := range map[string]string{"childern": "children", "CHILDREN": "children", "rum": "run", "rus": "run",
		"run-flaky": "", "mxyz": "", "modest": "mode", "m0d3st": "", "": "", "mdoe": "mode", strings.Repeat("children", 9): ""} {
		if got := Nearest(word, names); got != want {
			t.Errorf("nearest to %q is %q, want %q", word, got, want)
		}
	}
	if got := Nearest("x", []string{"a"}); got != "" {
		t.Errorf("nothing of x is in %q", got)
	}
	if got := suggest("x", "they are", nil); got != "" {
		t.Errorf("got %q", got)
	}
}
