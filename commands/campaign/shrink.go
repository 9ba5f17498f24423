package campaign

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"vagganet/commands/hints"
	"vagganet/commands/terminal"
)

// Shrinker looks for the smallest timeline by which a system still fails.
type Shrinker struct {
	// Try runs the system once by a timeline. It is called by several goroutines, and
	// returns soon where the context ends.
	Try func(ctx context.Context, timeline []Entry) Outcome
	// Tries is how often each timeline is tried, at most, and Jobs how many go on at once.
	Tries, Jobs int
	// Say is called with each step.
	Say func(Step)
}

// Outcome is what came of one try.
type Outcome struct {
	Failed bool
	// Counts reports whether the try says something of the system; Why is what it says
	// otherwise.
	Counts bool
	Why    string
}

// Step is a timeline that was tried, and how often it failed.
type Step struct {
	What          string
	Failed, Tries int
	// Others are the tries, not among these, that say nothing of the system.
	Others int
}

func (s Step) String() string {
	text := fmt.Sprintf("%s: %d of %d tries failed", s.What, s.Failed, s.Tries)
	if s.Others > 0 {
		text += fmt.Sprintf(", %d more came to nothing", s.Others)
	}
	return text
}

// Shrunk is what was found.
type Shrunk struct {
	// Timeline is the smallest one that fails, and Last the step in which it did.
	Timeline []Entry
	Last     Step
	Steps    []Step
	// Others are the tries of all steps that said nothing of the system, and Why is what the
	// last of them said.
	Others int
	Why    string
	// Stopped is why the search has ended before its end; nil if it hasn't.
	Stopped error
}

// shortest is what no fault is made shorter than.
const shortest = 100 * time.Millisecond

// Shrink leaves out entries of a timeline, and then shortens what is left, as long as the
// system still fails: at least half as often as by the whole timeline, and at least once. It
// ends with the context, and then returns the best so far. The error is that the whole
// timeline has not failed.
func (s Shrinker) Shrink(ctx context.Context, whole []Entry) (Shrunk, error) {
	r := &shrinking{Shrinker: s, ctx: ctx, size: len(moving(whole)), known: map[string]bool{}}
	if err := r.tryWhole(whole); err != nil {
		return r.found, err
	}
	var stay []Entry
	for _, e := range whole {
		if e.Stays {
			stay = append(stay, e)
		}
	}
	if r.size > 0 && !r.fails(stay) {
		r.leaveOut(moving(whole), stay)
		r.shorten()
	}
	return r.found, nil
}

// shrinking is a search that goes on.
type shrinking struct {
	Shrinker
	ctx   context.Context
	size  int // of the whole timeline
	found Shrunk
	// enough is how often a timeline has to fail.
	enough int
	// known are the timelines that were tried, and whether they failed.
	known map[string]bool
}

// moving are the entries that may be left out.
func moving(timeline []Entry) []Entry {
	return slices.DeleteFunc(slices.Clone(timeline), func(e Entry) bool { return e.Stays })
}

