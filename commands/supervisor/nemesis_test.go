package supervisor

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"vagganet/commands/messages"
	"vagganet/commands/story"
	"vagganet/netcmd"
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
// carried out has done what it is for, "checked" that a check has, and "end" is the
// run's. fail says that the run was not what it was planned to be.
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
	{"failed is not missed", []string{"at=1s partition a"}, "1s failed 2s end", "", false},
}

func TestAmiss(t *testing.T) {
	for _, c := range amissTests {
		n := newNemesis(Spec{Faults: planned(c.timeline...)})
		begin := time.Unix(1000, 0)
		now := begin
		n.begin(now)
		var events []story.Event
		mono := func(time.Duration) float64 { return 0 }
		for word := range strings.FieldsSeq(c.script) {
			text, idle := strings.CutSuffix(word, "-")
			d, err := time.ParseDuration(text)
			limit, cut := strings.CutPrefix(word, "cut/")
			switch {
			case err == nil:
				if now = begin.Add(d); !idle {
					n.tick(now)
				}
			case word == "stay":
				n.doing = &order{occurrence: occurrence{entry: -1}} // a heal that takes its time
				n.enqueueDue(now)
			case word == "begun":
				r, _ := n.hear(messages.Message{About: &messages.Fault{What: "x", By: messages.ByTimeline}}, now, mono)
				_, more := n.hear(messages.Message{Fault: r.Fault, Done: &messages.Done{}}, now, mono)
				events = append(events, more...)
			case word == "checked":
				_, more := n.hear(messages.Message{Check: &messages.Check{By: messages.ByTimeline}}, now, mono)
				events = append(events, more...)
			case word == "done":
				n.done(0)
			case word == "failed":
				n.done(1)
			case word == "end":
				events = append(events, n.end(now)...)
			case cut:
				f := command("ab")
				f.For, _ = time.ParseDuration(limit)
				n.faults.begin(n.about(f, now), now, false)
			default:
				map[string]func(time.Time){"stop": n.stop, "suspend": n.suspend, "resume": n.resume}[word](now)
			}
			events = append(events, n.takeNews()...)
		}
		var got []string
		for _, e := range events {
			if e.Due != nil {
				got = append(got, fmt.Sprint(strings.TrimPrefix(string(e.Kind), "fault-"), " ", e.What, " ", *e.Due, "s"))
			}
		}
		if all := strings.Join(got, "; "); all != c.want || n.amiss.fails() != c.fail {
			t.Errorf("%s: fails is %v\ngot  %s\nwant %s", c.name, n.amiss.fails(), all, c.want)
		}
	}
}

