package supervisor

import (
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"vagganet/commands/events"
	"vagganet/commands/faults"
	"vagganet/commands/messages"
	"vagganet/netcmd"
	"vagganet/netcmd/links"
	"vagganet/netcmd/plan"
)

// What commands say becomes events, with what they have measured.
func TestTake(t *testing.T) {
	schedule, now := faults.NewSchedule(nil, []netcmd.Guest{{Name: "a"}, {Name: "b"}, {Name: "c"}}, 0), time.Unix(1000, 0)
	mono := func(clock time.Duration) float64 { return clock.Seconds() - 100 }
	send := func(m messages.Message) (messages.Reply, []events.Event) { return take(schedule, m, now, mono) }
	f := faults.Change{Asked: 107 * time.Second, State: events.State{Cut: []links.Row{{From: "a", To: []string{"b"}, How: "drop"}}}}
	r, list := send(messages.Message{About: &f})
	if r.Fault != 1 || list != nil {
		t.Fatalf("%v, %v", r, list)
	}
	_, list = send(messages.Message{Fault: 1, Done: &faults.Done{Took: 3500 * time.Microsecond, Skew: time.Millisecond}})
	if len(list) != 1 || *list[0].Asked != 7 || *list[0].TookMS != 3.5 || *list[0].SkewMS != 1 {
		t.Errorf("%+v", list)
	}
	if r, _ := send(messages.Message{About: &faults.Change{Heals: 1}}); len(r.Cut) != 1 {
		t.Errorf("left: %v", r)
	}
	// the end of the connection is no news then
	if _, events := send(messages.Message{Fault: 1, Gone: true}); events != nil {
		t.Errorf("%+v", events)
	}
	_, list = send(messages.Message{Check: &faults.Check{Differences: 2, Text: "x"}})
	if len(list) != 1 || *list[0].OK || *list[0].Differences != 2 {
		t.Errorf("%+v", list)
	}
}

func TestMarks(t *testing.T) {
	code, due := 3, 2.0
	names := func(count int, letter string) string {
		return strings.TrimSpace(strings.Repeat(letter+letter+letter+" ", count))
	}
	for want, e := range map[string]events.Event{
		"isolate a":                        {Kind: events.FaultBegin, What: "isolate a"},
		"isolate a (for 1.5s)":             {Kind: events.FaultBegin, What: "isolate a", For: 1.5},
		"x (interrupted, may be in force)": {Kind: events.FaultBegin, What: "x", For: 2, Interrupted: true},
		"fullmesh":                         {Kind: events.FaultChange, What: "fullmesh"},
		"end of isolate a":                 {Kind: events.FaultEnd, What: "isolate a", Timed: true},
		"":                                 {Kind: events.FaultEnd, What: "isolate a"},
		"partition isolate a failed with exit code 3": {Kind: events.FaultFailed, What: "partition isolate a", Code: &code},
		"check: all is well":                          {Kind: events.Checked, What: "all is well"},
		"random-node: n1 | n2 n3 (for 5s)":            {Kind: events.FaultBegin, What: "random-node --seed 7", Whom: "n1 | n2 n3", For: 5},
		"end of random-node: n1 | n2 n3":              {Kind: events.FaultEnd, What: "random-node --seed 7", Whom: "n1 | n2 n3", Timed: true},
		"check never began, due at 2s":                {Kind: events.FaultMissed, What: "check", Due: &due},
		"check began 1.5s late, due at 2s":            {Kind: events.FaultLate, What: "check", Due: &due, Late: 1.5},
		"random-halves: " + names(8, "a") + " … (50 in all) | " + names(8, "b") + " … (50 in all)": {
			Kind: events.FaultBegin, What: "random-halves --seed 7", Whom: names(50, "a") + " | " + names(50, "b")},
		"isolate " + names(7, "a") + " … (51 in all)": {Kind: events.FaultBegin, What: "isolate " + names(50, "a")},
	} {
		if got := markOf(e); got != want {
			t.Errorf("%v: %q", e, got)
		}
	}
}

// What only the run may send is taken from what it has started, and from nobody else.
func TestTakes(t *testing.T) {
	schedule, h := faults.NewSchedule([]faults.Planned{{}}, nil, 0), &fakeHands{session: 7}
	schedule.Begin(time.Unix(1000, 0))
	schedule.Tick(time.Unix(1000, 0))
	for _, m := range []messages.Message{
		{About: &faults.Change{By: faults.ByTimeline}}, {Check: &faults.Check{By: faults.ByTimeline}},
	} {
		for session, want := range map[int]bool{7: true, 8: false} {
			if m.Session = session; takes(schedule, h, m) != want {
				t.Errorf("%+v: not %v", m, want)
			}
		}
	}
	if !takes(schedule, h, messages.Message{Done: &faults.Done{}, Session: 8}) {
		t.Error("nobody can send that a change is made")
	}
}

// Who waits for a change is answered when there was one that they have not seen, once.
func TestTellChanges(t *testing.T) {
	w := &waits{}
	answers := make(chan messages.Reply, 9)
	ask := func(until messages.Until, seen int) {
		if !w.take(messages.Received{Message: messages.Message{Until: until, Seen: seen}, Answer: answers}) {
			t.Fatalf("%s is not taken", until)
		}
	}
	ask(messages.UntilEnded, 0)
	for _, c := range []struct{ seen, changes, answered int }{{-1, 0, 1}, {0, 0, 0}, {0, 3, 2}, {3, 3, 0}, {3, 4, 2}} {
		ask(messages.UntilChanged, c.seen)
		w.tell(c.changes)
		if len(answers) != c.answered {
			t.Errorf("seen %d of %d: %d answers", c.seen, c.changes, len(answers))
		}
		for range len(answers) {
			if r := <-answers; r.Changes != c.changes {
				t.Errorf("seen %d of %d: %+v", c.seen, c.changes, r)
			}
		}
	}
	if len(w.pending) != 1 {
		t.Errorf("%d wait", len(w.pending))
	}
}

// A signal that changes something is told in the same round.
func TestLoopTellsChanges(t *testing.T) {
	h := &fakeHands{refuses: -1, exits: make(chan exit, 3)}
	signals, died, asks := make(chan syscall.Signal), make(chan struct{}), make(chan messages.Received)
	var seen []int
	go func() {
		next := func(before int) int {
			answers := make(chan messages.Reply)
			asks <- messages.Received{Message: messages.Message{Until: messages.UntilChanged, Seen: before}, Answer: answers}
			return (<-answers).Changes
		}
		first := next(-1)
		signals <- syscall.SIGTSTP
		seen = append(seen, first, next(first))
		for i := range 3 {
			h.exits <- exit{i, 0}
			died <- struct{}{}
		}
	}()
	d := newDecision(testSpec(plan.WaitAll))
	loop(d, faults.NewSchedule(nil, nil, 0), h, happenings{signals: signals, died: died, asks: asks, waits: &waits{}})
	if want := []int{4, 5}; !slices.Equal(seen, want) {
		t.Errorf("%v, not %v; done is %q", seen, want, h.log)
	}
}
