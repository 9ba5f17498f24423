package supervisor

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"vagganet/commands/story"
)

func planned(lines ...string) []Planned {
	var all []Planned
	for _, line := range lines {
		var p Planned
		words := strings.Fields(line)
		for len(words) > 1 && strings.Contains(words[0], "=") {
			key, value, _ := strings.Cut(words[0], "=")
			d, _ := time.ParseDuration(value)
			*map[string]*time.Duration{"at": &p.Start, "every": &p.Every, "for": &p.For}[key] = d
			words = words[1:]
		}
		if p.Start == 0 {
			p.Start = p.Every
		}
		p.Verb, p.Words, p.Random = words[0], words[1:], strings.HasPrefix(words[1:][0], "random")
		all = append(all, p)
	}
	return all
}

// Scripts for a timeline: "3s" is what is done at that time, "done" and "failed"
// are the end of what is being done, "stop", "suspend" and "resume" are those of
// the run, and "cut/5s" is another command's fault.
var timelineTests = []struct {
	name     string
	timeline []string
	script   string
	want     string
}{
	{"once", []string{"at=2s partition isolate a"}, "1s 2s done 9s", "2s isolate a"},
	{"at once", []string{"partition isolate a"}, "0s done 1s", "0s isolate a"},
	{"again and again", []string{"every=2s for=1s partition isolate a"}, "1s 2s done 3s 4s done 5s 6s",
		"2s --for=1s isolate a; 4s --for=1s isolate a; 6s --for=1s isolate a"},
	{"from some time on", []string{"at=1s every=5s partition isolate a"}, "1s done 5s 6s", "1s isolate a; 6s isolate a"},
	{"one after another, in order", []string{"at=2s partition second", "at=1s partition first", "at=2s partition third"}, "3s done 3s done 3s done",
		"3s first; 3s second; 3s third"},
	{"what was missed is done once", []string{"every=1s partition isolate a"}, "3500ms done 3600ms 4s", "3.5s isolate a; 4s isolate a"},
	{"what is being done is not begun again", []string{"every=1s partition isolate a"}, "1s 2s 3s done 3500ms 4s", "1s isolate a; 4s isolate a"},
	{"what waits, waits once", []string{"every=1s partition a", "every=1s partition b"}, "1s 2s 3s done 3s done 3s",
		"1s a; 3s b"},
	{"nothing after the run is told to end", []string{"every=1s partition a", "every=1s partition b"}, "1s stop 2s done 3s", "1s a"},
	{"a pause doesn't count", []string{"every=2s partition a"}, "1s suspend 5s resume 5900ms 6s", "6s a"},
	{"heals go first", []string{"at=1s partition a", "at=3s partition b"}, "1s cut/2s 3s done 3s done 3s", "1s a; 3s _heal 1; 3s b"},
	{"heals are done at a stop", []string{"at=9s partition a"}, "1s cut/5s stop 2s done 9s", "2s _heal 1"},
	{"heals wait in a pause", []string{"at=9s partition a"}, "1s cut/2s suspend 5s resume 6s 7s", "7s _heal 1"},
	{"failed", []string{"at=1s partition a"}, "1s failed", "1s a; fault-failed partition a"},
}

func TestTimeline(t *testing.T) {
	for _, c := range timelineTests {
		n := newNemesis(Spec{Faults: planned(c.timeline...)})
		begin := time.Unix(1000, 0)
		now := begin
		n.begin(now)
		var got []string
		for word := range strings.FieldsSeq(c.script) {
			d, err := time.ParseDuration(word)
			limit, cut := strings.CutPrefix(word, "cut/")
			switch {
			case err == nil:
				now = begin.Add(d)
				if next := n.soonest(); len(n.queue) == 0 && n.suspended.IsZero() && !next.IsZero() && next.After(now) {
					if o := n.tick(now); o != nil {
						t.Errorf("%s: %v at %v, before %v", c.name, o.words, d, next.Sub(begin))
					}
				} else if o := n.tick(now); o != nil {
					got = append(got, fmt.Sprint(d, " ", strings.TrimPrefix(strings.Join(o.words, " "), "partition ")))
				}
			case word == "done":
				n.done(0)
			case word == "failed":
				for _, e := range n.done(1) {
					got = append(got, fmt.Sprintf("%s %s", e.Kind, e.What))
				}
			case cut:
				f := command("ab")
				f.For, _ = time.ParseDuration(limit)
				n.faults.begin(n.about(f, now), now, false)
			default:
				map[string]func(time.Time){"stop": n.stop, "suspend": n.suspend, "resume": n.resume}[word](now)
			}
		}
		if all := strings.Join(got, "; "); all != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.name, all, c.want)
		}
		if n.failed != strings.Contains(c.script, "failed") {
			t.Errorf("%s: failed is %v", c.name, n.failed)
		}
	}
}

