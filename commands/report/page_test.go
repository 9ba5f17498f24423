package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"vagganet/commands/events"
	"vagganet/netcmd/links"
)

var address = netip.MustParseAddr("172.18.0.1")

var about = About{CommandLine: "vagganet run flaky --report 'a <b>.html'", Version: "v1", Kernel: "6.1"}

func written(t *testing.T, c *Collector, a About) string {
	t.Helper()
	var b bytes.Buffer
	if err := c.Write(&b, a); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func recorded(t *testing.T, others func(kind events.Kind, event, lines []byte)) *Collector {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", "events"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var c Collector
	if err := c.Read(file, others); err != nil {
		t.Fatal(err)
	}
	return &c
}

var style = regexp.MustCompile(`(?s)<style>.*</style>`)

// pictures are what draws them, and the measures of that.
var pictures = regexp.MustCompile(`(?s)<svg class="network".*?</svg>|width="[0-9.]*" viewBox="0 0 [0-9. ]*" `)

// TestGolden compares the page of the recorded events with the one that is
// written down, but for its style and its pictures. UPDATE_GOLDEN=1 writes it.
func TestGolden(t *testing.T) {
	got := style.ReplaceAllString(written(t, recorded(t, nil), about), "<style></style>")
	got = pictures.ReplaceAllString(got, "")
	golden := filepath.Join("testdata", "page.html")
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || got != string(want) {
		os.WriteFile(filepath.Join(t.TempDir(), "got.html"), []byte(got), 0o644)
		t.Errorf("not what %s has: %v\n%s", golden, err, got)
	}
}

// Others get every event as it was written, and nothing that has no end.
func TestReadGivesOthers(t *testing.T) {
	whole, err := os.ReadFile(filepath.Join("testdata", "events"))
	if err != nil {
		t.Fatal(err)
	}
	var passed bytes.Buffer
	count := 0
	var c Collector
	in := io.MultiReader(bytes.NewReader(whole), strings.NewReader(`{"mono":99,"event":"li`))
	err = c.Read(in, func(kind events.Kind, event, lines []byte) {
		passed.Write(event)
		passed.Write(lines)
		if kind == events.Line {
			count++
		}
	})
	if err != nil || passed.String() != string(whole) || count == 0 || c.last > 90 {
		t.Errorf("%v: %d bytes of %d, %d lines, last at %v", err, passed.Len(), len(whole), count, c.last)
	}
	if err := new(Collector).Read(strings.NewReader("{\n"), nil); err == nil {
		t.Error("half an event is no error")
	}
}

// What programs write is text, whatever it is.
func TestReadable(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"plain ü\tx", "plain ü\tx"},
		{"\x1b[1;31mred\x1b[0m", "red"},
		{"\x1b]0;title\x07a\x1b]8;;http://x\x1b\\b", "ab"},
		{"a\rb\r", "a^Mb"},
		{"nul\x00 bell\x07 del\x7f \u0085", "nul^@ bell^G del^? \uFFFD"},
		{"\u202edesrever", "\uFFFDdesrever"},
		{"bad \xff utf", "bad \uFFFD utf"},
		{"\x1b", "^["},
		{strings.Repeat("é", textMost), strings.Repeat("é", textMost/2) + fmt.Sprintf(" … (%d bytes more)", textMost)},
	} {
		if got := readable(test.text); got != test.want {
			t.Errorf("%q: %q, want %q", test.text, got, test.want)
		}
	}
}

func FuzzReadable(f *testing.F) {
	f.Add("\x1b[31m<script>\x00")
	f.Add("</title></style>\"'>")
	f.Fuzz(func(t *testing.T, text string) {
		text = strings.Join(strings.Fields(text), "_") // two lines, or two nodes, have more tags than one
		if text == "" || text == "other" {
			return
		}
		// The page's own tags are as many as with a text that has none.
		if got, want := tagsWith(t, text), tagsWith(t, "x"); got != want {
			t.Errorf("%q: %d tags, and not %d", text, got, want)
		}
	})
}

