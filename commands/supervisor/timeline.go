package supervisor

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Planned is an entry of a run's timeline of faults.
type Planned struct {
	// Start is when it is done, from the moment when all children have been
	// started, and Every, after how long again each time; 0 for once.
	Start time.Duration `json:"start"`
	Every time.Duration `json:"every"`
	// For is how long until it is healed; 0 for as long as the run lasts.
	For time.Duration `json:"for"`
	// Verb is the program's verb, and Words are its arguments.
	Verb  string   `json:"verb"`
	Words []string `json:"words"`
	// Random says that it draws nodes, and is to be told by which seed.
	Random bool `json:"random"`
}

// String is the entry in one line.
func (p Planned) String() string {
	text := fmt.Sprintf("at %v", p.Start)
	if p.Every > 0 {
		text += fmt.Sprintf(", every %v", p.Every)
	}
	if p.For > 0 {
		text += fmt.Sprintf(", for %v", p.For)
	}
	return text + ": " + p.what()
}

// what is done, as one would type it.
func (p Planned) what() string { return strings.Join(append([]string{p.Verb}, p.Words...), " ") }

// timeline is when the faults that were planned are due. It touches nothing
// itself.
type timeline struct {
	entries []Planned
	// next is when each is; zero for never.
	next  []time.Time
	seeds []*rand.Rand
}

func newTimeline(entries []Planned, seed uint64) timeline {
	t := timeline{entries: entries, next: make([]time.Time, len(entries))}
	for i := range entries {
		t.seeds = append(t.seeds, rand.New(rand.NewPCG(seed, uint64(i))))
	}
	return t
}

func (t *timeline) begin(now time.Time) {
	for i, e := range t.entries {
		t.next[i] = now.Add(e.Start)
	}
}

func (t *timeline) stop() { clear(t.next) }

// due lists the entries whose time has come, in the order of their times. One
// that could not be done in its time is done once.
func (t *timeline) due(now time.Time) []int {
	var due []int
	for i, at := range t.next {
		if !at.IsZero() && !now.Before(at) {
			due = append(due, i)
		}
	}
	slices.SortStableFunc(due, func(a, b int) int { return t.next[a].Compare(t.next[b]) })
	for _, i := range due {
		every := t.entries[i].Every
		if every == 0 {
			t.next[i] = time.Time{}
			continue
		}
		missed := now.Sub(t.next[i]) / every
		t.next[i] = t.next[i].Add((missed + 1) * every)
	}
	return due
}

func (t *timeline) soonest() time.Time {
	var next time.Time
	for _, at := range t.next {
		next = sooner(next, at)
	}
	return next
}

func (t *timeline) postpone(pause time.Duration) {
	for i, at := range t.next {
		if !at.IsZero() {
			t.next[i] = at.Add(pause)
		}
	}
}

// words are what the program is called with for an entry. Its seed depends on
// the run's, on the entry and on how often that was done before, and not on
// when.
func (t *timeline) words(i int) []string {
	e := t.entries[i]
	words := []string{e.Verb}
	if e.For > 0 {
		words = append(words, "--for="+e.For.String())
	}
	if e.Random {
		words = append(words, fmt.Sprintf("--seed=%d", t.seeds[i].Uint32()))
	}
	return append(words, e.Words...)
}
