package faults

import (
	"encoding/json"
	"reflect"
	"testing"

	"vagganet/commands/events"
	"vagganet/netcmd/links"
	"vagganet/netcmd/links/linkstest"
)

// A change is read as it was written, and one of many links is short.
func TestChangeJSON(t *testing.T) {
	row := func(from, how string, to ...string) links.Row { return links.Row{From: from, To: to, How: how} }
	for _, c := range []Change{
		{What: "fullmesh", Replaces: []Layer{Cuts}, State: events.State{Cut: []links.Row{}}},
		{What: "cut a:b", For: 3, Heals: 4, State: events.State{Cut: []links.Row{row("a", "drop", "c", "d"), row("b", "drop", "c", "d"), row("c", "", "c", "d")}}},
		{What: "uplink cut a", State: events.State{Uplinks: []links.Row{{From: "a", How: "drop"}}}},
		{What: "shape a", Whom: "a | b", By: ByTimeline, State: events.State{Shapes: []links.Row{row("a", "loss 20%", "b"), row("a", "", "c")}}},
	} {
		text, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		var got Change
		if err := json.Unmarshal(text, &got); err != nil || !reflect.DeepEqual(got, c) {
			t.Errorf("%s: %v\ngot  %+v\nwant %+v", text, err, got, c)
		}
	}
	text, err := json.Marshal(Change{State: events.State{Cut: linkstest.Halves(253).BySender()}})
	if err != nil || len(text) > 20_000 {
		t.Errorf("%d bytes: %v", len(text), err)
	}
}
