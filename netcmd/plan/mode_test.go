package plan

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestModes runs printed scripts: each child waits a while, and then ends
// with its code. The shell is no init here, so those that are left over end by
// themselves.
func TestModes(t *testing.T) {
	for _, test := range []struct {
		name     string
		mode     Mode
		children []string // seconds and exit codes
		code     int
		said     string // by those that lasted until the end
	}{
		{"the first, even well", StopOnFailure, []string{"0.2 0", "0.6 5"}, 0, "a"},
		{"the first", StopOnFailure, []string{"0.6 0", "0.2 5"}, 5, "b"},
		{"all well", WaitAllSuccessful, []string{"0 0", "0.4 0"}, 0, "ab"},
		{"the first failure", WaitAllSuccessful, []string{"0 0", "0.2 7", "0.8 0"}, 7, "ab"},
		{"the first failure of all", WaitAll, []string{"0.3 3", "0.1 4", "0.5 0"}, 4, "bac"},
		{"no failure", WaitAll, []string{"0.3 0", "0.1 0"}, 0, "ba"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			code, said := runScript(t, test.mode, test.children)
			if code != test.code || said != test.said {
				t.Errorf("code %d and %q, not %d and %q", code, said, test.code, test.said)
			}
		})
	}
}

func TestRestart(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	script := childScript(t, dir, Restart, []string{"0 3"})
	// Inside of timeout's own group, what is left over goes too.
	exec.Command("timeout", "-s", "KILL", "2.5", "sh", script).Run()
	if said := read(t, dir); said != "aaa" {
		t.Errorf("%q", said)
	}
}

func runScript(t *testing.T, mode Mode, children []string) (int, string) {
	dir := tempDir(t)
	cmd := exec.Command("sh", childScript(t, dir, mode, children))
	// Its output goes nowhere, not into a pipe that those left over hold.
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), read(t, dir)
}

func childScript(t *testing.T, dir string, mode Mode, children []string) string {
	var p Plan
	for i, child := range children {
		name := string(rune('a' + i))
		seconds, code, _ := strings.Cut(child, " ")
		p = append(p, Step{Argv: []string{"sh", "-c", `sleep "$1"; printf %s "$2" >>` + dir + `/said; exit "$3"`, "sh", seconds, name, code},
			Child: name, ExitFile: dir + "/exit", Mode: mode})
	}
	var b strings.Builder
	if err := Script(&b, "test", p); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "script")
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// tempDir is left to those that are left over until they have ended.
func tempDir(t *testing.T) string {
	dir := t.TempDir()
	t.Cleanup(func() { time.Sleep(time.Second) })
	return dir
}

func read(t *testing.T, dir string) string {
	text, err := os.ReadFile(dir + "/said")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestOnlyEnv runs a step's line in an environment of its own.
func TestOnlyEnv(t *testing.T) {
	s := Step{Env: []string{"PATH=" + Var("PATH"), "A=it's $HOME", "B=2\n3", "odd name;=4"}, OnlyEnv: true, Argv: []string{"env"}}
	out, err := exec.Command("sh", "-c", Line(s)).Output()
	if want := "PATH=" + os.Getenv("PATH") + "\nA=it's $HOME\nB=2\n3\nodd name;=4\n"; err != nil || string(out) != want {
		t.Errorf("%v: %q, not %q", err, out, want)
	}
}