// What is drawn depends on the seed, on the entry, and on how often it was done,
// and on nothing else.
func TestTimelineSeeds(t *testing.T) {
	drawn := func(seed uint64, step time.Duration) string {
		tl := newTimeline(planned("every=1s partition random-halves", "every=2s partition random-node --how reject", "every=1s partition halves"), seed)
		tl.begin(time.Unix(0, 0))
		done := map[int][]string{}
		for now := time.Duration(0); now < time.Minute; now += step {
			for _, i := range tl.due(time.Unix(0, int64(now))) {
				done[i] = append(done[i], strings.Join(tl.words(i), " "))
			}
		}
		return strings.Join(append(append(done[0][:5], done[1][:5]...), done[2][:5]...), "\n")
	}
	one := drawn(1, 500*time.Millisecond)
	if other := drawn(1, 1700*time.Millisecond); other != one {
		t.Errorf("got\n%s\nand then\n%s", one, other)
	}
	if other := drawn(2, 500*time.Millisecond); other == one {
		t.Error("another seed draws the same")
	}
	lines := map[string]bool{}
	for line := range strings.Lines(one) {
		lines[line] = true
	}
	if len(lines) != 5+5+1 && len(lines) != 5+5+2 { // the last line has no end
		t.Errorf("they repeat, or the last one is drawn:\n%s", one)
	}
}

// What commands say becomes events, with what they have measured.
func TestHear(t *testing.T) {
	n, now := newNemesis(Spec{}), time.Unix(1000, 0)
	mono := func(clock time.Duration) float64 { return clock.Seconds() - 100 }
	hear := func(m story.Message) (story.Reply, []story.Event) { return n.hear(m, now, mono) }
	f := command("ab")
	f.Asked = 107 * time.Second
	r, events := hear(story.Message{About: &f})
	if r.Fault != 1 || events != nil {
		t.Fatalf("%v, %v", r, events)
	}
	_, events = hear(story.Message{Fault: 1, Done: &story.Done{Took: 3500 * time.Microsecond, Skew: time.Millisecond}})
	if len(events) != 1 || *events[0].Asked != 7 || *events[0].TookMS != 3.5 || *events[0].SkewMS != 1 {
		t.Errorf("%+v", events)
	}
	if r, _ := hear(story.Message{Left: 1}); len(r.Cut) != 1 {
		t.Errorf("left: %v", r)
	}
	// the end of the connection is no news then
	if _, events := hear(story.Message{Fault: 1, Gone: true}); events != nil {
		t.Errorf("%+v", events)
	}
	_, events = hear(story.Message{Check: &story.Check{Differences: 2, Text: "x"}})
	if len(events) != 1 || *events[0].OK || *events[0].Differences != 2 {
		t.Errorf("%+v", events)
	}
}

func TestMarks(t *testing.T) {
	code := 3
	for want, e := range map[string]story.Event{
		"isolate a":                        {Kind: story.FaultBegin, What: "isolate a"},
		"isolate a (for 1.5s)":             {Kind: story.FaultBegin, What: "isolate a", For: 1.5},
		"x (interrupted, may be in force)": {Kind: story.FaultBegin, What: "x", For: 2, Interrupted: true},
		"fullmesh":                         {Kind: story.FaultChange, What: "fullmesh"},
		"end of isolate a":                 {Kind: story.FaultEnd, What: "isolate a", Timed: true},
		"":                                 {Kind: story.FaultEnd, What: "isolate a"},
		"partition isolate a failed with exit code 3": {Kind: story.FaultFailed, What: "partition isolate a", Code: &code},
		"check: all is well":                          {Kind: story.Checked, What: "all is well"},
	} {
		if got := markOf(e); got != want {
			t.Errorf("%v: %q", e, got)
		}
	}
}