// tryWhole tries the whole timeline, which decides how often others have to fail.
func (r *shrinking) tryWhole(whole []Entry) error {
	step := r.try(whole, 0)
	r.said(step)
	r.found.Timeline, r.found.Last = whole, step
	r.found.Stopped = context.Cause(r.ctx)
	switch {
	case step.Failed > 0:
		// Half as often, rounded up.
		r.enough = max(1, (r.Tries*step.Failed+2*step.Tries-1)/(2*step.Tries))
		return nil
	case r.found.Stopped != nil:
		return fmt.Errorf("%w: the whole timeline was tried %s, and has not failed so far", r.found.Stopped, times(step.Tries))
	case step.Tries == 0:
		return hints.With(fmt.Errorf("the timeline was tried %s, and nothing came of it: %s", times(step.Others), r.found.Why),
			"fewer at once may help: --jobs 1")
	}
	return hints.With(fmt.Errorf("the timeline was tried %s, and has not failed", times(step.Tries)),
		"what fails seldom takes more tries: --tries %d; or take another seed that failed", 10*r.Tries)
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// leaveOut is the delta debugging of Zeller and Hildebrandt ("Simplifying and Isolating
// Failure-Inducing Input", 2002): it ends with entries of which none can be left out.
func (r *shrinking) leaveOut(entries, stay []Entry) {
	fails := func(entries []Entry) bool { return r.fails(slices.Concat(entries, stay)) }
	for parts := 2; len(entries) > 1; {
		smaller, next := reduce(entries, parts, fails)
		if smaller == nil && parts >= len(entries) || r.found.Stopped != nil {
			return
		}
		if smaller == nil {
			parts = min(2*parts, len(entries))
			continue
		}
		entries, parts = smaller, next
	}
}

// reduce returns one of the parts of a list that fails alone, or else the list without one
// of them, and in how many parts that is to be taken apart next; nil if none fails.
func reduce(entries []Entry, parts int, fails func([]Entry) bool) (smaller []Entry, next int) {
	for i := range parts {
		if part, _ := split(entries, parts, i); fails(part) {
			return part, 2
		}
	}
	for i := range parts {
		if _, rest := split(entries, parts, i); parts > 2 && fails(rest) {
			return rest, max(parts-1, 2)
		}
	}
	return nil, 0
}

// split returns the i-th of so many parts of a list, and the rest.
func split(entries []Entry, parts, i int) (part, rest []Entry) {
	from, to := i*len(entries)/parts, (i+1)*len(entries)/parts
	return entries[from:to:to], slices.Concat(entries[:from], entries[to:])
}

// shorten halves how long each of the faults lasts that are left, one after another.
func (r *shrinking) shorten() {
	for i := range r.found.Timeline {
		for r.found.Stopped == nil && r.found.Timeline[i].For/2 >= shortest {
			shorter := slices.Clone(r.found.Timeline)
			shorter[i].For = (shorter[i].For / 2).Round(time.Millisecond)
			if !r.fails(shorter) {
				break
			}
		}
	}
}

// fails reports whether the system fails by a timeline, which is then the smallest so far.
func (r *shrinking) fails(timeline []Entry) bool {
	sort.SliceStable(timeline, func(i, j int) bool { return timeline[i].Start < timeline[j].Start })
	key := ""
	for _, e := range timeline {
		key += fmt.Sprintf("%+q", fmt.Sprint(e.Fault))
	}
	if failed, known := r.known[key]; known {
		return failed
	}
	if r.found.Stopped != nil {
		return false
	}
	step := r.try(timeline, r.enough)
	if r.found.Stopped = context.Cause(r.ctx); r.found.Stopped != nil {
		return false
	}
	r.said(step)
	r.known[key] = step.Failed >= r.enough
	if r.known[key] {
		r.found.Timeline, r.found.Last = timeline, step
	}
	return r.known[key]
}

func (r *shrinking) said(step Step) {
	r.found.Steps = append(r.found.Steps, step)
	r.Say(step)
}

// try tries a timeline until it is clear whether it fails often enough; where that is 0,
// until it was tried as often as it may be. Tries that say nothing are made again, but not
// more than twice as many in all, and fewer if all do.
func (r *shrinking) try(timeline []Entry, enough int) (step Step) {
	ctx, cancel := context.WithCancel(r.ctx)
	outcomes := make(chan Outcome)
	running, begun := 0, 0
	step.What = r.describe(timeline)
	decided := func() bool {
		useless := step.Tries == 0 && step.Others >= uselessMost
		clear := enough > 0 && (step.Failed >= enough || step.Failed+r.Tries-step.Tries < enough)
		return step.Tries >= r.Tries || useless || clear
	}
	for {
		for !decided() && ctx.Err() == nil && running < r.Jobs && step.Tries+running < r.Tries && begun < 2*r.Tries {
			go func() { outcomes <- r.Try(ctx, timeline) }()
			running, begun = running+1, begun+1
		}
		if running == 0 {
			break
		}
		o := <-outcomes
		running--
		switch {
		case decided() || ctx.Err() != nil: // it was ended, whatever it says
		case !o.Counts:
			step.Others++
			r.found.Others++
			r.found.Why = o.Why
		default:
			step.Tries++
			if o.Failed {
				step.Failed++
			}
		}
		if decided() {
			cancel()
		}
	}
	cancel()
	return step
}

// describe says which timeline it is: in full, if it is small.
func (r *shrinking) describe(timeline []Entry) string {
	list := moving(timeline)
	switch n := len(list); {
	case n == 0:
		return "no fault at all"
	case n <= listed:
		var each []string
		for _, e := range list {
			each = append(each, e.String())
		}
		return strings.Join(each, ", ")
	case n < r.size:
		return fmt.Sprintf("%d of %s", n, terminal.Count(r.size, "fault"))
	default:
		return terminal.Count(n, "fault")
	}
}

// listed is how many entries are named each.
const listed = 3

// ErrTimeUp is why a search has ended that had only so much time.
var ErrTimeUp = errors.New("time is up")
