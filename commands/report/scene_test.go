package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"vagganet/commands/events"
	"vagganet/commands/report/reporttest"
	"vagganet/netcmd/links"
)

// with is a collector of a run of those nodes.
func with(nodes ...string) *Collector {
	var c Collector
	begin := events.Event{Kind: events.RunBegin, Run: "r"}
	for _, name := range nodes {
		begin.Guests = append(begin.Guests, events.Guest{Name: name, IP: address})
	}
	c.Add(begin)
	return &c
}

func splitUp(nodes []string, clusters ...string) []links.Row {
	var lists [][]string
	for _, c := range clusters {
		lists = append(lists, strings.Fields(c))
	}
	cuts, err := links.Split(nodes, lists)
	if err != nil {
		panic(err)
	}
	return cuts.BySender()
}

// rated are links of a rate, from each node to each.
func rated(nodes []string) []links.Row {
	var rows []links.Row
	for i, from := range nodes {
		rows = append(rows, links.Row{From: from, To: slices.Delete(slices.Clone(nodes), i, i+1), How: "rate 10mbit"})
	}
	return rows
}

// What was cut is said by sides, and by rows only where there is no shorter word for it.
func TestSceneWords(t *testing.T) {
	five := []string{"n1", "n2", "n3", "n4", "n5"}
	row := func(from, to, how string) links.Row { return links.Row{From: from, To: strings.Fields(to), How: how} }
	for name, test := range map[string]struct {
		state events.State
		want  string
	}{
		"nothing":             {events.State{}, "all links work"},
		"halves":              {events.State{Cut: splitUp(five, "n1 n2", "n3 n4 n5")}, "A is n1 n2; B is n3 n4 n5; nothing passes between them"},
		"one":                 {events.State{Cut: splitUp(five, "n3", "n1 n2 n4 n5")}, "A is n3; B is n1 n2 n4 n5; nothing passes between them"},
		"bridge":              {events.State{Cut: splitUp(five, "n1 n2 n3", "n3 n4 n5")}, "A is n1 n2; B is n3; C is n4 n5; nothing passes between A and C, and B is linked with both"},
		"ring":                {events.State{Cut: splitUp(five, "n1 n2", "n2 n3", "n3 n4", "n4 n5", "n5 n1")}, "ring, each linked with 2, others cut: n1 n2 n3 n4 n5"},
		"apart":               {events.State{Cut: splitUp(five, "n1", "n2", "n3", "n4", "n5")}, "all links: cut"},
		"among":               {events.State{Cut: splitUp(five, "n1", "n2", "n3 n4 n5")}, "A is n1 n2; B is n3 n4 n5; nothing passes between them; among A: cut"},
		"slow":                {events.State{Shapes: []links.Row{row("n3", "n1 n2 n4 n5", "delay 50ms")}}, "A is n3; B is n1 n2 n4 n5; A → B: delay 50ms"},
		"all slow":            {events.State{Cut: splitUp(five, "n1 n2", "n3 n4 n5"), Shapes: rated(five)}, "A is n1 n2; B is n3 n4 n5; all links: rate 10mbit; nothing passes between them"},
		"many rows":           {events.State{Cut: []links.Row{row("n1", "n2", "drop"), row("n2", "n3", "reject"), row("n3", "n4", "new")}, Shapes: []links.Row{row("n5", "n1", "loss 1%")}}, "A is n1; B is n2; C is n3; D is n4; E is n5; A → B: cut; and more (4 rows)"},
		"many rows, all slow": {events.State{Cut: []links.Row{row("n1", "n2", "drop"), row("n2", "n3", "reject"), row("n3", "n4", "new")}, Shapes: rated(five)}, "A is n1; B is n2; C is n3; D is n4; E is n5; all links: rate 10mbit; A → B: cut; and more (4 rows)"},
		"marks": {events.State{Uplinks: []links.Row{{From: "n1", How: "drop"}, {From: "n2", How: "drop"}, {From: "n3", How: "drop"}},
			Nodes: []links.Row{{From: "n5", How: "down"}, {From: "n4", How: "paused"}}}, "uplink cut: n1 n2 n3; n5 down; n4 paused"},
	} {
		sc := with(five...).scene(&test.state, true)
		got := sc.spoken()
		if len(sc.rows) > 0 {
			got += fmt.Sprintf(" (%d rows)", len(sc.rows))
		}
		if sc.picture == "" || got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// A state that can't be read is not taken for one in which nothing is cut.
func TestSceneOfOthers(t *testing.T) {
	sc := with("a", "b").scene(&events.State{Cut: []links.Row{{From: "a", To: []string{"b"}, How: "burnt"}}}, true)
	if want := `"burnt" is no way to cut a link`; sc.words != want || sc.picture != "" {
		t.Errorf("%q, want %q", sc.words, want)
	}
}

// States that are alike have one scene, and one picture.
func TestScenesAreShared(t *testing.T) {
	c := with("a", "b", "c")
	cut := func() *events.State { return &events.State{Cut: splitUp([]string{"a", "b", "c"}, "a", "b c")} }
	for i := range 5 {
		c.Add(events.Event{Kind: events.FaultBegin, ID: i + 1, Mono: float64(2 * i), What: "isolate a", State: cut()})
		c.Add(events.Event{Kind: events.FaultEnd, ID: i + 1, Mono: float64(2*i + 1), State: &events.State{}})
	}
	page := written(t, c, about)
	if stock, shown := strings.Count(page, `<g id="s`), strings.Count(page, `<use href="#s0"/>`); len(c.scenes) != 2 || stock != 1 || shown != 5 {
		t.Errorf("%d scenes, %d pictures, shown %d times", len(c.scenes), stock, shown)
	}
	for _, want := range []string{`<a class="to2" href="#p2">`, `<nav aria-label="Other pictures"><a href="#p1">before</a><a href="#p3">after</a><a href="#f2">log</a>`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s", want)
		}
	}
}

// Lanes are in the order that pictures have: n9 above n10.
func TestLanesInOrder(t *testing.T) {
	var names []string
	for _, l := range with("n1", "n10", "n2", "n9").timeline().Lanes {
		names = append(names, l.Name)
	}
	if !slices.Equal(names, []string{"n1", "n2", "n9", "n10"}) {
		t.Errorf("%q", names)
	}
}

// A lane has the colour and the letter of its node's side for as long as that is one.
func TestSidesInLanes(t *testing.T) {
	nodes := []string{"a", "b", "c", "d"}
	c := with(nodes...)
	c.Add(events.Event{Kind: events.FaultBegin, ID: 1, Mono: 1, What: "x", State: &events.State{Cut: splitUp(nodes, "c", "a b d")}})
	c.Add(events.Event{Kind: events.Checked, Mono: 2, State: &events.State{Cut: splitUp(nodes, "c", "a b d")}})
	c.Add(events.Event{Kind: events.FaultEnd, ID: 1, Mono: 3, State: &events.State{}})
	c.Add(events.Event{Kind: events.RunEnd, Mono: 10})
	timeline := c.timeline()
	if len(timeline.Stretches) != 1 {
		t.Fatalf("%d stretches", len(timeline.Stretches))
	}
	s := timeline.Stretches[0]
	want := []*band{
		{"heat g0", "0.42", "M0 96h9999v36H0z", "A: c; 6 of 6 links of each cut or shaped"},
		{"heat g1", "0.22", "M0 24h9999v72H0zM0 132h9999v36H0z", "B: a b d; 2 of 6 links of each cut or shaped"},
	}
	var signs []string
	for _, sign := range s.Signs {
		signs = append(signs, fmt.Sprint(sign.Text, " ", sign.Y))
	}
	if s.X != c.percent(1) || s.Width != c.percent(2) || !slices.EqualFunc(s.Bands, want, func(a, b *band) bool { return *a == *b }) || !slices.Equal(signs, []string{"A 127", "B 55", "B 91", "B 163"}) {
		t.Errorf("%+v, %q", s, signs)
	}
}

// What all links do does not make all sides alike.
func TestSidesOfSharedShape(t *testing.T) {
	nodes := []string{"a", "b", "c", "d"}
	sides := with(nodes...).scene(&events.State{Cut: splitUp(nodes, "c", "a b d"), Shapes: rated(nodes)}, false).sides
	if want := "B: a b d; 2 of 6 links of each cut; all links: rate 10mbit"; len(sides) != 2 || sides[1].tooltip != want || sides[1].touched != 2 {
		t.Errorf("%+v", sides)
	}
	one := []links.Row{{From: "a", To: []string{"b"}, How: "drop"}}
	if bands := with(nodes...).scene(&events.State{Cut: one, Shapes: rated(nodes)}, false).bands(); len(bands) != 3 {
		t.Errorf("%d bands: that all links are slow is not to be seen of c and d", len(bands))
	}
}

// A role is in a lane from when its node was found in it until somebody asked and it
// wasn't.
func TestRolesInLanes(t *testing.T) {
	c := with("a", "b", "c")
	for mono, whom := range []string{"a", "a", "b c", "c", ""} {
		c.Add(events.Event{Kind: events.Role, Mono: float64(mono), Role: "leader", Whom: whom})
	}
	c.Add(events.Event{Kind: events.Role, Mono: 5, Role: "backup", Whom: "b"})
	c.Add(events.Event{Kind: events.RunEnd, Mono: 10})
	var got []string
	for _, l := range c.timeline().Lanes {
		for _, b := range l.Roles {
			got = append(got, b.Tooltip)
		}
	}
	want := []string{
		"a was found to be leader, from 0.000 s to 2.000 s",
		"b was found to be backup, from 5.000 s to 10.000 s",
		"b was found to be leader, from 2.000 s to 3.000 s",
		"c was found to be leader, from 2.000 s to 4.000 s",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func many(nodes, faults, lines int) *Collector {
	var c Collector
	for _, e := range reporttest.Events(nodes, faults, lines) {
		c.Add(e)
	}
	return &c
}

// The page of a run of 20 nodes and 100 faults is less than a megabyte, and most of it is
// not the pictures that each run has to have room for.
func TestSizeOfMany(t *testing.T) {
	c := many(20, 100, 100)
	page := written(t, c, about)
	if size := len(page) + picturesMost - c.pictured; size >= 1_000_000 {
		t.Errorf("%d bytes, if there is no more room for pictures", size)
	}
	if c.unpictured() > 0 {
		t.Errorf("%d faults have no picture", c.unpictured())
	}
}

// Pictures for which there is no room are left out, and the page says so.
func TestNoRoomForPictures(t *testing.T) {
	c := many(20, 30, 0)
	before := strings.Count(written(t, c, about), "<figure")
	c = with("a", "b", "c")
	c.pictured = picturesMost
	c.Add(events.Event{Kind: events.FaultBegin, ID: 1, What: "isolate a", State: &events.State{Cut: splitUp([]string{"a", "b", "c"}, "a", "b c")}})
	c.Add(events.Event{Kind: events.FaultBegin, ID: 2, What: "kill a", State: &events.State{Nodes: []links.Row{{From: "a", How: events.Down}}}})
	page := written(t, c, about)
	if before != 30 || strings.Contains(page, "<figure") || !strings.Contains(page, "2 faults without a picture of the network") || !strings.Contains(page, `<a class="to1" href="#f1">`) {
		t.Errorf("%d pictures where there is room, and %d where not", before, strings.Count(page, "<figure"))
	}
}
