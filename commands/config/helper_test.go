package config

import (
	"errors"
	"strings"
	"testing"
)

// variables is the environment that files are read in.
func variables(name string) (string, bool) {
	value, set := map[string]string{"A": "a", "EMPTY": "", "IP": "172.18.0.7", "DIR": "/data", "BRACES": "${A}"}[name]
	return value, set
}

// mustParse parses text as proj/vagga.yaml.
func mustParse(t *testing.T, text string) *File {
	t.Helper()
	f, err := Parse("proj/vagga.yaml", []byte(text), variables)
	if err != nil {
		t.Fatalf("%v\nin:\n%s", err, text)
	}
	wantValid(t, text)
	return f
}

// wrong is a file that does not parse, and what is said about it.
type wrong struct {
	name, text string
	want       string // "line: message"
	hint       string
}

func checkWrong(t *testing.T, tests []wrong) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("vagga.yaml", []byte(tt.text), variables)
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("got %v, want an *Error\nin:\n%s", err, tt.text)
			}
			if got := strings.TrimPrefix(e.Error(), "vagga.yaml:"); got != tt.want {
				t.Errorf("got  %s\nwant %s\nin:\n%s", got, tt.want, tt.text)
			}
			if e.Hint != tt.hint {
				t.Errorf("hint %q, want %q", e.Hint, tt.hint)
			}
		})
	}
}

// childWith is a file whose only child has these lines; they start at line 5.
func childWith(lines ...string) string {
	return "commands:\n  c: !Supervise\n    children:\n      a: !Command\n        " +
		strings.Join(lines, "\n        ") + "\n"
}

// containerWith is a file whose only container has these lines; they start at
// line 4.
func containerWith(lines ...string) string {
	return "commands: {c: !Command {}}\ncontainers:\n  t:\n    " + strings.Join(lines, "\n    ") + "\n"
}

func onlyChild(t *testing.T, lines ...string) *Child {
	t.Helper()
	return mustParse(t, childWith(lines...)).Commands["c"].Children[0]
}
