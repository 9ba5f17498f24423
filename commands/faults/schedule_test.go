package faults

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"vagganet/commands/events"
	"vagganet/netcmd"
	"vagganet/netcmd/links"
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

// Scripts as above, and what came amiss: "begun" says that the order that is being
// carried out has done what it is for, "announced" that it is about to, "checked" that a
// check has, and "end" is the run's, or "well" if all have ended well. fail says that the run
// was not what it was planned to be.
var amissTests = []struct {
	name     string
	timeline []string
	script   string
	want     string
	fail     bool
}{
	{"in time", []string{"at=1s for=1s partition a", "at=3s check x"}, "1s begun done 2s done 3s checked done end", "", false},
	{"one that holds up the next", []string{"at=1s partition a", "at=2s partition b"}, "1s 2s end", "missed partition b 2s; missed partition a 1s", true},
	{"due at the very end", []string{"at=2s partition a"}, "2s- end", "missed partition a 2s", true},
	{"a check that finds no end", []string{"at=1s check x"}, "1s 3s- end", "missed check x 1s", true},
	{"not due yet", []string{"at=9s partition a", "every=5s check x"}, "1s end", "pending partition a 9s; pending check x 5s", false},
	{"again and again is not pending for ever", []string{"every=1s partition a"}, "1s begun done 1500ms end", "", false},
	{"what was on its way, again, at the end", []string{"every=1s partition a"}, "1s begun done 2s 2500ms- end", "", false},
	{"what waited, again, at the end", []string{"every=5s partition a", "at=9s partition b"}, "5s begun done 9s 10s 10500ms- end", "missed partition b 9s", true},
	{"what has been on its way for long", []string{"every=5s partition a"}, "5s begun done 10s 12s- end", "missed partition a 10s", true},
	{"the first time is no other time", []string{"every=1s partition a"}, "1s 1100ms- end", "missed partition a 1s", true},
	{"more than one", []string{"every=1s partition a"}, "3500ms begun done end", "missed partition a 1s; missed partition a 2s", true},
	{"again while it is done", []string{"every=1s partition a"}, "1s begun 2s done 2100ms- end", "missed partition a 2s", true},
	{"again while it waits", []string{"at=500ms partition b", "every=1s partition a"}, "500ms 1s 2s begun done 2s begun done end", "missed partition a 1s", true},
	{"late", []string{"at=1s for=2s partition a"}, "1s 2900ms- begun done end", "", false},
	{"too late", []string{"at=1s for=2s partition a"}, "1s 3s- begun done end", "late partition a 1s", true},
	{"started too late", []string{"at=1s partition b", "at=1500ms for=1s partition a"}, "1s 3s begun done 3s begun done end", "late partition a 1.5s", true},
	{"a check after the fault that it is for", []string{"at=2s check x"}, "1s cut/2s 2s- stay 3s done 3s done 3s checked done end", "late check x 2s", true},
	{"a check after another fault", []string{"at=2s check x"}, "1s cut/500ms 1500ms done 2s checked done end", "", false},
	{"a pause is no delay", []string{"at=1s for=1s partition a", "at=1s partition b"}, "1s suspend 9s resume begun done 9s begun done end", "", false},
	{"the end in a pause", []string{"at=1s partition a"}, "500ms suspend 9s- end", "pending partition a 1s", false},
	{"a signal", []string{"at=1s partition a", "at=2s partition b"}, "1s stop begun done 3s end", "pending partition b 2s", false},
	{"failed is not missed", []string{"at=1s partition a"}, "1s failed 2s end", "", true},
	{"on its way when all are told to end, which takes long", []string{"every=5s partition a"}, "5s begun done 10s 10200ms- stop 13s- end", "", false},
	{"failed since all end", []string{"every=5s partition a"}, "5s begun done 10s 10200ms- stop 13s- failed end", "", false},
	{"the first time, failed since all end", []string{"at=1s partition a"}, "1s stop 3s- failed end", "missed partition a 1s", true},
	{"failed, and done", []string{"at=1s partition a"}, "1s begun stop 3s- failed end", "", true},
	{"what all may have ended by, before it was known to be made", []string{"at=1s partition a"}, "1s announced 1100ms- stop failed 3s- end", "", false},
	{"the same, and the end", []string{"at=1s partition a"}, "1s announced 1100ms- end", "", false},
	{"the same, but nothing has ended by it", []string{"at=1s partition a"}, "1s announced 1100ms- well", "missed partition a 1s", true},
	{"made, and the end", []string{"at=1s partition a"}, "1s begun 1100ms- well", "", false},
	{"what was on its way for long, and made at last", []string{"at=1s partition a"}, "1s 3s- announced stop end", "missed partition a 1s", true},
	{"a pause before all are told to end", []string{"every=5s partition a"}, "5s begun done 10s 10200ms- suspend 20s- stop 23s- end", "", false},
}

