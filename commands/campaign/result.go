package campaign

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"vagganet/commands/report"
	"vagganet/netcmd"
)

// Verdict is what came of a seed.
type Verdict string

// The verdicts. All but the first three end no campaign, and say that the system was not
// tested by that seed.
const (
	Passed       Verdict = "passed"
	Failed       Verdict = "failed"
	Timeout      Verdict = "timeout"      // it had not ended in its time, and was killed
	Inconclusive Verdict = "inconclusive" // faults came late, failed, or never came
	OutOfMemory  Verdict = "out-of-memory"
	DiskFull     Verdict = "disk-full"
	Error        Verdict = "error" // vagganet itself failed, or could not start it
)

// Verdicts are all of them, in the order in which they are listed.
var Verdicts = []Verdict{Passed, Failed, Timeout, Inconclusive, OutOfMemory, DiskFull, Error}

// Fails reports whether the system under test did something wrong.
func (v Verdict) Fails() bool { return v == Failed || v == Timeout }

// Tells reports whether the verdict says something of the system under test. A seed that
// has none is run again when its campaign is taken up.
func (v Verdict) Tells() bool { return v == Passed || v == Inconclusive || v.Fails() }

// isFailure reports whether a seed is listed as one.
func (v Verdict) isFailure() bool { return v != Passed && v != Inconclusive }

// Result is what came of a seed: a line of results.jsonl.
type Result struct {
	Seed    uint64  `json:"seed"`
	Verdict Verdict `json:"verdict"`
	// Code is the exit code of the run; null where it was killed.
	Code *int `json:"code"`
	// Why says in one line how the verdict came about; empty for one that passed.
	Why string `json:"why,omitempty"`
	// Repeat is the command line that runs the seed again, and Folder where what is known of
	// the run was kept, in the folder of the campaign; empty where it was not.
	Repeat string `json:"repeat"`
	Folder string `json:"folder,omitempty"`
	// Begin is when it began, and Seconds how long it took.
	Begin   time.Time `json:"begin"`
	Seconds float64   `json:"seconds"`
	// Latest and Faults are those of its run.json.
	Latest float64        `json:"latest"`
	Faults []report.Fault `json:"faults"`

	late bool // faults came late, or never
}

// ended is how a run ended, as far as it is known.
type ended struct {
	code *int // nil if a signal ended it
	// timeout is the time that it had not ended in; 0 if it has.
	timeout time.Duration
	// summary is its run.json; nil if there is none.
	summary *report.Summary
	// outOfMemory reports whether the kernel has killed something meanwhile since no memory
	// was left, and diskFull whether nothing can be written any more.
	outOfMemory, diskFull bool
	// messages are what vagganet has said, the last of it.
	messages []string
}

// judge is the verdict about a run, and how it came about.
func (e ended) judge() (Verdict, string) {
	s := e.summary
	timeout := fmt.Sprintf("it had not ended after %v, and was stopped", e.timeout)
	switch {
	case e.outOfMemory && e.killed():
		return OutOfMemory, "no memory was left, and the kernel killed a process"
	case e.diskFull && (e.code == nil || *e.code != 0):
		return DiskFull, "no space was left to write to"
	case s == nil && e.timeout > 0:
		return Timeout, timeout
	case s == nil || e.code == nil:
		return Error, e.first("it ended without a summary")
	case len(s.Missed) > 0:
		return Inconclusive, amiss("never began", s.Missed[0], s.Latest)
	case len(s.Late) > 0:
		return Inconclusive, amiss("began late", s.Late[0], s.Latest)
	case e.timeout > 0:
		return Timeout, timeout
	case *e.code == 0 && len(s.Pending) > 0 && !s.MadePlanned():
		return Inconclusive, "it ended before any fault of its timeline was due"
	case *e.code == 0:
		return Passed, ""
	case *e.code == netcmd.ExitOwn && len(s.Failed) > 0:
		return Inconclusive, amiss("failed", s.Failed[0], 0)
	case *e.code >= netcmd.ExitOwn && *e.code <= netcmd.ExitOwn+2:
		return Error, e.first(fmt.Sprintf("exit code %d", *e.code))
	}
	return Failed, e.last(fmt.Sprintf("exit code %d", *e.code))
}

// killed reports whether something that counts was killed by SIGKILL.
func (e ended) killed() bool {
	if e.code == nil || *e.code == 128+9 {
		return true
	}
	if e.summary != nil && *e.code != 0 && !e.kills() {
		for _, c := range e.summary.Children {
			if c.Code != nil && *c.Code == 128+9 {
				return true
			}
		}
	}
	return false
}

// kills reports whether the timeline, or somebody, has killed nodes.
func (e ended) kills() bool {
	return slices.ContainsFunc(e.summary.Faults, func(f report.Fault) bool { return strings.HasPrefix(f.What, "kill ") })
}

// first is the first thing that vagganet has said, and last the last about a
// child's end; or else a text.
func (e ended) first(otherwise string) string {
	if len(e.messages) == 0 {
		return otherwise
	}
	return e.messages[0]
}

func (e ended) last(otherwise string) string {
	for i := len(e.messages) - 1; i >= 0; i-- {
		if strings.Contains(e.messages[i], " ended with exit code ") {
			return strings.TrimSuffix(e.messages[i], ", stopping the others")
		}
	}
	return otherwise
}

func amiss(how string, a report.Amiss, late float64) string {
	text := fmt.Sprintf("%s %s", a.What, how)
	if a.Due > 0 {
		text += fmt.Sprintf(", due at %gs", a.Due)
	}
	if a.Times > 1 {
		text += fmt.Sprintf(", %d times", a.Times)
	}
	if late > 0 {
		text += fmt.Sprintf("; the latest was %.1fs late", late)
	}
	return text
}
