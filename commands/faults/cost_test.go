package faults

import (
	"testing"
	"time"

	"vagganet/commands/events"
	"vagganet/netcmd/links"
	"vagganet/netcmd/links/linkstest"
)

// BenchmarkHalves takes note of a partition of many guests, whose command waits for that.
func BenchmarkHalves(b *testing.B) {
	guests := linkstest.Numbered(253)
	cuts, err := links.Disjoint(guests, [][]string{guests[:126], guests[126:]})
	if err != nil {
		b.Fatal(err)
	}
	change := Change{Replaces: []Layer{Cuts}, State: events.State{Cut: cuts.BySender()}}
	r := newRecord(guests)
	for b.Loop() {
		id, _, _ := r.Announce(change, time.Time{})
		r.begin(id, time.Time{}, false)
	}
}
