package supervisor

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vagganet/commands/runner"
	"vagganet/netcmd"
)

// Only a slot that is taken has the next one tried. Any other failure is said, as
// it is, and at once.
func TestClaimTriesAnotherSlotOnlyWhereTaken(t *testing.T) {
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
		tools := netcmd.UsualTools()
		tools.IP, tools.Brctl = netcmd.Tool{fake}, nil
		run := &netcmd.Run{Name: "r", Gateway: netcmd.Gateway{Interface: "vagga", Network: netcmd.DefaultNetwork, Tools: tools}}
		err := claim(context.Background(), &runner.Runner{}, run)
		calls, _ := os.ReadFile(filepath.Join(dir, "calls"))
		if n := strings.Count(string(calls), "\n"); n != c.calls {
			t.Errorf("%q: %d slots were tried, not %d", c.says, n, c.calls)
		}
		var failed *runner.StepError
		wantError := c.says != "" && c.calls == 1
		if (err != nil) != wantError || wantError && (!errors.As(err, &failed) || !strings.Contains(failed.Stderr, c.says)) {
			t.Errorf("%q: %v", c.says, err)
		}
	}
}
