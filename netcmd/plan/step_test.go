package plan

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzStep has a real shell read the line of a step with everything that a step
// may have of a user's, by itself and in the script inside of a run: the tool
// gets the same words, environment and input as from the runner.
func FuzzStep(f *testing.F) {
	for i, w := range oddWords {
		f.Add(w, oddWords[len(oddWords)-1-i], oddInputs[i%len(oddInputs)], i%2 == 0)
	}
	f.Add("RUN", "END", "RUN\nEND\nRUN_\n", true)
	f.Fuzz(func(t *testing.T, word, value, input string, onlyEnv bool) {
		if strings.Contains(word+value+input, mark) || len(word+value+input) > 1<<14 ||
			input == "" || !utf8.ValidString(word+value+input) {
			t.Skip("no step could have that, or dash reads it otherwise (see FuzzHereDocument)")
		}
		s := Step{
			Place: Place{Enter: []string{"env", "A=" + word}},
			Env:   []string{"V=" + value}, OnlyEnv: onlyEnv,
			Argv:  []string{"sh", "-c", `printf '%s\0' "$A" "$V" "$@"; cat`, "sh", word, "", word + value},
			Stdin: input,
		}
		want := strings.Join([]string{word, value, word, "", word + value, withEnd(input)}, "\x00")
		if got := sh(t, Line(s)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if got := sh(t, Line(Step{Argv: []string{"env"}, Inside: &Inside{Plan: Plan{s}}})); got != want {
			t.Errorf("inside: got %q, want %q", got, want)
		}
	})
}

// TestFirstWord has commands whose names would be something else to a shell.
func TestFirstWord(t *testing.T) {
	dir := t.TempDir()
	names := append(slices.Clone(syntax), "A=b", "a+=b", "1=2", "=", "!", "{", "}", "[[", "~", "#x", "a b", "é")
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\nprintf '%s\\0' \"${0##*/}\" \"$@\"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		argv := []string{name, "x", "y=z"}
		for _, s := range []Step{{Argv: argv}, {Argv: argv, Env: []string{"V=1"}}, {Argv: argv, Env: []string{"PATH=" + Var("PATH")}, OnlyEnv: true}} {
			if s.OnlyEnv && strings.ContainsAny(name, "=-") {
				continue // env would take it for a variable, or an option
			}
			if got := sh(t, Line(s), "PATH="+dir+":"+os.Getenv("PATH")); got != strings.Join(argv, "\x00")+"\x00" {
				t.Errorf("%q: got %q", Line(s), got)
			}
		}
	}
}