// What came amiss is said in a line for each entry.
func TestAmissLines(t *testing.T) {
	var a amiss
	a.add(story.FaultMissed, "partition isolate a", 2*time.Second)
	a.add(story.FaultMissed, "partition isolate a", 4*time.Second)
	a.add(story.FaultLate, "check", time.Second)
	a.add(story.FaultPending, "partition isolate b", time.Minute)
	want := []string{"partition isolate a never began: it was due 2 times, first at 2s",
		"check came too late to be what was planned: it was due at 1s",
		"partition isolate b was not due yet when the run ended: it was planned at 1m0s"}
	if got := a.lines(); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
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

// What commands say becomes events, with what they have measured.
func TestHear(t *testing.T) {
	n, now := newNemesis(Spec{}), time.Unix(1000, 0)
	mono := func(clock time.Duration) float64 { return clock.Seconds() - 100 }
	hear := func(m messages.Message) (messages.Reply, []story.Event) { return n.hear(m, now, mono) }
	f := command("ab")
	f.Asked = 107 * time.Second
	r, events := hear(messages.Message{About: &f})
	if r.Fault != 1 || events != nil {
		t.Fatalf("%v, %v", r, events)
	}
	_, events = hear(messages.Message{Fault: 1, Done: &messages.Done{Took: 3500 * time.Microsecond, Skew: time.Millisecond}})
	if len(events) != 1 || *events[0].Asked != 7 || *events[0].TookMS != 3.5 || *events[0].SkewMS != 1 {
		t.Errorf("%+v", events)
	}
	if r, _ := hear(messages.Message{Left: 1}); len(r.Cut) != 1 {
		t.Errorf("left: %v", r)
	}
	// the end of the connection is no news then
	if _, events := hear(messages.Message{Fault: 1, Gone: true}); events != nil {
		t.Errorf("%+v", events)
	}
	_, events = hear(messages.Message{Check: &messages.Check{Differences: 2, Text: "x"}})
	if len(events) != 1 || *events[0].OK || *events[0].Differences != 2 {
		t.Errorf("%+v", events)
	}
}

func TestMarks(t *testing.T) {
	code, due := 3, 2.0
	names := func(count int, letter string) string {
		return strings.TrimSpace(strings.Repeat(letter+letter+letter+" ", count))
	}
	for want, e := range map[string]story.Event{
		"isolate a":                        {Kind: story.FaultBegin, What: "isolate a"},
		"isolate a (for 1.5s)":             {Kind: story.FaultBegin, What: "isolate a", For: 1.5},
		"x (interrupted, may be in force)": {Kind: story.FaultBegin, What: "x", For: 2, Interrupted: true},
		"fullmesh":                         {Kind: story.FaultChange, What: "fullmesh"},
		"end of isolate a":                 {Kind: story.FaultEnd, What: "isolate a", Timed: true},
		"":                                 {Kind: story.FaultEnd, What: "isolate a"},
		"partition isolate a failed with exit code 3": {Kind: story.FaultFailed, What: "partition isolate a", Code: &code},
		"check: all is well":                          {Kind: story.Checked, What: "all is well"},
		"random-node: n1 | n2 n3 (for 5s)":            {Kind: story.FaultBegin, What: "random-node --seed 7", Whom: "n1 | n2 n3", For: 5},
		"end of random-node: n1 | n2 n3":              {Kind: story.FaultEnd, What: "random-node --seed 7", Whom: "n1 | n2 n3", Timed: true},
		"check never began, due at 2s":                {Kind: story.FaultMissed, What: "check", Due: &due},
		"check began 1.5s late, due at 2s":            {Kind: story.FaultLate, What: "check", Due: &due, Late: 1.5},
		"random-halves: " + names(8, "a") + " … (50 in all) | " + names(8, "b") + " … (50 in all)": {
			Kind: story.FaultBegin, What: "random-halves --seed 7", Whom: names(50, "a") + " | " + names(50, "b")},
		"isolate " + names(7, "a") + " … (51 in all)": {Kind: story.FaultBegin, What: "isolate " + names(50, "a")},
	} {
		if got := markOf(e); got != want {
			t.Errorf("%v: %q", e, got)
		}
	}
}

// What comes by the run's socket may come from anybody in it.
func TestAllows(t *testing.T) {
	n := newNemesis(Spec{Run: netcmd.Run{Guests: []netcmd.Guest{{Name: "a"}, {Name: "b"}}}})
	about := func(heals int, by string, links ...string) messages.Message {
		f := messages.Fault{What: "isolate a", By: by, Heals: heals}
		for _, l := range links {
			f.Cut = append(f.Cut, story.Row{From: l[:1], To: []string{l[1:]}, How: "drop"})
		}
		return messages.Message{About: &f}
	}
	healing := &order{heals: 3, occurrence: occurrence{entry: -1}}
	timeline := &order{occurrence: occurrence{entry: 0}}
	for _, c := range []struct {
		name  string
		doing *order
		m     messages.Message
		// own is whether it is heard from what the run has started, and other from
		// anybody else.
		own, other bool
	}{
		{"a fault", nil, about(0, messages.ByCommand, "ab", "ba"), true, true},
		{"of a stranger", nil, about(0, messages.ByCommand, "ab", "ax"), false, false},
		{"from a stranger", nil, about(0, messages.ByCommand, "xb"), false, false},
		{"heals", nil, about(3, messages.ByCommand), false, false},
		{"heals while another is healed", healing, about(1, messages.ByCommand), false, false},
		{"heals while that is healed", healing, about(3, messages.ByCommand, "ab"), true, false},
		{"heals while something is done", timeline, about(0, messages.ByTimeline), true, false},
		{"of the timeline", nil, about(0, messages.ByTimeline), false, false},
		{"of the timeline while one is healed", healing, about(0, messages.ByTimeline), false, false},
		{"left", nil, messages.Message{Left: 3}, false, false},
		{"left while another is healed", healing, messages.Message{Left: 1}, false, false},
		{"left while that is healed", healing, messages.Message{Left: 3}, true, false},
		{"a check", nil, messages.Message{Check: &messages.Check{By: messages.ByCommand}}, true, true},
		{"a check of the timeline", timeline, messages.Message{Check: &messages.Check{By: messages.ByTimeline}}, true, false},
		{"a check of no timeline", nil, messages.Message{Check: &messages.Check{By: messages.ByTimeline}}, false, false},
		{"done", nil, messages.Message{Done: &messages.Done{}}, true, true},
	} {
		n.doing = c.doing
		h := &fakeHands{session: 7}
		c.m.Session = 7
		own := takes(n, h, c.m)
		c.m.Session = 8
		if other := takes(n, h, c.m); own != c.own || other != c.other {
			t.Errorf("%s: %v, and %v from others", c.name, own, other)
		}
	}
}
