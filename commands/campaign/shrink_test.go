package campaign

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vagganet/commands/config"
	"vagganet/commands/faults"
)

// entries are faults of those nodes, a second apart, each for 4s.
func entries(nodes string) (all []Entry) {
	for i, node := range strings.Fields(nodes) {
		all = append(all, Entry{Planned: faults.Planned{Fault: config.Fault{
			Start: time.Duration(i) * time.Second, For: 4 * time.Second, Verb: "partition", Words: []string{"isolate", node}}}})
	}
	return all
}

// has returns the entry about a node; nil if there is none.
func has(timeline []Entry, node string) *Entry {
	i := slices.IndexFunc(timeline, func(e Entry) bool { return slices.Contains(e.Words, node) })
	if i < 0 {
		return nil
	}
	return &timeline[i]
}

// nodes are those of a timeline.
func nodes(timeline []Entry) string {
	var all []string
	for _, e := range timeline {
		all = append(all, e.Words[len(e.Words)-1])
	}
	return strings.Join(all, " ")
}

// fails is a system that fails by some timelines, each time.
func fails(when func(timeline []Entry) bool) func(context.Context, []Entry) Outcome {
	return func(_ context.Context, timeline []Entry) Outcome {
		return Outcome{Failed: when(timeline), Counts: true}
	}
}

const twelve = "a b c d e f g h i j k l"

func TestShrink(t *testing.T) {
	both := func(one, other string) func([]Entry) bool {
		return func(timeline []Entry) bool { return has(timeline, one) != nil && has(timeline, other) != nil }
	}
	for want, when := range map[string]func([]Entry) bool{
		"d":   func(timeline []Entry) bool { return has(timeline, "d") != nil },
		"c k": both("c", "k"),
		"a b": both("a", "b"),
		"f g": both("f", "g"),
		"a l": both("a", "l"),
		"":    func([]Entry) bool { return true },
		"b e l": func(timeline []Entry) bool {
			return both("b", "e")(timeline) && has(timeline, "l") != nil
		},
		// Many are needed, and it matters not which.
		"a b c d e f g": func(timeline []Entry) bool { return len(timeline) >= 7 },
	} {
		for jobs := range 3 {
			s := Shrinker{Try: fails(when), Tries: 4, Jobs: jobs + 1, Say: func(Step) {}}
			found, err := s.Shrink(t.Context(), entries(twelve))
			wrong := nodes(found.Timeline) != want
			if len(strings.Fields(want)) == 7 {
				wrong = len(found.Timeline) != 7
			}
			if err != nil || wrong || found.Last.Failed == 0 || found.Stopped != nil {
				t.Errorf("%q: got %q, %v, %v", want, nodes(found.Timeline), found.Last, err)
			}
		}
	}
}

// A system that fails mostly, and sometimes without a reason.
func TestShrinkFlaky(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	wrong := 0
	for range 100 {
		try := func(_ context.Context, timeline []Entry) Outcome {
			chance := 0.02
			if has(timeline, "c") != nil && has(timeline, "k") != nil {
				chance = 0.8
			}
			return Outcome{Failed: dice.Float64() < chance, Counts: dice.Float64() < 0.9}
		}
		s := Shrinker{Try: try, Tries: 20, Jobs: 1, Say: func(Step) {}}
		found, err := s.Shrink(t.Context(), entries(twelve))
		if err != nil || nodes(found.Timeline) != "c k" {
			wrong++
		}
	}
	if wrong > 2 {
		t.Errorf("%d of 100 searches have not found the two", wrong)
	}
}

// What is tried no more is not counted, and what counts is said.
func TestShrinkSays(t *testing.T) {
	var said []string
	tries := 0
	try := func(_ context.Context, timeline []Entry) Outcome {
		tries++
		return Outcome{Failed: has(timeline, "b") != nil && tries%5 != 0, Counts: tries != 3}
	}
	s := Shrinker{Try: try, Tries: 10, Jobs: 1, Say: func(s Step) { said = append(said, s.String()) }}
	all := entries("a b c d")
	for i := range all {
		all[i].For = 300 * time.Millisecond
	}
	found, err := s.Shrink(t.Context(), all)
	want := []string{
		"4 faults: 8 of 10 tries failed, 1 more came to nothing",
		"no fault at all: 0 of 7 tries failed",
		"isolate a at 0s for 300ms, isolate b at 1s for 300ms: 4 of 5 tries failed",
		"isolate a at 0s for 300ms: 0 of 7 tries failed",
		"isolate b at 1s for 300ms: 4 of 4 tries failed",
		"isolate b at 1s for 150ms: 4 of 5 tries failed",
	}
	if err != nil || !slices.Equal(said, want) || fmt.Sprint(found.Steps[5]) != want[5] || found.Last != found.Steps[5] {
		t.Errorf("%v: said\n%s\nwant\n%s", err, strings.Join(said, "\n"), strings.Join(want, "\n"))
	}
}