// tagsWith counts the tags of a page that has a text wherever it takes one.
func tagsWith(t *testing.T, text string) int {
	c := with(text, "other")
	c.begin.Run, c.begin.Command = text, text
	c.Add(events.Event{Kind: events.Start, Child: text, Node: text})
	c.Add(events.Event{Kind: events.Line, Child: text, Node: text, Stream: text, Lines: []byte(text)})
	c.Add(events.Event{Kind: events.Role, Role: text, Whom: text, By: text})
	for i, how := range []string{"drop", text} {
		c.Add(events.Event{Kind: events.FaultBegin, Mono: float64(i), What: text, Whom: text, By: text, ID: i + 1, State: &events.State{
			Cut: []links.Row{{From: text, To: []string{"other"}, How: how}}, Nodes: []links.Row{{From: text, How: events.Down}}}})
	}
	c.Add(events.Event{Kind: events.Checked, What: text})
	return strings.Count(written(t, c, About{CommandLine: text, Version: text, Kernel: text}), "<")
}

func line(c *Collector, at float64, child, text string) {
	c.Add(events.Event{Kind: events.Line, Mono: at, Child: child, Node: child, Stream: "stdout", Lines: []byte(text)})
}

// Of long logs, the page has the first lines and the last ones of each child, in
// order, and says how many are missing.
func TestLongLogs(t *testing.T) {
	var c Collector
	const each = 3 * linesMost
	for i := range each {
		line(&c, float64(i), "a", fmt.Sprint("a", i))
		line(&c, float64(i), "b", fmt.Sprint("b", i))
	}
	log, _ := c.log()
	kept, left := 0, 0
	for i, e := range log {
		if i > 0 && e.order < log[i-1].order {
			t.Fatalf("%v comes after %v", e, log[i-1])
		}
		if e.class == "left" {
			var n int
			fmt.Sscan(e.text, &n)
			left += n
		} else {
			kept++
		}
	}
	if kept+left != 2*each || kept > linesMost {
		t.Errorf("%d lines kept, %d left out, of %d", kept, left, 2*each)
	}
	if log[0].text != "a0" || log[len(log)-1].text != fmt.Sprint("b", each-1) {
		t.Errorf("from %v to %v", log[0], log[len(log)-1])
	}
	page := written(t, &c, About{})
	if note := fmt.Sprintf("%d lines of a left out, of %d; ", left/2, each); !strings.Contains(page, note) {
		t.Errorf("no note %q", note)
	}
}

// Where a log has to be shortened, it has the lines around the beginning and the end of
// each fault, and each gap says how many are missing there.
func TestLongLogsAroundFaults(t *testing.T) {
	for _, test := range []struct{ children, each, faults, around int }{
		{1, 20 * linesMost, 1, 100}, {3, 2 * linesMost, 4, 50}, {5, linesMost, 20, 5}, {30, 3000, 300, 0},
	} {
		var c Collector
		moments := map[int]bool{}
		for i := range test.faults {
			begin := (i + 1) * test.each / (test.faults + 1)
			moments[begin], moments[begin+test.each/(test.faults+1)/2] = true, false
		}
		id := 0
		for at := range test.each {
			if begins, ok := moments[at]; ok && begins {
				id++
				c.Add(events.Event{Kind: events.FaultBegin, ID: id, Mono: float64(at), What: "kill a"})
			} else if ok {
				c.Add(events.Event{Kind: events.FaultEnd, ID: id, Mono: float64(at)})
			}
			for child := range test.children {
				line(&c, float64(at), fmt.Sprint("child", child), fmt.Sprint(at))
			}
		}
		log, left := c.log()
		checkGaps(t, &c, log, left)
		rows := slices.DeleteFunc(slices.Clone(log), func(e entry) bool { return e.class == "left" })
		for i, e := range rows {
			if e.class == "fault" && (rows[i-1].class != "stdout" || rows[i+1].class != "stdout" || rows[i+1].order > e.order+aroundLeast) {
				t.Fatalf("%v: %v is between %v and %v", test, e, rows[i-1], rows[i+1])
			}
		}
		shown := linesOfLanes(log)
		for at := range moments {
			for lane := range test.children {
				for n := at - test.around; n < at+test.around; n++ {
					if !shown[[2]int{lane, n}] {
						t.Fatalf("%v: line %d of %d is missing, around line %d", test, n, lane, at)
					}
				}
			}
		}
		if len(log) > 3*linesMost/2 {
			t.Errorf("%v: %d lines", test, len(log))
		}
	}
}