func TestAmiss(t *testing.T) {
	for _, c := range amissTests {
		s := NewSchedule(planned(c.timeline...), guests(letters...), 0)
		begin := time.Unix(1000, 0)
		now := begin
		s.Begin(now)
		var list []events.Event
		mono := func(time.Duration) float64 { return 0 }
		for word := range strings.FieldsSeq(c.script) {
			text, idle := strings.CutSuffix(word, "-")
			d, err := time.ParseDuration(text)
			limit, cut := strings.CutPrefix(word, "cut/")
			switch {
			case err == nil:
				if now = begin.Add(d); !idle {
					s.Tick(now)
				}
			case word == "stay":
				s.doing = &Order{occurrence: occurrence{entry: -1}} // a heal that takes its time
				s.enqueueDue(now)
			case word == "begun":
				id, _, _ := s.Announce(Change{What: "x", By: ByTimeline}, now)
				list = append(list, s.Made(id, &Done{}, now, mono)...)
			case word == "announced":
				s.Announce(Change{What: "x", By: ByTimeline}, now)
			case word == "checked":
				list = append(list, s.Checked(Check{By: ByTimeline}, now)...)
			case word == "done":
				s.Ended(0)
			case word == "failed":
				list = append(list, s.Ended(1)...)
			case word == "end", word == "well":
				list = append(list, s.End(now, word == "well")...)
			case cut:
				f := command("ab")
				f.For, _ = time.ParseDuration(limit)
				id, _, _ := s.Announce(f, now)
				s.record.begin(id, now, false)
			default:
				map[string]func(time.Time){"stop": s.Stop, "suspend": s.Suspend, "resume": s.Resume}[word](now)
			}
			list = append(list, s.TakeNews()...)
		}
		var got []string
		for _, e := range list {
			if e.Due != nil && e.Kind != events.FaultBegin && e.Kind != events.FaultChange && e.Kind != events.FaultFailed {
				got = append(got, fmt.Sprint(strings.TrimPrefix(string(e.Kind), "fault-"), " ", e.What, " ", *e.Due, "s"))
			}
		}
		if all := strings.Join(got, "; "); all != c.want || s.Fails() != c.fail {
			t.Errorf("%s: fails is %v\ngot  %s\nwant %s", c.name, s.Fails(), all, c.want)
		}
	}
}

// What came amiss is said in a line for each entry.
func TestAmissLines(t *testing.T) {
	var a amiss
	a.add(events.FaultMissed, "partition isolate a", 2*time.Second)
	a.add(events.FaultMissed, "partition isolate a", 4*time.Second)
	a.add(events.FaultLate, "check", time.Second)
	a.add(events.FaultPending, "partition isolate b", time.Minute)
	want := []string{"partition isolate a never began: it was due 2 times, first at 2s",
		"check came too late to be what was planned: it was due at 1s",
		"partition isolate b was not due yet when the run ended: it was planned at 1m0s"}
	if got := a.lines(); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestTimeline(t *testing.T) {
	for _, c := range timelineTests {
		s := NewSchedule(planned(c.timeline...), guests(letters...), 0)
		begin := time.Unix(1000, 0)
		now := begin
		s.Begin(now)
		var got []string
		for word := range strings.FieldsSeq(c.script) {
			d, err := time.ParseDuration(word)
			limit, cut := strings.CutPrefix(word, "cut/")
			switch {
			case err == nil:
				now = begin.Add(d)
				if next := s.Soonest(); len(s.queue) == 0 && s.suspended.IsZero() && !next.IsZero() && next.After(now) {
					if o := s.Tick(now); o != nil {
						t.Errorf("%s: %v at %v, before %v", c.name, o.Words, d, next.Sub(begin))
					}
				} else if o := s.Tick(now); o != nil {
					got = append(got, fmt.Sprint(d, " ", strings.TrimPrefix(strings.Join(o.Words, " "), "partition ")))
				}
			case word == "done":
				s.Ended(0)
			case word == "failed":
				for _, e := range s.Ended(1) {
					got = append(got, fmt.Sprintf("%s %s", e.Kind, e.What))
				}
			case cut:
				f := command("ab")
				f.For, _ = time.ParseDuration(limit)
				id, _, _ := s.Announce(f, now)
				s.record.begin(id, now, false)
			default:
				map[string]func(time.Time){"stop": s.Stop, "suspend": s.Suspend, "resume": s.Resume}[word](now)
			}
		}
		if all := strings.Join(got, "; "); all != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.name, all, c.want)
		}
		if s.failed != strings.Contains(c.script, "failed") {
			t.Errorf("%s: failed is %v", c.name, s.failed)
		}
	}
}

