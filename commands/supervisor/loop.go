package supervisor

import (
	"fmt"
	"syscall"
	"time"

	"vagganet/commands/events"
	"vagganet/commands/faults"
	"vagganet/commands/messages"
	"vagganet/netcmd"
	"vagganet/netcmd/plan"
)

// hands do what was decided.
type hands interface {
	start(child int) error
	// waits takes note that a child is not started yet, since it waits for others.
	waits(child int)
	// isReady takes note that a child is ready, unless it has ended since; why says what a
	// child lacks that is not.
	isReady(started) bool
	why(child int) string
	// isDown reports whether a child's node was killed, and is not to start again yet.
	isDown(child int) bool
	send(syscall.Signal)
	kill()
	suspend()
	resume()
	say(text string)
	// startFault starts what a fault is made by, and note tells what became of
	// faults; mono is a time in seconds of the run.
	startFault(faults.Order) error
	// ordered reports whether a session is that of what was last started so.
	ordered(session int) bool
	note([]events.Event)
	mono(clock time.Duration) float64
	// changes is how many events there were.
	changes() int
	// reap lists the children that ended since it was last called, and the
	// order that was carried out.
	reap() []exit
	// ready says that all children are ready, so that the driver can be started.
	tellReady()
	// sendPending tries again what could not be done yet; it returns how long to
	// wait until the next time, or 0 if nothing is left.
	sendPending() time.Duration
}

// exit is the end of a child, or of the order that was carried out.
type exit struct{ child, code int }

const anOrder = -1 // in place of a child

// happenings are the channels by which things come from outside: signals, that
// it may be time to reap, and what commands say of faults.
type happenings struct {
	signals <-chan syscall.Signal
	died    <-chan struct{}
	asks    <-chan messages.Received
	// requests are what guests ask for, to be called.
	requests <-chan func()
	// ready are children that are found to be ready; looks are to be called, for that.
	ready <-chan started
	looks <-chan func()
	// driver is the exit code of the driver, when it has ended.
	driver <-chan int
	waits  *waits
}

// loop has the children started, and waits for the last of them.
func loop(d *decision, s *faults.Schedule, h hands, in happenings) {
	carryOut(d, s, h, d.begin())
	for {
		if !d.begun && d.allReady() {
			s.Begin(time.Now())
			h.note([]events.Event{{Kind: events.RunReady}})
			carryOut(d, s, h, d.begins())
		}
		for _, e := range h.reap() {
			if e.child == anOrder {
				h.note(s.Ended(e.code))
				continue
			}
			if h.isDown(e.child) {
				d.wentDown(e.child, e.code)
				continue
			}
			carryOut(d, s, h, d.ended(e.child, e.code, time.Now()))
		}
		if d.over() {
			h.note(s.End(time.Now(), d.exitCode() == 0))
			return
		}
		in.waits.answer(d, s)
		if d.begun && d.mode == plan.Timeline && s.Over() {
			carryOut(d, s, h, d.finish(time.Now()))
		}
		if d.stopping {
			s.Stop(time.Now())
		}
		carryOutOrder(s, h)
		in.waits.tell(h.changes())
		select {
		case <-in.died:
		case signal := <-in.signals:
			carryOut(d, s, h, d.signalled(signal, time.Now()))
		case code := <-in.driver:
			carryOut(d, s, h, d.driverEnded(code, time.Now()))
		case <-at(d.next()):
			carryOut(d, s, h, d.tick(time.Now()))
		case <-at(s.Soonest()): // it is carried out with the next round
		case ask := <-in.asks:
			if in.waits.take(ask) {
				continue
			}
			ask.Answer <- answer(d, s, h, ask.Message)
		case do := <-in.requests:
			do()
		case do := <-in.looks:
			do()
		case started := <-in.ready:
			if h.isReady(started) {
				carryOut(d, s, h, d.ready(started.child))
			}
		case <-after(h.sendPending()):
		}
	}
}

// answer takes a message, and does what follows from it.
func answer(d *decision, s *faults.Schedule, h hands, m messages.Message) messages.Reply {
	if m.Ended != "" {
		return messages.Reply{Code: d.exitOf(m.Ended)}
	}
	if !takes(s, h, m) {
		return messages.Reply{}
	}
	reply, list := take(s, m, time.Now(), h.mono)
	h.note(list)
	carryOut(d, s, h, d.startNodes(s.TakeStarts(), h.isDown))
	return reply
}

// takes reports whether a message is to be taken: any command may send what it does
// itself, and what the run does only what the run has started.
func takes(s *faults.Schedule, h hands, m messages.Message) bool {
	switch own := h.ordered(m.Session); {
	case m.About != nil:
		return s.Allows(*m.About, own)
	case m.Check != nil:
		return s.AllowsBy(m.Check.By, own)
	}
	return true
}

// take takes a message about faults, and answers it. That all children have been started
// that wait for none is so: the loop takes no message before.
func take(s *faults.Schedule, m messages.Message, now time.Time, mono func(time.Duration) float64) (messages.Reply, []events.Event) {
	switch {
	case m.About != nil:
		id, left, events := s.Announce(*m.About, now)
		return messages.Reply{Fault: id, State: left}, events
	case m.Check != nil:
		return messages.Reply{}, s.Checked(*m.Check, now)
	case m.Done != nil || m.Gone:
		return messages.Reply{}, s.Made(m.Fault, m.Done, now, mono)
	}
	return messages.Reply{}, nil
}

// carryOutOrder starts what is due to be done to links.
func carryOutOrder(s *faults.Schedule, h hands) {
	o := s.Tick(time.Now())
	h.note(s.TakeNews())
	if o == nil {
		return
	}
	if err := h.startFault(*o); err != nil {
		h.say(fmt.Sprintf("%s could not be started: %v", o.What, err))
		h.note(s.Ended(netcmd.ExitOwn))
	}
}

func carryOut(d *decision, s *faults.Schedule, h hands, todo []action) {
	for _, a := range todo {
		switch a.do {
		case start:
			if d.stopping {
				continue // one before it could not be started
			}
			if err := h.start(a.child); err != nil {
				carryOut(d, s, h, d.failed(a.child, err, time.Now()))
				continue
			}
			carryOut(d, s, h, d.started(a.child, time.Now()))
		case wait:
			h.waits(a.child)
		case notReady:
			h.say(a.text + ": " + h.why(a.child))
		case send:
			h.send(a.signal)
		case kill:
			h.kill()
		case suspend:
			s.Suspend(time.Now())
			h.suspend()
		case resume:
			s.Resume(time.Now())
			h.resume()
		case say:
			h.say(a.text)
		case tellReady:
			h.tellReady()
		}
	}
}

// at is a channel that tells when it is that time; never for the zero time.
func at(t time.Time) <-chan time.Time {
	if t.IsZero() {
		return nil
	}
	return time.After(time.Until(t))
}

func after(d time.Duration) <-chan time.Time {
	if d == 0 {
		return nil
	}
	return time.After(d)
}
