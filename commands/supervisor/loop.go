package supervisor

import (
	"syscall"
	"time"
)

// hands do what was decided.
type hands interface {
	start(child int) error
	send(syscall.Signal)
	kill()
	suspend()
	resume()
	say(text string)
	// reap lists the children that ended since it was last called.
	reap() []exit
	// payOwed tries again what could not be done yet; it returns how long to
	// wait until the next time, or 0 if nothing is left.
	payOwed() time.Duration
}

// exit is the end of a child.
type exit struct{ child, code int }

// loop has the children started, and waits for the last of them. What happens
// comes by the channels; died says that it may be time to reap.
func loop(d *decision, h hands, signals <-chan syscall.Signal, died <-chan struct{}) {
	carryOut(d, h, d.begin())
	for {
		for _, e := range h.reap() {
			carryOut(d, h, d.ended(e.child, e.code, time.Now()))
		}
		if d.over() {
			return
		}
		select {
		case <-died:
		case s := <-signals:
			carryOut(d, h, d.signalled(s, time.Now()))
		case <-at(d.next()):
			carryOut(d, h, d.tick(time.Now()))
		case <-after(h.payOwed()):
		}
	}
}

func carryOut(d *decision, h hands, todo []action) {
	for _, a := range todo {
		switch a.do {
		case start:
			if d.stopping {
				continue // one before it could not be started
			}
			if err := h.start(a.child); err != nil {
				carryOut(d, h, d.failed(a.child, err, time.Now()))
				continue
			}
			d.started(a.child, time.Now())
		case send:
			h.send(a.signal)
		case kill:
			h.kill()
		case suspend:
			h.suspend()
		case resume:
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