// linesOfLanes are the lines of a log that are numbers, by their lanes.
func linesOfLanes(log []entry) map[[2]int]bool {
	shown := map[[2]int]bool{}
	for _, e := range log {
		if n, err := strconv.Atoi(e.text); err == nil {
			shown[[2]int{e.lane, n}] = true
		}
	}
	return shown
}

// checkGaps checks that the lines of each lane, which are numbers, and the gaps between
// them follow one another.
func checkGaps(t *testing.T, c *Collector, log []entry, left []int) {
	t.Helper()
	next, missing := make([]int, len(c.lanes)), make([]int, len(c.lanes))
	for _, e := range log {
		switch n, _ := strconv.Atoi(strings.Fields(e.text)[0]); {
		case e.class == "left":
			next[e.lane] += n
			missing[e.lane] += n
		case e.class == "stdout" && n != next[e.lane]:
			t.Fatalf("lane %d: %v, and not %d", e.lane, e, next[e.lane])
		case e.class == "stdout":
			next[e.lane]++
		}
	}
	for i, l := range c.lanes {
		if next[i] != l.lines || missing[i] != left[i] || missing[i] == 0 {
			t.Errorf("lane %d: %d of %d lines, %d missing, and not %d", i, next[i], l.lines, missing[i], left[i])
		}
	}
}

// More faults than a page can hold: those that it has still end.
func TestManyFaults(t *testing.T) {
	var c Collector
	c.Add(events.Event{Kind: events.RunBegin, Guests: []events.Guest{{Name: "a", IP: address}, {Name: "b", IP: address}}})
	cut := &events.State{Cut: []links.Row{{From: "a", To: []string{"b"}, How: "drop"}}}
	for i := range 2 * faultsMost {
		c.Add(events.Event{Kind: events.FaultBegin, ID: i + 1, Mono: float64(2 * i), What: "cut", State: cut})
		c.Add(events.Event{Kind: events.FaultEnd, ID: i + 1, Mono: float64(2*i + 1), State: &events.State{}})
	}
	if len(c.faults) != faultsMost || c.dropped != faultsMost {
		t.Errorf("%d faults, %d left out", len(c.faults), c.dropped)
	}
	for i, f := range c.faults {
		if !f.ended {
			t.Errorf("fault %d never ends", i+1)
		}
	}
	if n := len(c.timeline().Stretches); n != faultsMost {
		t.Errorf("%d times of cut links", n)
	}
	if page := written(t, &c, About{}); !strings.Contains(page, "500 events about links and nodes left out, after the first 500.") {
		t.Error("no note of it")
	}
}

// What was cut after the last fault that the page has is not known.
func TestNotKnown(t *testing.T) {
	var c Collector
	c.Add(events.Event{Kind: events.RunBegin, Guests: []events.Guest{{Name: "a", IP: address}, {Name: "b", IP: address}}})
	cut := &events.State{Cut: []links.Row{{From: "a", To: []string{"b"}, How: "drop"}}}
	for i := range 2 * faultsMost {
		c.Add(events.Event{Kind: events.FaultBegin, ID: i + 1, Mono: float64(i), What: "cut", State: cut})
	}
	list := c.timeline().Stretches
	if last := list[len(list)-1]; last.X != c.percent(0) || last.Width != c.bar(0, faultsMost, 0, 0, "").Width {
		t.Errorf("the last is %v, not from %v to %v", last, c.percent(0), c.percent(faultsMost))
	}
}

