package plan

import (
	"bytes"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// sh runs a script, with variables, and returns its standard output.
func sh(t *testing.T, script string, env ...string) string {
	t.Helper()
	cmd := exec.Command("sh", "-e", "-c", script)
	cmd.Env = append(os.Environ(), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Fatalf("%q: %v: %s", script, err, stderr.Bytes())
	}
	return string(out)
}

// words are what a real shell makes of a line.
func words(t *testing.T, argv []string, env ...string) []string {
	t.Helper()
	out := sh(t, Line(Step{Argv: append([]string{"printf", `%s\0`}, argv...)}), env...)
	return strings.Split(strings.TrimSuffix(out, "\x00"), "\x00")
}

var oddWords = []string{
	"", " ", "a b", "'", `"`, `\`, `\\`, "$HOME", "`id`", "$(id)", "*", "?", "[a]", "~", "~root", "#", "!", "&", ";", "|",
	"<", ">", "(", ")", "{", "}", "=", "a=b", "-n", "--", "\n", "\t", "\r\n", "a\nEND\nb", "é", "\xff\x81\x88", "\x01\x7f", "it's \"so\" $x",
}

func TestWords(t *testing.T) {
	if got := words(t, oddWords); !slices.Equal(got, oddWords) {
		t.Errorf("got  %q\nwant %q", got, oddWords)
	}
}

func FuzzWords(f *testing.F) {
	for _, w := range oddWords {
		f.Add(w)
	}
	f.Fuzz(func(t *testing.T, word string) {
		argv := []string{word, "", word + "'" + word}
		if strings.Contains(word, mark) || len(word) > 1<<15 {
			t.Skip("no argument of a process")
		}
		if got := words(t, argv); !slices.Equal(got, argv) {
			t.Errorf("got %q, want %q", got, argv)
		}
	})
}

// A reference in a word is the variable's value as one word, whatever stands
// beside it and whatever it is.
func TestReferences(t *testing.T) {
	for _, value := range oddWords {
		env := []string{"holder=" + value, "holder2=wrong"}
		argv := []string{Var("holder"), "/proc/" + Var("holder") + "/ns", Var("holder") + "2", "'" + Var("holder") + Var("holder") + `"$\` + "`x`\n"}
		var want []string
		for _, w := range argv {
			want = append(want, Expand(w, func(string) string { return value }))
		}
		if got := words(t, argv, env...); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", value, got, want)
		}
	}
}

var oddInputs = []string{
	"a\n", "END\n", "a\nEND\nEND_\n", "$HOME `id` $(id) \\ \\\n'\"\n", "\n\n", "  END\n\tEND\nENDE\n", "END", "no end",
	"\\", "é\xff\n", "<<END\nEND\n",
}

// withEnd is a text as a here-document has it: the last line has an end.
func withEnd(text string) string { return strings.TrimSuffix(text, "\n") + "\n" }

func TestHereDocuments(t *testing.T) {
	for _, text := range oddInputs {
		if got := sh(t, Line(Step{Argv: []string{"cat"}, Stdin: text})); got != withEnd(text) {
			t.Errorf("%q came as %q", text, got)
		}
		with := Var("v") + text + Var("v") + "2\n"
		want := strings.ReplaceAll(with, Var("v"), "$x\nEND\n")
		if got := sh(t, Line(Step{Argv: []string{"cat"}, Stdin: with}), "v=$x\nEND\n"); got != want {
			t.Errorf("%q came as %q", with, got)
		}
	}
}

// A command whose output is captured has its input, too.
func TestCaptureWithInput(t *testing.T) {
	for _, text := range oddInputs {
		line := Line(Step{Argv: []string{"cat"}, Capture: "v", Stdin: text})
		if got, want := sh(t, line+`printf '%s\n' "$v"`), strings.TrimRight(text, "\n")+"\n"; got != want {
			t.Errorf("%q came as %q", text, got)
		}
	}
}

func FuzzHereDocument(f *testing.F) {
	for _, text := range oddInputs {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		// Of text that isn't UTF-8, dash drops a byte after what looks like the
		// beginning of the end word.
		if strings.Contains(text, mark) || text == "" || len(text) > 1<<15 || !utf8.ValidString(text) {
			t.Skip("no input that a step could have")
		}
		for _, text := range []string{text, Var("v") + text} {
			want := withEnd(strings.ReplaceAll(text, Var("v"), "value"))
			if got := sh(t, Line(Step{Argv: []string{"cat"}, Stdin: text}), "v=value"); got != want {
				t.Errorf("%q came as %q", text, got)
			}
		}
	})
}

