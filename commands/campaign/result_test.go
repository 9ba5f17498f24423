package campaign

import (
	"strings"
	"testing"
	"time"

	"vagganet/commands/report"
)

func TestJudge(t *testing.T) {
	code := func(n int) *int { return &n }
	killed := []report.ChildEnded{{Name: "a", Code: code(137)}}
	due := 1.0
	missed := []report.Amiss{{What: "kill a", Due: 2, Times: 1}}
	sum := func(n int) *report.Summary { return &report.Summary{Code: n} }
	for name, c := range map[string]struct {
		ended
		want string
	}{
		"well":                                 {ended: endedBy(code(0), sum(0)), want: "passed: "},
		"badly":                                {ended{code: code(3), summary: sum(3), messages: []string{"x", "a ended with exit code 3, stopping the others", "y"}}, "failed: a ended with exit code 3"},
		"by a signal":                          {endedBy(code(139), sum(139)), "failed: exit code 139"},
		"hangs":                                {ended{code: code(143), timeout: time.Second, summary: sum(143)}, "timeout: it had not ended after 1s, and was stopped"},
		"a fault never came":                   {endedBy(code(125), &report.Summary{Code: 125, Missed: missed, Latest: 1.5}), "inconclusive: kill a never began, due at 2s; the latest was 1.5s late"},
		"never, and it failed":                 {endedBy(code(1), &report.Summary{Code: 1, Missed: missed}), "inconclusive: kill a never began, due at 2s"},
		"late":                                 {endedBy(code(125), &report.Summary{Code: 125, Late: []report.Amiss{{What: "x", Due: 1, Times: 3}}, Latest: 1}), "inconclusive: x began late, due at 1s, 3 times; the latest was 1.0s late"},
		"a fault failed":                       {endedBy(code(125), &report.Summary{Code: 125, Failed: missed}), "inconclusive: kill a failed, due at 2s"},
		"it failed and a fault did":            {endedBy(code(1), &report.Summary{Code: 1, Failed: missed}), "failed: exit code 1"},
		"no gateway":                           {ended{code: code(125), messages: []string{"there is no gateway", "and more"}}, "error: there is no gateway"},
		"vagganet itself":                      {endedBy(code(125), sum(125)), "error: exit code 125"},
		"no command":                           {endedBy(code(127), sum(127)), "error: exit code 127"},
		"killed from outside":                  {ended{}, "error: it ended without a summary"},
		"killed, without memory":               {ended{outOfMemory: true}, "out-of-memory: no memory was left, and the kernel killed a process"},
		"its child, without memory":            {ended{code: code(1), outOfMemory: true, summary: &report.Summary{Code: 1, Children: killed}}, "out-of-memory: no memory was left, and the kernel killed a process"},
		"well, while others had none":          {ended{code: code(0), outOfMemory: true, summary: &report.Summary{Children: killed}}, "passed: "},
		"badly, while others had none":         {ended{code: code(1), outOfMemory: true, summary: sum(1)}, "failed: exit code 1"},
		"no space":                             {ended{code: code(125), diskFull: true, summary: sum(125)}, "disk-full: no space was left to write to"},
		"no space, and well":                   {ended{code: code(0), diskFull: true, summary: sum(0)}, "passed: "},
		"hangs, without a summary":             {ended{timeout: time.Second}, "timeout: it had not ended after 1s, and was stopped"},
		"hangs, without memory":                {ended{timeout: time.Second, outOfMemory: true}, "out-of-memory: no memory was left, and the kernel killed a process"},
		"hangs, and a fault never came":        {ended{code: code(143), timeout: time.Second, summary: &report.Summary{Code: 143, Missed: missed}}, "inconclusive: kill a never began, due at 2s"},
		"no fault was due":                     {endedBy(code(0), &report.Summary{Pending: missed}), "inconclusive: it ended before any fault of its timeline was due"},
		"the last was not due":                 {endedBy(code(0), &report.Summary{Pending: missed, Faults: []report.Fault{{What: "x", Due: &due}}}), "passed: "},
		"failed before any was due":            {endedBy(code(1), &report.Summary{Code: 1, Pending: missed}), "failed: exit code 1"},
		"killed by plan, others had no memory": {ended{code: code(1), outOfMemory: true, summary: &report.Summary{Code: 1, Children: killed, Faults: []report.Fault{{What: "kill a"}}}}, "failed: exit code 1"},
		"no space for a summary":               {ended{code: code(125), diskFull: true}, "disk-full: no space was left to write to"},
	} {
		verdict, why := c.judge()
		if got := string(verdict) + ": " + why; got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func endedBy(code *int, s *report.Summary) ended { return ended{code: code, summary: s} }

// The number of runs rises while they are in time, falls when one is not, and comes to rest
// below what was too many.
func TestJobs(t *testing.T) {
	const carries = 11
	j := newJobs(2, true)
	highest := 0
	for range 2000 {
		highest = max(highest, j.now)
		j.ended(j.epoch, j.now > carries)
	}
	if j.now > carries+1 || j.now < carries*3/4 || highest <= carries {
		t.Errorf("%d at once in the end, and at most %d", j.now, highest)
	}
	before := j.now
	if j.ended(j.epoch-1, true) || j.now != before {
		t.Error("a run counts that was started with another number")
	}
	j = newJobs(1, true)
	if j.ended(0, true); j.now != 1 {
		t.Errorf("%d at once", j.now)
	}
	j = newJobs(3, false)
	for range 100 {
		j.ended(0, false)
	}
	if j.ended(0, true) || j.now != 3 {
		t.Error("a number that was asked for changes")
	}
}

func TestKindsAndNodes(t *testing.T) {
	nodes := []string{"a", "b", "c"}
	for _, c := range []struct{ what, whom, kind, nodes string }{
		{"isolate b", "", "isolate", "b"},
		{"isolate @any --seed 7", "c | a b", "isolate @any", "c"},
		{"kill @leader", "a", "kill @leader", "a"},
		{"kill b c", "", "kill", "b c"},
		{"random-halves --seed 3", "a b | c", "random-halves", "a b"},
		{"disjoint a -- b c", "", "disjoint", "a"},
		{"shape a:b loss 5%", "", "shape loss 5%", "a"},
		{"cut a:b c:b", "", "cut", "a c"},
		{"majorities-ring", "", "majorities-ring", "a b c"},
		{"partition isolate a", "", "isolate", "a"},
		{"exec a: compact", "", "exec", "a"},
	} {
		kind := kindOf(c.what, nodes)
		hit := strings.Join(nodesOf(report.Fault{What: c.what, Whom: c.whom}, nodes), " ")
		if kind != c.kind || hit != c.nodes {
			t.Errorf("%s: %s of %s", c.what, kind, hit)
		}
	}
}
