package report

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"vagganet/commands/events"
	"vagganet/netcmd/links"
)

var (
	marks   = regexp.MustCompile(`<(?:rect|path) class="([^"]*)"(?: x| fill-opacity| d="M\d+ 0h)`)
	signs   = regexp.MustCompile(`<text class="([^"]*)" x="[^"]*"(?: dx="4")? y="[^"]*">([^<]*)</text>`)
	samples = regexp.MustCompile(`<b class="([^"]*)">([^<]*)</b>[^<]`)
)

// Each mark of the timeline is explained, and nothing that isn't there.
func TestLegend(t *testing.T) {
	for name, c := range map[string]*Collector{"recorded": recorded(t, nil), "all": everything(), "nothing": {}} {
		page := written(t, c, about)
		timeline, rest, _ := strings.Cut(page, "</svg>\n</div>")
		legend, rest, _ := strings.Cut(rest, "<h2")
		seen, explained := map[string]bool{}, map[string]bool{}
		for _, m := range marks.FindAllStringSubmatch(timeline, -1) {
			mark := m[1]
			if strings.HasPrefix(mark, "heat g") {
				mark = "side"
			}
			seen[mark] = !strings.HasPrefix(mark, "band ")
		}
		for _, m := range signs.FindAllStringSubmatch(timeline, -1) {
			seen[key{Class: m[1], Sign: m[2]}.mark()] = true
		}
		for _, m := range marks.FindAllStringSubmatch(legend, -1) {
			explained[strings.TrimPrefix(m[1], "key ")] = true
		}
		for _, m := range samples.FindAllStringSubmatch(legend, -1) {
			explained[key{Class: m[1], Sign: m[2]}.mark()] = true
		}
		delete(seen, "stroke")
		for _, m := range regexp.MustCompile(`<li(?: id="f\d+")? class="([a-z]*)`).FindAllStringSubmatch(rest, -1) {
			seen["log "+m[1]] = m[1] != "stdout"
		}
		for _, m := range samples.FindAllStringSubmatch(rest, -1) {
			explained["log "+m[1]] = true
		}
		for mark := range seen {
			if seen[mark] && !explained[mark] {
				t.Errorf("%s: %q is not explained", name, mark)
			}
		}
		for mark := range explained {
			if !seen[mark] {
				t.Errorf("%s: there is no %q", name, mark)
			}
		}
		if name == "all" && len(explained) < 26 {
			t.Errorf("there are not all marks, but %v", explained)
		}
	}
}

// everything is a run that has all that a page can show.
func everything() *Collector {
	var c Collector
	c.Add(events.Event{Kind: events.RunBegin, Guests: []events.Guest{{Name: "a", IP: address}, {Name: "b", IP: address}}})
	c.Add(events.Event{Kind: events.Role, Role: "leader", Whom: "a"})
	code, ok := 0, false
	for mono, kind := range []events.Kind{events.FaultBegin, events.FaultChange, events.FaultFailed, events.FaultLate, events.FaultMissed, events.FaultPending} {
		c.Add(events.Event{Kind: kind, ID: 1, Mono: float64(mono), What: "kill a", State: &events.State{
			Cut:     []links.Row{{From: "a", To: []string{"b"}, How: "drop"}},
			Uplinks: []links.Row{{From: "a", How: "drop"}},
			Nodes:   []links.Row{{From: "a", How: "down"}, {From: "b", How: "paused"}}}})
	}
	for _, code := range []*int{&code, nil} {
		c.Add(events.Event{Kind: events.Start, Child: "a", Node: "a", Mono: 6})
		c.Add(events.Event{Kind: events.Exit, Child: "a", Node: "a", Mono: 7, Code: code})
	}
	for _, code := range []int{1, 143} {
		c.Add(events.Event{Kind: events.Start, Child: "b", Node: "b", Mono: 7})
		c.Add(events.Event{Kind: events.Exit, Child: "b", Node: "b", Mono: 7, Code: &code})
	}
	c.Add(events.Event{Kind: events.Checked, Mono: 7, OK: &ok})
	good := true
	c.Add(events.Event{Kind: events.Checked, Mono: 7, OK: &good})
	c.Add(events.Event{Kind: events.Suspend, Mono: 7})
	c.Add(events.Event{Kind: events.Line, Child: "a", Node: "a", Stream: "stderr", Mono: 8, Lines: []byte("x\n")})
	for i := range 2 * linesMost {
		line(&c, 8, "a", fmt.Sprint(i))
	}
	return &c
}

// A lane shows when its node was down and when it was paused, as far as that is known,
// and the table says which nodes were.
func TestNodes(t *testing.T) {
	var c Collector
	c.Add(events.Event{Kind: events.RunBegin, Guests: []events.Guest{{Name: "a"}, {Name: "b"}}})
	state := func(mono float64, nodes ...links.Row) {
		c.Add(events.Event{Kind: events.FaultBegin, ID: 1, Mono: mono, What: "x", State: &events.State{Nodes: nodes}})
	}
	row := func(node, how string) links.Row { return links.Row{From: node, How: how} }
	state(1, row("a", "paused"), row("b", "paused"))
	state(2, row("a", "down"), row("b", "paused"))
	state(4, row("a", "down"), row("b", ""))
	state(6, row("a", "down"))
	state(7)
	state(8, row("b", "down"))
	c.Add(events.Event{Kind: events.Start, Child: "a-too", Node: "a", Mono: 8})
	c.Add(events.Event{Kind: events.Start, Child: "x", Node: "bridge", Mono: 8})
	c.Add(events.Event{Kind: events.RunEnd, Mono: 10})
	want := map[string][]string{
		"a":     {"a is paused, from 1.000 s to 2.000 s", "a is down, from 2.000 s to 7.000 s"},
		"b":     {"b is paused, from 1.000 s to 4.000 s", "b is down, from 8.000 s to 10.000 s"},
		"a-too": {"a is paused, from 1.000 s to 2.000 s", "a is down, from 2.000 s to 7.000 s"},
	}
	for _, l := range c.timeline().Lanes {
		var got []string
		for _, b := range l.Nodes {
			got = append(got, b.Tooltip)
			if !strings.Contains(b.Tooltip, " is "+b.Class+",") || b.Text != b.Class {
				t.Errorf("%s: %q is %q, and says %q", l.Name, b.Tooltip, b.Class, b.Text)
			}
		}
		if !slices.Equal(got, want[l.Name]) {
			t.Errorf("%s: %q, want %q", l.Name, got, want[l.Name])
		}
	}
	page := written(t, &c, about)
	for _, want := range []string{">a down; b paused <a", ">a b paused <a"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in the table", want)
		}
	}
}