func TestShrinkShortens(t *testing.T) {
	when := func(timeline []Entry) bool {
		b, c := has(timeline, "b"), has(timeline, "c")
		return b != nil && b.For > 300*time.Millisecond && c != nil
	}
	s := Shrinker{Try: fails(when), Tries: 2, Jobs: 1, Say: func(Step) {}}
	all := entries("a b c d")
	all[3].For = 0 // until the run ends
	found, err := s.Shrink(t.Context(), all)
	if got := describeAll(found.Timeline); err != nil || got != "isolate b at 1s for 500ms, isolate c at 2s for 125ms" {
		t.Errorf("%s: %v", got, err)
	}
	if all[1].For != 4*time.Second {
		t.Error("what was given has changed")
	}
}

func describeAll(timeline []Entry) string {
	var all []string
	for _, e := range timeline {
		all = append(all, e.String())
	}
	return strings.Join(all, ", ")
}

// What stays is there in each try.
func TestShrinkStays(t *testing.T) {
	all := KeepEnd(entries("a b c"), []faults.Planned{{Fault: config.Fault{Start: 9 * time.Second, Verb: "check"}}})
	lacked := atomic.Bool{}
	try := fails(func(timeline []Entry) bool {
		if last := timeline[len(timeline)-1]; !last.Stays || last.Start != 9*time.Second {
			lacked.Store(true)
		}
		return has(timeline, "c") != nil
	})
	found, err := Shrinker{Try: try, Tries: 2, Jobs: 2, Say: func(Step) {}}.Shrink(t.Context(), all)
	if err != nil || lacked.Load() || len(found.Timeline) != 2 || nodes(found.Timeline[:1]) != "c" {
		t.Errorf("%v: lacked %v, %v", err, lacked.Load(), found.Timeline)
	}
}

func TestShrinkWithoutFailure(t *testing.T) {
	var said []string
	for name, c := range map[string]struct {
		outcome   Outcome
		says, cry string
	}{
		"never":     {Outcome{Counts: true}, "3 faults", "the timeline was tried 5 times, and has not failed"},
		"never any": {Outcome{Why: "it is broken"}, "3 faults", "the timeline was tried 5 times, and nothing came of it: it is broken"},
	} {
		s := Shrinker{Tries: 5, Jobs: 2, Try: func(context.Context, []Entry) Outcome { return c.outcome }, Say: func(s Step) { said = append(said, s.What) }}
		_, err := s.Shrink(t.Context(), entries("a b c d"))
		if err == nil || err.Error() != c.cry || len(said) != 1 || said[0] != "4 faults" {
			t.Errorf("%s: %v, said %q", name, err, said)
		}
		said = nil
	}
}

// The end of the context ends the tries that go on, and the best so far is what was found.
func TestShrinkEnds(t *testing.T) {
	for limit, want := range map[int]string{0: "", 1: twelve, 4: twelve, 9: "a b c d e f", 14: "d e f", 40: "d"} {
		ctx, cancel := context.WithCancelCause(t.Context())
		var tries, running atomic.Int32
		try := func(ctx context.Context, timeline []Entry) Outcome {
			running.Add(1)
			defer running.Add(-1)
			if int(tries.Add(1)) > limit {
				cancel(ErrTimeUp)
				<-ctx.Done()
				return Outcome{Failed: true, Counts: true} // killed
			}
			return Outcome{Failed: has(timeline, "d") != nil, Counts: true}
		}
		found, err := Shrinker{Try: try, Tries: 4, Jobs: 1, Say: func(Step) {}}.Shrink(ctx, entries(twelve))
		switch {
		case limit == 0 && (!errors.Is(err, ErrTimeUp) || !errors.Is(found.Stopped, ErrTimeUp)):
			t.Errorf("%v, %v", err, found.Stopped)
		case limit > 0 && (err != nil || nodes(found.Timeline) != want || (found.Stopped != nil) != (limit < 40)):
			t.Errorf("%d: got %q, want %q, %v, %v", limit, nodes(found.Timeline), want, found.Stopped, err)
		}
		if running.Load() != 0 {
			t.Errorf("%d tries go on", running.Load())
		}
	}
}

// No more go on at once than may, and those that are not needed any more are ended.
func TestShrinkAtOnce(t *testing.T) {
	var mutex sync.Mutex
	running, most, ended := 0, 0, 0
	count := func(n int) {
		mutex.Lock()
		defer mutex.Unlock()
		running += n
		most = max(most, running)
	}
	var number atomic.Int32
	try := func(ctx context.Context, timeline []Entry) Outcome {
		count(1)
		defer count(-1)
		if len(timeline) < 2 && number.Add(1)%3 == 0 { // one that takes for ever
			<-ctx.Done()
			mutex.Lock()
			ended++
			mutex.Unlock()
			return Outcome{Failed: true, Counts: true}
		}
		time.Sleep(time.Millisecond)
		return Outcome{Failed: len(timeline) == 2, Counts: true}
	}
	found, err := Shrinker{Try: try, Tries: 6, Jobs: 4, Say: func(Step) {}}.Shrink(t.Context(), entries("a b"))
	if err != nil || len(found.Timeline) != 2 || running != 0 || most != 4 || ended == 0 {
		t.Errorf("%d entries left, %d running, %d at once, %d were ended: %v", len(found.Timeline), running, most, ended, err)
	}
}
