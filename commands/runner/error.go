package runner

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"vagganet/netcmd/plan"
)

// StepError is a step that failed.
type StepError struct {
	Step plan.Step
	// Number is the step's place in a plan of Of steps, counted from 1.
	Number, Of int
	// Undoing reports whether the plan was one that takes back another.
	Undoing bool
	// Argv are the words as they were run, with those in whose place a thread has gone
	// to the step's; nil for a step that makes files.
	Argv []string
	// Code is the exit code; -1 if the command didn't start or a signal ended
	// it.
	Code int
	// Stderr is what the command said.
	Stderr string
	// Err is how it failed.
	Err error
}

// Error returns which step failed, where, and how; its command line and what it
// said follow, indented.
func (e *StepError) Error() string {
	var b strings.Builder
	doing := "step"
	if e.Undoing {
		doing = "undoing: step"
	}
	fmt.Fprintf(&b, "%s %d of %d (%s) failed in %s: %v", doing, e.Number, e.Of, e.Step.About, e.Step.Place.Name, e.Err)
	if e.Argv != nil {
		quoted := plan.Step{Env: e.Step.Env, OnlyEnv: e.Step.OnlyEnv, Argv: e.Argv, Capture: e.Step.Capture}
		fmt.Fprintf(&b, "\n  %s", strings.TrimRight(plan.Line(quoted), "\n"))
	}
	if line := e.InputLine(); line != "" {
		fmt.Fprintf(&b, "\n  in the line: %s", line)
	}
	for line := range strings.Lines(e.Stderr) {
		fmt.Fprintf(&b, "\n  %s", strings.TrimRight(line, "\n"))
	}
	return b.String()
}

func (e *StepError) Unwrap() error { return e.Err }

var failedLine = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`Command failed -:(\d+)|line (\d+)`)
})

// InputLine is the line of the step's input that failed, as far as the tool
// says: ip in a batch, and iptables-restore, give its number.
func (e *StepError) InputLine() string {
	m := failedLine().FindStringSubmatch(e.Stderr)
	if m == nil || e.Step.Stdin == "" {
		return ""
	}
	n, err := strconv.Atoi(m[1] + m[2])
	input := strings.Split(e.Step.Stdin, "\n")
	if err != nil || n < 1 || n > len(input) {
		return ""
	}
	return plan.Expand(input[n-1], func(name string) string {
		if env, ok := plan.EnvName(name); ok {
			name = env
		}
		return "$" + name
	})
}
