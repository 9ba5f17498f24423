package plan

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"
)

// What outlives the processes of a script is taken back at its end, the last
// thing first, and the exit code stays the child's.
func TestScriptTakesBack(t *testing.T) {
	dir := t.TempDir()
	say := func(text string) Step { return Step{Argv: []string{"echo", text}} }
	one, two := say("one"), say("two")
	one.Undo, two.Undo = []Step{{Argv: []string{"cat"}, Stdin: "it's undone: one\n"}}, []Step{say("undone: two")}
	child := Step{Argv: []string{"sh", "-c", "exit 7"}, Child: &Child{Name: "a", ExitFile: dir + "/exit"}}
	var script bytes.Buffer
	if err := Script(&script, "", Plan{{Argv: []string{"env"}, Inside: &Inside{Plan: Plan{one, two, say("three"), child}}}}); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-e")
	cmd.Stdin = strings.NewReader(script.String())
	out, _ := cmd.CombinedOutput()
	if got := strings.Join(strings.Fields(string(out)), " "); got != "one two three undone: two it's undone: one" || cmd.ProcessState.ExitCode() != 7 {
		t.Errorf("exit code %d, output %q of\n%s", cmd.ProcessState.ExitCode(), out, script.String())
	}
	// Where a step fails before the children are started, too.
	script.Reset()
	if err := Script(&script, "", Plan{{Argv: []string{"env"}, Inside: &Inside{Plan: Plan{one, {Argv: []string{"false"}}, two, child}}}}); err != nil {
		t.Fatal(err)
	}
	cmd = exec.Command("sh", "-e")
	cmd.Stdin = strings.NewReader(script.String())
	out, err := cmd.CombinedOutput()
	if got := strings.Join(strings.Fields(string(out)), " "); got != "one it's undone: one" || err == nil {
		t.Errorf("%v, output %q of\n%s", err, out, script.String())
	}
}
