package commands

import (
	"context"
	"strings"
	"time"

	"github.com/fatih/color"
	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/hints"
	"vagganet/commands/messages"
	"vagganet/commands/runstate"
	"vagganet/commands/tables"
	"vagganet/commands/terminal"
	"vagganet/netcmd/gateway"
)

// How long it takes from one look at the runs to the next: at least, while a run is being
// set up, and from a change until what it has started is what can be seen of it.
const (
	lookPause   = 200 * time.Millisecond
	setUpPause  = 200 * time.Millisecond
	settlePause = time.Second
)

// watchStatus keeps the status on the screen. It is read when something has changed: runs
// say so themselves, and the kernel says when there are others.
func (a App) watchStatus(c *cli.Context) error {
	if c.Bool("json") {
		return cmdline.Usagef("--watch is for a person: it takes no --json")
	}
	g, err := a.gateway(c)
	if err != nil {
		return err
	}
	if own := a.Machine.Inside(g); own != nil && own.FromGuest {
		return hints.With(cmdline.Usagef("--watch needs the run's network, over which a guest has no rights"),
			"from outside of the run, and from its bridge commands, it works")
	}
	if !terminal.HasScreen() {
		return hints.With(cmdline.Usagef("--watch needs a terminal"), "run --events has the same for programs")
	}
	w := &statusWatch{app: a, c: c, gateway: g, changed: make(chan struct{}, 1), followed: map[runKey]bool{}}
	if w.look(); w.failed != nil {
		return w.failed
	}
	if w.screen, err = terminal.OpenScreen(); err != nil {
		return err
	}
	defer w.screen.Close()
	return w.show()
}

// statusWatch is a status that is kept up to date.
type statusWatch struct {
	app     App
	c       *cli.Context
	gateway gateway.Gateway
	screen  *terminal.Screen
	// changed has something when the status is to be read again.
	changed chan struct{}
	// followed are the runs that say when they change.
	followed map[runKey]bool

	status tables.Status
	// failed is why there is no status: as while the gateway is gone, or half made. It may
	// be there again before somebody has seen enough.
	failed error
	read   time.Time
	// next is when it is to be read again without a change; zero if it isn't.
	next time.Time
	// unsettled reports whether there was a change, and no look long after it.
	unsettled bool
}

// runKey is a run, and no other that has its name later.
type runKey struct {
	supervisor int
	started    int64
}

func (w *statusWatch) change() {
	select {
	case w.changed <- struct{}{}:
	default:
	}
}

// look reads the status, and says when to do so again.
func (w *statusWatch) look() {
	settingUp := false
	settingUp, w.failed = w.readStatus()
	w.read, w.next = time.Now(), time.Time{}
	switch {
	case settingUp:
		w.next = w.read.Add(setUpPause)
	case w.unsettled:
		w.next, w.unsettled = w.read.Add(settlePause), false
	}
}

// readStatus reports whether a run is being set up.
func (w *statusWatch) readStatus() (settingUp bool, err error) {
	runs, err := w.app.visibleRuns(w.gateway)
	if err != nil {
		return false, err
	}
	for _, r := range runs {
		key := runKey{r.Supervisor, r.Started}
		settingUp = settingUp || r.Info == nil
		if r.Info != nil && !w.followed[key] {
			w.followed[key] = true
			go w.follow(w.c.Context, r)
		}
	}
	w.status, err = w.app.readStatus(w.c)
	return settingUp, err
}

// follow asks for a look whenever something changes in a run, and when it has ended. A run
// that a script has started says nothing of changes.
func (w *statusWatch) follow(ctx context.Context, run runstate.Run) {
	defer w.change()
	conn, err := messages.Dial(run.Dir)
	if err != nil {
		runstate.AwaitEnd(run.Supervisor)
		return
	}
	defer conn.Close()
	for seen := -1; ; w.change() {
		reply, err := conn.Await(ctx, messages.Message{Until: messages.UntilChanged, Seen: seen})
		if err != nil || reply.Code != nil {
			return
		}
		seen = reply.Changes
	}
}

// show draws the status until somebody has seen enough of it.
func (w *statusWatch) show() error {
	watch, err := runstate.NewWatch(runstate.Folders(w.gateway))
	if err != nil {
		return err
	}
	defer watch.Close()
	go func() {
		for watch.Wait() == nil {
			w.change()
		}
	}()
	w.change() // what happened before the watch was there
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for {
		if err := w.draw(); err != nil {
			return err
		}
		select {
		case <-w.c.Context.Done():
			return context.Cause(w.c.Context)
		case key, there := <-w.screen.Keys:
			if key == 'q' || key == 'Q' || !there {
				return nil
			}
			w.change()
		case <-w.screen.Redraw:
		case <-second.C: // runs are older
		case <-w.changed:
			w.lookSoon()
		case <-timeAt(w.next):
			w.look()
		}
	}
}

// lookSoon looks since something has changed, unless it has just looked: then it will.
func (w *statusWatch) lookSoon() {
	w.unsettled = true
	if time.Since(w.read) < lookPause {
		w.next = w.read.Add(lookPause)
		return
	}
	w.look()
}

// timeAt is a channel that has something when it is that time; never for the zero time.
func timeAt(t time.Time) <-chan time.Time {
	if t.IsZero() {
		return nil
	}
	return time.After(time.Until(t))
}

// draw shows as much of the status as there is room for: what is cut stands behind the
// guests, and is what somebody watches it for.
func (w *statusWatch) draw() error {
	const keys = "q quits, any other key reads all again"
	s := w.status.Later(time.Since(w.read))
	return w.screen.Draw(keys, func(yield func(string) bool) {
		if w.failed != nil {
			yield(terminal.Clean("vagganet: " + w.failed.Error() + "\n"))
			return
		}
		for s.Brief = 0; s.Brief <= tables.Briefest; s.Brief++ {
			var b strings.Builder
			s.Write(&b, !color.NoColor, terminal.Out.Width()) // a Builder takes all
			if !yield(b.String()) {
				return
			}
		}
	})
}