// A line of the script inside that is RUN does not end it.
func TestInner(t *testing.T) {
	inner := Plan{
		{About: "first", Argv: []string{"printf", "%s\n", "RUN\nRUN_", "$x"}},
		{About: "second", Argv: []string{"cat"}, Stdin: "RUN\nEND\n" + Var("x") + "\n"},
	}
	got := sh(t, Line(Step{Place: Place{Enter: []string{"env", "x=y"}}, Inside: &Inside{Plan: inner}}), "x=z")
	if want := "RUN\nRUN_\n$x\nRUN\nEND\ny\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLine(t *testing.T) {
	at := Place{Name: "host", Enter: []string{"sudo", "-n"}}
	for want, s := range map[string]Step{
		"sudo -n rm 'a b'\n":                                          {Place: at, Argv: []string{"rm", "a b"}},
		"A='b c' E='' V=\"$x\" sudo -n id\n":                          {Place: at, Argv: []string{"id"}, Env: []string{"A=b c", "E=", "V=" + Var("x")}},
		"v=$(sudo -n id)\n":                                           {Place: at, Argv: []string{"id"}, Capture: "v"},
		"v=$(cat <<'END'\nx\nEND\n)\n":                                {Argv: []string{"cat"}, Capture: "v", Stdin: "x\n"},
		"id 2>/dev/null || true\n":                                    {Argv: []string{"id"}, MayFail: true},
		"rmdir x 2>/dev/null || true\n":                               {Argv: []string{"rmdir", "x"}, Gone: []string{"not empty"}},
		"cat <<'END' 2>/dev/null || true\nx\nEND\n":                   {Argv: []string{"cat"}, Stdin: "x\n", MayFail: true},
		"cat <<END\n$x\nEND\n":                                        {Argv: []string{"cat"}, Stdin: Var("x") + "\n"},
		"cat <<'END_'\nEND\nEND_\n":                                   {Argv: []string{"cat"}, Stdin: "END\n"},
		"dd \"of=/proc/$x/map\" \"${x}y\"\n":                          {Argv: []string{"dd", "of=/proc/" + Var("x") + "/map", Var("x") + "y"}},
		"sudo -n sh -e <<'RUN'\numask 022\ncat <<END\n$x\nEND\nRUN\n": {Place: at, Inside: &Inside{Plan: Plan{{Argv: []string{"cat"}, Stdin: Var("x") + "\n"}}}},
	} {
		if got := Line(s); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
}

// Steps in a row with one heading share it.
func TestScript(t *testing.T) {
	p := Plan{
		{About: "one", Argv: []string{"a"}}, {About: "one", Argv: []string{"b"}},
		{About: "two", Argv: []string{"c"}}, {Argv: []string{"d"}}, {About: "two", Argv: []string{"e"}},
	}
	var b strings.Builder
	if err := Script(&b, "title\nin two lines", p); err != nil {
		t.Fatal(err)
	}
	head, steps, _ := strings.Cut(b.String(), "/sbin\"\n")
	if !strings.HasPrefix(head, "#!/bin/sh\n# title\n# in two lines\n# shellcheck disable=SC2016\nset -e\n") {
		t.Errorf("got %s", head)
	}
	if want := "\n# one\na\nb\n\n# two\nc\nd\n\n# two\ne\n"; steps != want {
		t.Errorf("got %q, want %q", steps, want)
	}
}

// children is a script that starts children as a run's does; the first one that
// ends decides its exit code.
func children(t *testing.T, lines ...string) (int, string) {
	file := t.TempDir() + "/exit $file"
	var p Plan
	for _, line := range lines {
		p = append(p, Step{Child: &Child{Name: "c", ExitFile: file}, Argv: []string{"sh", "-c", line}})
	}
	var b strings.Builder
	if err := Script(&b, "children", p); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-e", "-c", b.String())
	out, _ := cmd.Output()
	return cmd.ProcessState.ExitCode(), string(out)
}

func TestChildrenByCode(t *testing.T) {
	for _, c := range []struct {
		lines []string
		code  int
	}{
		{[]string{"exit 7"}, 7},
		{[]string{"true"}, 0},
		{[]string{"sleep 1; exit 3", "exit 4"}, 4},
		{[]string{"sleep 1; exit 3", "kill -KILL $$"}, 137},
	} {
		if code, _ := children(t, c.lines...); code != c.code {
			t.Errorf("%q: exit code %d, want %d", c.lines, code, c.code)
		}
	}
	// A child must not eat the rest of the script, which is the shell's input.
	if _, out := children(t, "cat; echo read"); out != "read\n" {
		t.Errorf("got %q", out)
	}
}
