package supervisor

import (
	"fmt"
	"syscall"
	"time"

	"vagganet/commands/messages"
	"vagganet/commands/story"
)

// hands do what was decided.
type hands interface {
	start(child int) error
	send(syscall.Signal)
	kill()
	suspend()
	resume()
	say(text string)
	// startFault starts what a fault is made by, and note tells what became of
	// faults; mono is a time in seconds of the run.
	startFault(order) error
	// ordered reports whether a session is that of what was last started so.
	ordered(session int) bool
	note([]story.Event)
	mono(clock time.Duration) float64
	// reap lists the children that ended since it was last called, and the
	// order that was carried out.
	reap() []exit
	// payOwed tries again what could not be done yet; it returns how long to
	// wait until the next time, or 0 if nothing is left.
	payOwed() time.Duration
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
}

// loop has the children started, and waits for the last of them.
func loop(d *decision, n *nemesis, h hands, in happenings) {
	carryOut(d, n, h, d.begin())
	n.begin(time.Now())
	for {
		for _, e := range h.reap() {
			if e.child == anOrder {
				h.note(n.done(e.code))
				continue
			}
			carryOut(d, n, h, d.ended(e.child, e.code, time.Now()))
		}
		if d.over() {
			h.note(n.end(time.Now()))
			return
		}
		if d.stopping {
			n.stop(time.Now())
		}
		carryOutOrder(n, h)
		select {
		case <-in.died:
		case s := <-in.signals:
			carryOut(d, n, h, d.signalled(s, time.Now()))
		case <-at(sooner(d.next(), n.soonest())):
			carryOut(d, n, h, d.tick(time.Now()))
		case ask := <-in.asks:
			if ask.Ended != "" {
				ask.Answer <- messages.Reply{Code: d.exitOf(ask.Ended)}
				continue
			}
			var reply messages.Reply
			if takes(n, h, ask.Message) {
				var events []story.Event
				reply, events = n.hear(ask.Message, time.Now(), h.mono)
				h.note(events)
			}
			ask.Answer <- reply
		case do := <-in.requests:
			do()
		case <-after(h.payOwed()):
		}
	}
}

// takes reports whether a message is to be heard: any command may tell of itself,
// and of the run's own only what the run has started.
func takes(n *nemesis, h hands, m messages.Message) bool {
	return n.allows(m) && (!m.ForRun() || h.ordered(m.Session))
}

// carryOutOrder starts what is due to be done to links.
func carryOutOrder(n *nemesis, h hands) {
	o := n.tick(time.Now())
	h.note(n.takeNews())
	if o == nil {
		return
	}
	if err := h.startFault(*o); err != nil {
		h.say(fmt.Sprintf("%s could not be started: %v", o.what, err))
		h.note(n.done(Failed))
	}
}

func carryOut(d *decision, n *nemesis, h hands, todo []action) {
	for _, a := range todo {
		switch a.do {
		case start:
			if d.stopping {
				continue // one before it could not be started
			}
			if err := h.start(a.child); err != nil {
				carryOut(d, n, h, d.failed(a.child, err, time.Now()))
				continue
			}
			d.started(a.child, time.Now())
		case send:
			h.send(a.signal)
		case kill:
			h.kill()
		case suspend:
			n.suspend(time.Now())
			h.suspend()
		case resume:
			n.resume(time.Now())
			h.resume()
		case say:
			h.say(a.text)
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
