package e2e

import (
	"regexp"
	"strings"

	"al.essio.dev/pkg/shellescape"
	"github.com/rogpeppe/go-internal/testscript"
)

// fails create|destroy|…: each step of the program fails once.
func cmdFails(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: fails create|destroy|run OPTION…|partition")
	}
	if args[0] == "partition" {
		newParted(ts).fails()
		return
	}
	k := newStriking(ts)
	switch args[0] {
	case "create":
		k.createFails()
	case "run":
		k.runFails(args[1:]...)
	case "destroy":
		k.destroyFails()
	}
}

// wantFailure looks whether the program tells of each step that failed: the step
// and its place, its command line, its exit code and its words.
func (k *striking) wantFailure(code int, r result, steps ...int) {
	if r.code != code {
		k.fatalf("exit code %d, not %d: %s", r.code, code, r.errors)
	}
	told := strings.Split("\n"+r.errors, "\nvagganet: ")[1:]
	if len(told) != len(steps) {
		k.fatalf("%d errors, not %d: %s", len(told), len(steps), r.errors)
	}
	for i, n := range steps {
		line := shellescape.QuoteCommand(r.calls[n-1].Argv)
		first := "step "
		if i > 0 {
			first = "undoing: step "
		}
		if !strings.HasPrefix(told[i], first) || !failedStep.MatchString(told[i]) ||
			!strings.Contains(told[i], line) || !strings.Contains(told[i], "\n  "+refusal) {
			k.fatalf("the error is not that of %s:\n%s", line, told[i])
		}
	}
}

var failedStep = regexp.MustCompile(`step \d+ of \d+ \(.+\) failed in .+: exit status 1\n`)
