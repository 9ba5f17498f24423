package faults

import (
	"testing"
	"time"

	"vagganet/commands/events"
	"vagganet/netcmd/links/linkstest"
)

// BenchmarkHalves takes note of a partition of many guests, whose command waits for that.
func BenchmarkHalves(b *testing.B) {
	cuts := linkstest.Halves(253)
	change := Change{Replaces: []Layer{Cuts}, State: events.State{Cut: cuts.BySender()}}
	r := newRecord(cuts.Guests)
	for b.Loop() {
		id, _, _ := r.Announce(change, time.Time{})
		r.begin(id, time.Time{}, false)
	}
}