// What is drawn depends on the seed, on the entry, and on how often it was done,
// and on nothing else.
func TestTimelineSeeds(t *testing.T) {
	drawn := func(seed uint64, step time.Duration) string {
		tl := newTimeline(planned("every=1s partition random-halves", "every=2s partition random-node --how reject", "every=1s partition halves", "every=1s partition random-halves"), seed)
		tl.begin(time.Unix(0, 0))
		done := map[int][]string{}
		for now := time.Duration(0); now < time.Minute; now += step {
			due, _ := tl.due(time.Unix(0, int64(now)))
			for _, o := range due {
				done[o.entry] = append(done[o.entry], strings.Join(tl.words(o.entry), " "))
			}
		}
		for i := range 5 {
			if done[0][i] == done[3][i] {
				t.Errorf("two entries draw the same: %s", done[0][i])
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

// What comes by the run's socket may come from anybody in it.
func TestAllows(t *testing.T) {
	s := NewSchedule(nil, guests("a", "b"), 0)
	about := func(heals int, by string, list ...string) *Change {
		c := Change{What: "isolate a", By: by, Heals: heals}
		for _, l := range list {
			c.Cut = append(c.Cut, links.Row{From: l[:1], To: []string{l[1:]}, How: "drop"})
		}
		return &c
	}
	healing := &Order{heals: 3, occurrence: occurrence{entry: -1}}
	timeline := &Order{occurrence: occurrence{entry: 0}}
	for _, c := range []struct {
		name  string
		doing *Order
		about *Change // nil: a check, by whom check has it
		check string
		// own is whether it is taken from what the run has started, and other from
		// anybody else.
		own, other bool
	}{
		{"a fault", nil, about(0, ByCommand, "ab", "ba"), "", true, true},
		{"of a stranger", nil, about(0, ByCommand, "ab", "ax"), "", false, false},
		{"from a stranger", nil, about(0, ByCommand, "xb"), "", false, false},
		{"heals", nil, about(3, ByCommand), "", false, false},
		{"heals while another is healed", healing, about(1, ByCommand), "", false, false},
		{"heals while that is healed", healing, about(3, ByCommand, "ab"), "", true, false},
		{"heals while something is done", timeline, about(3, ByCommand), "", false, false},
		{"of the timeline while something is done", timeline, about(0, ByTimeline), "", true, false},
		{"of the timeline", nil, about(0, ByTimeline), "", false, false},
		{"of the timeline while one is healed", healing, about(0, ByTimeline), "", false, false},
		{"a check", nil, nil, ByCommand, true, true},
		{"a check of the timeline", timeline, nil, ByTimeline, true, false},
		{"a check of no timeline", nil, nil, ByTimeline, false, false},
	} {
		s.doing = c.doing
		allows := func(own bool) bool {
			if c.about != nil {
				return s.Allows(*c.about, own)
			}
			return s.AllowsBy(c.check, own)
		}
		if own, other := allows(true), allows(false); own != c.own || other != c.other {
			t.Errorf("%s: %v, and %v from others", c.name, own, other)
		}
	}
}

func guests(names ...string) (guests []netcmd.Guest) {
	for _, name := range names {
		guests = append(guests, netcmd.Guest{Name: name})
	}
	return guests
}
