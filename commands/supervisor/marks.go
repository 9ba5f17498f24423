package supervisor

import (
	"fmt"
	"os"
	"time"

	"vagganet/commands/events"
	"vagganet/commands/terminal"
)

// faultsName is what stands before the lines of verbs that make faults.
const faultsName = "faults"

func (ps *processes) mono(clock time.Duration) float64 { return ps.recorder.Mono(clock) }

func (ps *processes) changes() int { return ps.recorder.Count() }

// note writes faults: to the run's events, and between the children's lines.
func (ps *processes) note(list []events.Event) {
	for _, e := range list {
		ps.recorder.Write(e)
		if mark := markOf(e); mark != "" && ps.out.prefix {
			ps.out.mark(mark)
		}
	}
}

// markOf returns the line about an event among the children's; empty for none.
func markOf(e events.Event) string {
	switch {
	case e.Interrupted, e.Kind == events.FaultBegin:
		return e.Title() + e.Note()
	case e.Kind == events.FaultChange, e.Kind == events.Exec && *e.Code == 0:
		return e.Title()
	case e.Kind == events.FaultEnd && e.Timed:
		return "end of " + e.Title()
	case e.Kind == events.FaultFailed:
		return fmt.Sprintf("%s failed with exit code %d", e.Title(), *e.Code)
	case e.Kind == events.FaultMissed, e.Kind == events.FaultLate:
		return e.Title() + e.Note()
	case e.Kind == events.Checked:
		return "check: " + e.What
	}
	return ""
}

// marksMost is how many marks wait for a reader that is slow. Further ones are
// lost: faults keep their time, whoever reads.
const marksMost = 1000

// mark writes a line between those of the children.
func (o *output) mark(text string) {
	select {
	case o.marks <- text:
	default:
	}
}

func (o *output) writeMarks() {
	defer close(o.marked)
	for text := range o.marks {
		line := o.coloured(os.Stderr, faultsName, "-- "+terminal.CleanLine(text)) + "\n"
		o.write.Lock()
		_, err := terminal.Err.Raw().Write([]byte(line))
		if o.lost == nil {
			o.lost = err
		}
		o.write.Unlock()
	}
}

// endMarks returns when all marks are written.
func (o *output) endMarks() {
	close(o.marks)
	<-o.marked
}
