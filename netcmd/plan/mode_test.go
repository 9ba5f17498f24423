package plan

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A modeChild ends with its code when its condition holds, which is a command.
type modeChild struct {
	when string
	code int
}

// What children wait for; said is written by those that end, and exit by the
// script when one has ended.
const (
	now         = "true"
	never       = `! [ -d "$PWD" ]` // as long as the test lasts
	oneHasSaid  = "[ -s said ]"
	oneHasEnded = "[ -s exit ]"
	twoHave     = `[ "$(wc -l <exit)" -eq 2 ]`
)

// TestModes runs printed scripts, whose children end one after another.
func TestModes(t *testing.T) {
	for _, test := range []struct {
		name     string
		mode     Mode
		children []modeChild
		code     int
		said     string // by those that lasted until the end
	}{
		{"the first, even well", StopOnFailure, []modeChild{{now, 0}, {never, 5}}, 0, "a"},
		{"the first", StopOnFailure, []modeChild{{never, 0}, {now, 5}}, 5, "b"},
		{"all well", WaitAllSuccessful, []modeChild{{now, 0}, {oneHasSaid, 0}}, 0, "ab"},
		{"the first failure", WaitAllSuccessful, []modeChild{{now, 0}, {oneHasSaid, 7}, {never, 0}}, 7, "ab"},
		{"the first failure of all", WaitAll, []modeChild{{oneHasEnded, 3}, {now, 4}, {twoHave, 0}}, 4, "bac"},
		{"no failure", WaitAll, []modeChild{{oneHasSaid, 0}, {now, 0}}, 0, "ba"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cmd := startScript(t, test.mode, test.children)
			if err := cmd.Wait(); cmd.ProcessState == nil {
				t.Fatal(err)
			}
			if code, said := cmd.ProcessState.ExitCode(), read(t, cmd.Dir); code != test.code || said != test.said {
				t.Errorf("code %d and %q, not %d and %q", code, said, test.code, test.said)
			}
		})
	}
}

// TestRestart sees a child start again, a second after it has ended.
func TestRestart(t *testing.T) {
	t.Parallel()
	start := time.Now()
	cmd := startScript(t, Restart, []modeChild{{now, 3}})
	for limit := start.Add(2 * time.Minute); ; time.Sleep(50 * time.Millisecond) {
		text, _ := os.ReadFile(cmd.Dir + "/said")
		if took := time.Since(start); len(text) >= 3 && took < 2*time.Second {
			t.Fatalf("%q after %v", text, took)
		} else if len(text) >= 3 {
			break
		}
		if time.Now().After(limit) {
			t.Fatalf("%q", text)
		}
	}
	syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	cmd.Wait()
}

// startScript starts the script of some children, in a folder of its own, and sees
// to it that none of its processes is left over: the shell is no init here.
func startScript(t *testing.T, mode Mode, children []modeChild) *exec.Cmd {
	cmd := exec.Command("sh", "script")
	cmd.Dir = t.TempDir()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var p Plan
	for i, child := range children {
		name := string(rune('a' + i))
		p = append(p, Step{Argv: []string{"sh", "-c", "until " + child.when + `; do sleep 0.05; done; printf %s "$1" >>said; exit "$2"`, "sh", name, strconv.Itoa(child.code)},
			Child: &Child{Name: name, ExitFile: cmd.Dir + "/exit", Mode: mode}})
	}
	var b strings.Builder
	if err := Script(&b, "test", p); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(cmd.Dir, "script"), []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	return cmd
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
