package report

import (
	"encoding/json"
	"testing"

	"vagganet/commands/events"
)

// A summary has each child's last end, and counts what came late or never.
func TestSummary(t *testing.T) {
	code, due := 3, 2.0
	var c Collector
	for _, e := range []events.Event{
		{Kind: events.RunBegin, Run: "r"},
		{Kind: events.Start, Child: "a", Node: "a"}, {Kind: events.Exit, Child: "a", Node: "a", Code: &code},
		{Kind: events.Start, Child: "b", Node: "bridge"}, {Kind: events.Exit, Child: "b", Node: "bridge", Code: &code},
		{Kind: events.Start, Child: "a", Node: "a"},
		{Kind: events.FaultMissed, What: "check", Due: &due}, {Kind: events.FaultMissed, What: "check"},
		{Kind: events.FaultBegin, Mono: 1, ID: 4, What: "isolate a", By: "command"},
		{Kind: events.FaultBegin, Mono: 2.5, ID: 5, What: "kill @any", Whom: "b", By: "timeline", Due: &due, Late: 0.5},
		{Kind: events.FaultLate, What: "partition", Due: &due, Late: 0.75},
		{Kind: events.FaultPending, What: "heal", Due: &due},
		{Kind: events.FaultFailed, What: "kill @all", Code: &code},
		{Kind: events.FaultEnd, Mono: 4, ID: 5, What: "kill @any"},
		{Kind: events.RunEnd, Mono: 6, Code: &code},
	} {
		c.Add(e)
	}
	text, err := json.Marshal((&Listeners{seen: c, about: About{Version: "v", Kernel: "k", CommandLine: "x"}}).Summary())
	want := `{"run":"r","command":"","command_line":"x","seed":0,"code":0,` +
		`"children":[{"name":"a","node":"a","code":null,"starts":2},{"name":"b","node":"bridge","code":3,"starts":1}],` +
		`"missed":[{"what":"check","due":2,"times":2}],"late":[{"what":"partition","due":2,"times":1}],"failed":[{"what":"kill @all","due":0,"times":1}],"pending":[{"what":"heal","due":2,"times":1}],` +
		`"faults":[{"what":"isolate a","by":"command","begin":1,"seconds":5},` +
		`{"what":"kill @any","whom":"b","by":"timeline","due":2,"late":0.5,"begin":2.5,"seconds":1.5}],"latest":0.75,"version":"v","kernel":"k"}`
	if err != nil || string(text) != want {
		t.Errorf("got\n%s, want\n%s: %v", text, want, err)
	}
}
