package plan

import (
	"slices"
	"strings"
	"testing"
)

func TestWordsOfStep(t *testing.T) {
	s := Step{Place: Place{Enter: make([]string, 1, 8)}, Argv: []string{"b"}}
	s.Place.Enter[0] = "a"
	got := s.Words()
	if !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("got %q", got)
	}
	// Places are shared between steps, so their words must not be.
	got[0] = "changed"
	if s.Place.Enter[0] != "a" || s.Place.Enter[:2][1] != "" {
		t.Error("the place was changed")
	}
}

func TestUndo(t *testing.T) {
	step := func(name string, undo ...string) Step {
		s := Step{About: name}
		for _, u := range undo {
			s.Undo = append(s.Undo, Step{About: u})
		}
		return s
	}
	var got []string
	for _, s := range (Plan{step("a", "a1", "a2"), step("b"), step("c", "c1")}).Undo() {
		got = append(got, s.About)
	}
	if strings.Join(got, " ") != "c1 a1 a2" {
		t.Errorf("got %v", got)
	}
}

func TestExpand(t *testing.T) {
	value := func(name string) string { return "<" + name + ">" }
	for text, want := range map[string]string{
		"":                               "",
		"$a":                             "$a",
		Var("a"):                         "<a>",
		Var("a") + Var("b"):              "<a><b>",
		"/proc/" + Var("a") + "/ns $b\n": "/proc/<a>/ns $b\n",
	} {
		if got := Expand(text, value); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
	// A value is not looked into.
	if got := Expand(Var("a"), func(string) string { return Var("a") }); got != Var("a") {
		t.Errorf("got %q", got)
	}
}
