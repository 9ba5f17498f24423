package plan

import (
	"bytes"
	"os/exec"
	"testing"
)

func together(group, script, input string) Step {
	return Step{Argv: []string{"sh", "-c", script}, Stdin: input, Together: group}
}

func TestGroups(t *testing.T) {
	p := Plan{together("", "1", ""), together("", "2", ""), together("x", "3", ""), together("x", "4", ""), together("y", "5", ""), together("", "6", "")}
	p = append(p, InAnyOrder("x", Plan{together("", "7", ""), together("", "8", "")}, Plan{together("", "9", "")})...)
	p = append(p, InAnyOrder("y", p[:1])...)
	var sizes []int
	for _, g := range p.Groups() {
		sizes = append(sizes, len(g))
	}
	want := []int{1, 1, 2, 1, 1, 3, 1}
	if len(sizes) != len(want) {
		t.Fatalf("%v, want %v", sizes, want)
	}
	for i := range want {
		if sizes[i] != want[i] {
			t.Fatalf("%v, want %v", sizes, want)
		}
	}
}

// In a script, too, the steps of a group run at the same time: each of these
// waits for the other one. All have ended before the next step begins.
func TestTogetherScript(t *testing.T) {
	dir := t.TempDir()
	sh(t, "mkfifo "+dir+"/fifo")
	p := Plan{
		together("x", "read word; echo $word >"+dir+"/fifo; sleep 0.2; echo one >>"+dir+"/log", "hello\n"),
		together("x", "read word; read heard <"+dir+"/fifo; echo $word $heard >>"+dir+"/log", "other\n"),
		{Argv: []string{"cat", dir + "/log"}},
	}
	if got, want := run(t, p, 0), "other hello\none\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A step that fails ends the script with its code, though others of the group
// do well, and are not cut short.
func TestTogetherScriptFails(t *testing.T) {
	file := t.TempDir() + "/done"
	p := Plan{
		together("x", "cat; exit 7", "said\n"),
		together("x", "exec >/dev/null 2>&1; sleep 0.2; cat >"+file, "well\n"),
		{Argv: []string{"echo", "not reached"}},
	}
	if got, want := run(t, p, 7), "said\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := sh(t, "cat "+file); got != "well\n" {
		t.Errorf("the other one did %q", got)
	}
}

// In a script, steps that may come in any order come one after another.
func TestAnyOrderScript(t *testing.T) {
	p := InAnyOrder("x", Plan{{Argv: []string{"echo", "one"}}, {Argv: []string{"cat"}, Stdin: "two\n"}})
	if got, want := run(t, append(p, Step{Argv: []string{"echo", "three"}}), 0), "one\ntwo\nthree\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := Line(p[1]), "cat <<'END'\ntwo\nEND\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func run(t *testing.T, p Plan, code int) string {
	t.Helper()
	var script bytes.Buffer
	if err := Script(&script, "test", p); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("timeout", "10", "sh", "-e")
	cmd.Stdin = bytes.NewReader(script.Bytes())
	out, _ := cmd.Output()
	if got := cmd.ProcessState.ExitCode(); got != code {
		t.Errorf("exit code %d, want %d\n%s", got, code, script.Bytes())
	}
	return string(out)
}
