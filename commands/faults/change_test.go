package faults

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"vagganet/commands/events"
	"vagganet/netcmd"
	"vagganet/netcmd/links"
	"vagganet/netcmd/live"
	"vagganet/netcmd/plan"
)

// made applies a change and has the record take it as done.
func made(t *testing.T, r *record, now links.Faults, c Change) (int, links.Faults) {
	t.Helper()
	id, _, _ := r.Announce(c, time.Time{})
	r.begin(id, time.Time{}, false)
	now, err := c.Apply(now)
	if err != nil {
		t.Fatal(err)
	}
	return id, now
}

// Of a fault of which a later command has taken links over, or healed some, only the
// others are healed.
func TestHealsWhatIsLeft(t *testing.T) {
	list := func(how string, names ...string) []links.Row {
		var rows []links.Row
		for _, name := range names {
			rows = append(rows, links.Row{From: name[:1], To: []string{name[1:]}, How: how})
		}
		return rows
	}
	slow, lossy := links.Shape{Delay: 50}, links.Shape{Loss: 20}
	for _, c := range []struct {
		name         string
		first, later Change
		left, want   string
	}{
		{"links", Change{State: events.State{Cut: list("drop", "ab", "ba", "bc")}}, Change{State: events.State{Cut: append(list("reject", "ab"), list("", "bc")...)}},
			"[{b [a] drop}]", "[{a b {reject}}] [] []"},
		{"all links", Change{State: events.State{Cut: list("drop", "ab")}}, Change{Replaces: []Layer{Cuts}, State: events.State{Cut: list("new", "ab")}},
			"[]", "[{a b {new}}] [] []"},
		{"uplinks", Change{State: events.State{Uplinks: []links.Row{{From: "a", How: "drop"}, {From: "b", How: "drop"}}}},
			Change{State: events.State{Uplinks: []links.Row{{From: "b", How: "new"}}}}, "[{a [] drop}]", "[] [{b {new}}] []"},
		{"shapes", Change{Shape: slow, State: events.State{Shapes: list(slow.String(), "ab", "bc")}}, Change{Shape: lossy, State: events.State{Shapes: list(lossy.String(), "bc")}},
			"[{a [b] delay 50ms}]", "[] [] [{b c " + fmt.Sprint(lossy.Loss) + "}]"},
		{"another layer", Change{State: events.State{Cut: list("drop", "ab")}}, Change{State: events.State{Uplinks: []links.Row{{From: "a", How: "drop"}}}},
			"[{a [b] drop}]", "[] [{a {drop}}] []"},
	} {
		r, now := newRecord(letters), links.NoFaults([]string{"a", "b", "c"})
		id, now := made(t, r, now, c.first)
		_, now = made(t, r, now, c.later)
		_, left, _ := r.Announce(Change{Heals: id}, time.Time{})
		if got := fmt.Sprint(append(append(left.Cut, left.Uplinks...), left.Shapes...)); got != c.left {
			t.Errorf("%s: %s is left, not %s", c.name, got, c.left)
		}
		now, err := Heal(left).Apply(now)
		var shaped []string
		for _, l := range now.Shapes.Links() {
			shaped = append(shaped, fmt.Sprintf("{%s %s %v}", l.From, l.To, l.Loss+l.Delay))
		}
		if got := fmt.Sprint(now.Cuts.Links(), now.Cuts.Uplinks(), shaped); err != nil || got != c.want {
			t.Errorf("%s: there is %s, not %s: %v", c.name, got, c.want, err)
		}
	}
}

// A plan has steps for the layers that a change is about, and for no others. A script
// heals what has an end.
func TestPlan(t *testing.T) {
	run := live.Run{Tools: plan.UsualTools(), BridgeFilter: true}
	for i, name := range []string{"a", "b"} {
		run.Guests = append(run.Guests, netcmd.Guest{Name: name, IP: netip.AddrFrom4([4]byte{172, 18, 0, byte(i + 1)})})
	}
	link := []links.Row{{From: "a", To: []string{"b"}, How: "drop"}}
	loss := links.Shape{Loss: 20}
	const frames, off, packets, uplinks, shapes = "what is cut by ebtables", "bridged packets don't pass through iptables", "what is cut by iptables", "which uplinks are cut", "how links are shaped"
	for _, c := range []struct {
		change Change
		want   []string
	}{
		{Change{}, nil},
		{Change{State: events.State{Cut: link}}, []string{frames, off}},
		{Change{State: events.State{Cut: link}, For: time.Second}, []string{frames, off, "for 1s", frames, off}},
		{Change{State: events.State{Cut: []links.Row{}}}, []string{frames, off}}, // none of the links that were named
		{Change{Replaces: []Layer{Cuts}}, []string{frames, off}},
		{Change{State: events.State{Uplinks: []links.Row{{From: "a", How: "drop"}}}, For: time.Second}, []string{uplinks, "for 1s", uplinks}},
		{Change{Shape: loss, State: events.State{Shapes: link}, For: time.Second}, []string{shapes, "for 1s", shapes}},
		{Change{Replaces: []Layer{Cuts, Uplinks, Shapes}}, []string{off, packets, frames}}, // no link has a shape
	} {
		now := live.Observed{Faults: links.NoFaults(run.Names())}
		wanted, err := c.change.Apply(now.Faults)
		if err != nil {
			t.Fatal(err)
		}
		p, err := c.change.Script(run, c.change.Plan(run, wanted, now), wanted, now)
		var got []string
		for _, s := range p {
			got = append(got, strings.TrimPrefix(s.About, "bridge: "))
		}
		if err != nil || strings.Join(got, "; ") != strings.Join(c.want, "; ") {
			t.Errorf("%+v: %q, not %q: %v", c.change, got, c.want, err)
		}
	}
}

// A change of guests that there are not is an error.
func TestApplyKnowsGuests(t *testing.T) {
	for _, s := range []events.State{{Cut: []links.Row{{From: "a", To: []string{"x"}}}}, {Uplinks: []links.Row{{From: "x"}}}} {
		if _, err := (Change{State: s}).Apply(links.NoFaults([]string{"a"})); err == nil {
			t.Errorf("%v is applied", s)
		}
	}
}
