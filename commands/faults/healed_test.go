package faults

import (
	"testing"
	"time"

	"vagganet/commands/config"
	"vagganet/commands/events"
	"vagganet/netcmd"
	"vagganet/netcmd/links"
)

// A run is healed when nothing of it is cut, and its timeline is over when the last of its
// faults is over.
func TestHealedAndOver(t *testing.T) {
	now := time.Unix(1000, 0)
	s := NewSchedule([]Planned{{Fault: config.Fault{Start: time.Second, For: time.Second, Verb: "partition"}}},
		[]netcmd.Guest{{Name: "a"}, {Name: "b"}}, 0)
	mono := func(d time.Duration) float64 { return d.Seconds() }
	check := func(when string, healed, done bool) {
		t.Helper()
		if s.Healed() != healed || s.Over() != done {
			t.Errorf("%s: healed: %v, done: %v", when, s.Healed(), s.Over())
		}
	}
	s.Begin(now)
	check("before", true, false)
	now = now.Add(time.Second)
	s.Tick(now)
	check("at its beginning", true, false)
	cut := events.State{Cut: []links.Row{{From: "a", To: []string{"b"}, How: "drop"}}}
	id, _, _ := s.Announce(Change{What: "cut", By: ByTimeline, For: time.Second, State: cut}, now)
	s.Made(id, &Done{}, now, mono)
	s.Ended(0)
	check("while it lasts", false, false)
	now = now.Add(time.Second)
	if s.Tick(now) == nil {
		t.Fatal("it is not healed")
	}
	check("while it is being healed", false, false)
	heal, _, _ := s.Announce(Change{What: "heal", Heals: id}, now)
	s.Made(heal, &Done{}, now, mono)
	s.Ended(0)
	check("after", true, true)
	id, _, _ = s.Announce(Change{What: "shape", State: events.State{Shapes: []links.Row{{From: "a", To: []string{"b"}, How: "delay 1s"}}}}, now)
	s.Made(id, &Done{}, now, mono)
	check("with a shape", true, true)
	id, _, _ = s.Announce(Change{What: "uplink", State: events.State{Uplinks: []links.Row{{From: "a", How: "drop"}}}}, now)
	s.Made(id, &Done{}, now, mono)
	check("without an uplink", false, true)
}