// Whatever comes in, and in whatever order, there is a page.
func TestIncomplete(t *testing.T) {
	code := 1
	for name, list := range map[string][]events.Event{
		"nothing":          nil,
		"only an end":      {{Kind: events.RunEnd, Code: &code}},
		"only a beginning": {{Kind: events.RunBegin, Run: "r"}},
		"an exit alone":    {{Kind: events.Exit, Child: "a", Code: &code}},
		"ends of nothing":  {{Kind: events.FaultEnd, ID: 7}, {Kind: events.Resume}, {Kind: events.Checked}, {Kind: "unknown"}},
		"negative":         {{Kind: events.Line, Mono: -1, Child: "a"}},
	} {
		var c Collector
		for _, e := range list {
			c.Add(e)
		}
		if page := written(t, &c, About{NoLines: true}); !strings.Contains(page, "</html>") || strings.Contains(page, "NaN") || strings.Contains(page, "Inf") {
			t.Errorf("%s: %s", name, page)
		}
	}
}

// A count of lines is not lost when time goes on.
func TestDensity(t *testing.T) {
	var d density
	const lines = 5000
	for i := range lines {
		d.add(float64(i*i)/100, 1)
	}
	total := 0
	last := -1.0
	for _, s := range d.spans() {
		total += s.lines
		if s.from <= last || s.to <= s.from {
			t.Errorf("%v after %v", s, last)
		}
		last = s.to
	}
	if total != lines {
		t.Errorf("%d lines of %d", total, lines)
	}
}

// The recorded events have the form that is written today.
func TestRecordedForm(t *testing.T) {
	recorded(t, func(_ events.Kind, line, _ []byte) {
		in := json.NewDecoder(bytes.NewReader(line))
		in.DisallowUnknownFields()
		var e events.Event
		if err := in.Decode(&e); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	})
}

// What was planned and came late, or never, is marked in the timeline, in the table
// and in the notes, and what was drawn says whom it cut.
func TestAmiss(t *testing.T) {
	var c Collector
	due := 2.0
	c.Add(events.Event{Kind: events.RunBegin})
	c.Add(events.Event{Kind: events.FaultBegin, ID: 1, Mono: 1, What: "random-node --seed 7", Whom: "n1 | n2 n3", For: 5})
	c.Add(events.Event{Kind: events.FaultLate, Mono: 5, What: "partition isolate a", Due: &due, Late: 3})
	c.Add(events.Event{Kind: events.FaultMissed, Mono: 8, What: "check", Due: &due, Late: 6})
	c.Add(events.Event{Kind: events.FaultPending, Mono: 8, What: "partition isolate b", Due: &due})
	c.Add(events.Event{Kind: events.RunEnd, Mono: 8})
	page := written(t, &c, About{})
	for _, want := range []string{
		`<div>1 <b>random-node: n1 | n2 n3</b><b> (for 5s)</b></div>`,
		`<rect class="fault fault-late" x="22.000%" width="33.000%"`,
		`<rect class="fault fault-missed" x="22.000%" width="66.000%"`,
		`<td class="wide">check never began, due at 2s</td><td></td><td></td><td>never</td>`,
		`<td class="wide">partition isolate a began 3s late, due at 2s</td><td></td><td></td><td>5.000 s</td>`,
		`<td class="wide">partition isolate b was not due yet, planned at 2s</td><td></td><td></td><td>never</td>`,
		"<li>The timeline was not kept: 2 planned faults came late, or never, and are outlined below.</li>",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in\n%s", want, style.ReplaceAllString(page, ""))
		}
	}
}

func TestMilliseconds(t *testing.T) {
	for ms, want := range map[float64]string{0.5: "0.5 ms", 12.34: "12.3 ms", 999.4: "999 ms", 999.6: "1 s", 3260: "3.26 s", 99_940: "99.9 s", 99_960: "100 s", 3_260_000: "3260 s"} {
		if got := milliseconds(&ms); got != want {
			t.Errorf("%v is %s, want %s", ms, got, want)
		}
	}
	if got := milliseconds(nil); got != "" {
		t.Errorf("nothing is %s", got)
	}
}
