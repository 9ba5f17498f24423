package plan

import (
	"os/exec"
	"strings"
	"testing"
)

// In a script, too, a variable of the environment doesn't stand in for what is
// captured, and one that is meant is there.
func TestScriptEnvironment(t *testing.T) {
	p := Plan{
		{Argv: []string{"false"}, Capture: "rules", MayFail: true},
		{Argv: []string{"echo", "rules=" + Var("rules"), "outside=" + Env("OUTSIDE")}},
	}
	var script strings.Builder
	if err := Script(&script, "", p); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-e")
	cmd.Env = []string{"PATH=/usr/bin:/bin", "rules=foreign", "OUTSIDE=there"}
	cmd.Stdin = strings.NewReader(script.String())
	out, err := cmd.CombinedOutput()
	if err != nil || string(out) != "rules= outside=there\n" {
		t.Errorf("%v: %s of\n%s", err, out, script.String())
	}
}
