package supervisor

import (
	"slices"

	"vagganet/commands/faults"
	"vagganet/commands/messages"
)

// waits are questions of commands, and among them those that are answered once something
// is so.
type waits struct {
	in      <-chan messages.Received
	pending []messages.Received
	logs    messages.Logs
	// heard has the exit code of the process outside, once it has done all else.
	heard heard
}

// logsOf is where the lines of a run are.
func logsOf(spec Spec) messages.Logs {
	l := messages.Logs{Detached: spec.Detached, Prefix: spec.Prefix, Out: spec.Run.Out}
	for _, c := range spec.Run.Children {
		l.Children = append(l.Children, c.Name)
	}
	return l
}

// take takes a question, unless it is for others.
func (w *waits) take(ask messages.Received) bool {
	switch {
	case ask.Logs:
		ask.Answer <- messages.Reply{Logs: &w.logs}
	case ask.Until != "":
		w.pending = append(w.pending, ask)
	default:
		return false
	}
	return true
}

// answer answers what can be answered now.
func (w *waits) answer(d *decision, s *faults.Schedule) {
	w.pending = slices.DeleteFunc(w.pending, func(ask messages.Received) bool {
		if d.stopping || !isSo(ask.Until, d, s) {
			return false
		}
		ask.Answer <- messages.Reply{}
		return true
	})
}

// tell answers those who wait for a change.
func (w *waits) tell(changes int) {
	w.pending = slices.DeleteFunc(w.pending, func(ask messages.Received) bool {
		if ask.Until != messages.UntilChanged || changes <= ask.Seen {
			return false
		}
		ask.Answer <- messages.Reply{Changes: changes}
		return true
	})
}

func isSo(until messages.Until, d *decision, s *faults.Schedule) bool {
	switch until {
	case messages.UntilReady:
		return d.begun
	case messages.UntilHealed:
		return s.Healed()
	case messages.UntilFaults:
		return d.begun && s.Over()
	}
	return false
}

// finish answers what is left when the run has ended: with the exit code of the process
// outside, which may have files to write and may fail in that.
func (w *waits) finish() {
	for more := true; more; {
		select {
		case ask := <-w.in:
			w.take(ask)
		default:
			more = false
		}
	}
	for len(w.pending) > 0 {
		select {
		case ask := <-w.in:
			w.take(ask)
		case <-w.heard.signals: // too late, and not to stand in the way of what follows
		case code := <-w.heard.finished:
			for _, ask := range w.pending {
				ask.Answer <- messages.Reply{Code: &code}
				<-ask.Sent
			}
			w.pending = nil
		}
	}
}
