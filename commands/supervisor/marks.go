package supervisor

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"vagganet/commands/events"
	"vagganet/commands/faults"
	"vagganet/commands/terminal"
	"vagganet/netcmd"
)

// faultsName is what stands before the lines of verbs that make faults.
const faultsName = "faults"

// TimelineVariable is set for a verb that the run's timeline calls.
const TimelineVariable = "VAGGANET_TIMELINE"

// ownVerb is one of the program's verbs in the bridge's namespace, as a bridge command
// would call it. This process does not do it itself: to wait for the run's lock, or for a
// tool, would hold up the children.
func (ps *processes) ownVerb(words []string, env ...string) *exec.Cmd {
	run := ps.spec.Run
	run.Children = []netcmd.Child{{Name: faultsName, Node: netcmd.Bridge, Argv: append([]string{run.Program}, words...), Env: env}}
	cmd := ps.runner.Command(run.Child(run.Children[0]))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return cmd
}

// startFault runs a verb that changes links, or checks them. What it prints is not the
// children's, so only what it has to say to a person is shown.
func (ps *processes) startFault(o faults.Order) error {
	var env []string
	if o.Planned() {
		env = []string{TimelineVariable + "=1"}
	}
	cmd := ps.ownVerb(o.Words, env...)
	done, err := ps.out.attach(cmd, netcmd.Child{Name: faultsName, Node: netcmd.Bridge})
	if err != nil {
		return err
	}
	defer done()
	cmd.Stdout = nil
	if err := cmd.Start(); err != nil {
		return err
	}
	ps.order = cmd.Process.Pid
	return cmd.Process.Release() // it is reaped by number
}

func (ps *processes) ordered(session int) bool { return session != 0 && session == ps.order }

// killOrder ends what no PID namespace would.
func (ps *processes) killOrder() {
	if ps.order != 0 {
		unix.Kill(-ps.order, unix.SIGKILL)
	}
}

func (ps *processes) mono(clock time.Duration) float64 { return ps.recorder.Mono(clock) }

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
	case e.Kind == events.FaultChange:
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
