package runner

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vagganet/netcmd/plan"
)

// Only a number that is taken has the next one tried. Any other failure is said, as
// it is, and at once.
func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		says  string // what ip says the first time
		calls int
	}{
		{"RTNETLINK answers: File exists\nCommand failed -:1", 2},
		{"RTNETLINK answers: Operation not permitted\nCommand failed -:1", 1},
		{"RTNETLINK answers: File exists\nCommand failed -:2", 1}, // the address, which nobody else can have
		{"Cannot open network namespace \"/x\": No such file or directory\nCommand failed -:1", 1},
		{"", 1},
	} {
		dir := t.TempDir()
		fake := filepath.Join(dir, "ip")
		script := "#!/bin/sh\ncat >/dev/null\necho >>" + dir + "/calls\n[ -e " + dir + "/first ] && exit 0\n" +
			"touch " + dir + "/first\n[ -s " + dir + "/says ] || exit 0\ncat " + dir + "/says >&2\nexit 1\n"
		if err := errors.Join(os.WriteFile(fake, []byte(script), 0o755), os.WriteFile(filepath.Join(dir, "says"), []byte(c.says), 0o644)); err != nil {
			t.Fatal(err)
		}
		step := plan.Step{Argv: []string{fake}, Stdin: "link add\n", Numbers: &plan.Numbers{Name: "n", Count: 3, Taken: "File exists\nCommand failed -:1", None: "none is left"}}
		err := (&Runner{}).Run(context.Background(), plan.Plan{step})
		calls, _ := os.ReadFile(filepath.Join(dir, "calls"))
		if n := strings.Count(string(calls), "\n"); n != c.calls {
			t.Errorf("%q: %d numbers were tried, not %d", c.says, n, c.calls)
		}
		var failed *StepError
		wantError := c.says != "" && c.calls == 1
		if (err != nil) != wantError || wantError && (!errors.As(err, &failed) || !strings.Contains(failed.Stderr, c.says)) {
			t.Errorf("%q: %v", c.says, err)
		}
	}
}
