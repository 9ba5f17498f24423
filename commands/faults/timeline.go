package faults

import (
	"fmt"
	"math/rand/v2"
	"sort"
	"strings"
	"time"

	"vagganet/commands/config"
)

// Planned is an entry of a run's timeline of faults. It has words and not a Change: where
// nodes are drawn, these are others each time.
type Planned struct {
	config.Fault
	// Random reports whether it draws nodes, and is to be told by which seed.
	Random bool
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
	return text + ": " + p.What()
}

// What is what is done, as one would type it.
func (p Planned) What() string {
	if shell := p.Words; p.Verb == "exec" && len(shell) == 5 && shell[3] == "-c" {
		return "exec " + shell[0] + ": " + strings.Join(strings.Fields(shell[4]), " ")
	}
	return strings.Join(append([]string{p.Verb}, p.Words...), " ")
}

// timeline is when the faults that were planned are due. It touches nothing
// itself.
type timeline struct {
	entries []Planned
	// next is each entry's next occurrence; its time is zero for none.
	next  []occurrence
	seeds []*rand.Rand
	begun bool
}

// occurrence is one time that an entry is to be done.
type occurrence struct {
	entry int
	// at is when it is due, and planned the same by the timeline's own clock:
	// what the entry says.
	at      time.Time
	planned time.Duration
}

func newTimeline(entries []Planned, seed uint64) timeline {
	t := timeline{entries: entries, next: make([]occurrence, len(entries))}
	for i := range entries {
		t.seeds = append(t.seeds, rand.New(rand.NewPCG(seed, uint64(i))))
	}
	return t
}

func (t *timeline) begin(now time.Time) {
	t.begun = true
	for i, e := range t.entries {
		t.next[i] = occurrence{i, now.Add(e.Start), e.Start}
	}
}

// due returns what is to be done, in the order of its times. Of an entry of which
// more than one occurrence has become due, that is the latest; the others are
// skipped.
func (t *timeline) due(now time.Time) (due, skipped []occurrence) {
	for i := range t.next {
		if o := t.next[i]; o.at.IsZero() || now.Before(o.at) {
			continue
		}
		for !t.next[i].at.IsZero() && !now.Before(t.next[i].at) {
			if latest := len(due) - 1; latest >= 0 && due[latest].entry == i {
				skipped = append(skipped, due[latest])
				due = due[:latest]
			}
			due = append(due, t.next[i])
			t.next[i] = t.after(t.next[i])
		}
	}
	sort.SliceStable(due, func(i, j int) bool { return due[i].at.Before(due[j].at) })
	return due, skipped
}

// after is an entry's occurrence after that one.
func (t *timeline) after(o occurrence) occurrence {
	every := t.entries[o.entry].Every
	if every == 0 {
		return occurrence{entry: o.entry}
	}
	return occurrence{o.entry, o.at.Add(every), o.planned + every}
}

// stop ends the timeline. It returns the first occurrences of the entries that
// never were due.
func (t *timeline) stop() []occurrence {
	var pending []occurrence
	if !t.begun {
		for i, e := range t.entries {
			pending = append(pending, occurrence{entry: i, planned: e.Start})
		}
	}
	for i, o := range t.next {
		if !o.at.IsZero() && o.planned == t.entries[i].Start {
			pending = append(pending, o)
		}
	}
	clear(t.next)
	return pending
}

// over reports whether all entries have been due that come once.
func (t *timeline) over() bool {
	for i, o := range t.next {
		if t.entries[i].Every == 0 && !o.at.IsZero() {
			return false
		}
	}
	return t.begun
}

func (t *timeline) soonest() time.Time {
	var next time.Time
	for _, o := range t.next {
		next = sooner(next, o.at)
	}
	return next
}

func (t *timeline) postpone(pause time.Duration) {
	for i := range t.next {
		t.next[i].postpone(pause)
	}
}

func (o *occurrence) postpone(pause time.Duration) {
	if !o.at.IsZero() {
		o.at = o.at.Add(pause)
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
		words = append(words, fmt.Sprintf("--seed=%d", t.draw(i)))
	}
	return append(words, e.Words...)
}

// draw returns the next seed of an entry that draws nodes.
func (t *timeline) draw(i int) uint32 { return t.seeds[i].Uint32() }
