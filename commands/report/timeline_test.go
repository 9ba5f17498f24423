package report

import (
	"strconv"
	"strings"
	"testing"

	"vagganet/commands/events"
)

// pixelsOf is what a percentage of the timeline is where the page has room.
func pixelsOf(t *testing.T, of *timeline, percent string) float64 {
	t.Helper()
	n, err := strconv.ParseFloat(strings.TrimSuffix(percent, "%"), 64)
	if err != nil {
		t.Fatal(err)
	}
	return n / 100 * of.pixels()
}

// faultsAt is a run of so many seconds with faults that are in force for a while each.
func faultsAt(length, lasts float64, at ...float64) *Collector {
	c := with("a", "b")
	for i, from := range at {
		c.Add(events.Event{Kind: events.FaultBegin, ID: i + 1, Mono: from, What: "partition isolate a"})
		c.Add(events.Event{Kind: events.FaultEnd, ID: i + 1, Mono: from + lasts})
	}
	c.Add(events.Event{Kind: events.RunEnd, Mono: length})
	return c
}

// The text of a fault has room for its number up to where the next one in its row begins,
// however many short ones there are, and that of a long one for as much as its bar has.
func TestRoomForTextsOfFaults(t *testing.T) {
	var even, dense []float64
	for i := range 100 {
		even = append(even, 3*float64(i))
		dense = append(dense, 3*float64(i/4)+0.1*float64(i%4))
	}
	for name, c := range map[string]*Collector{
		"even": faultsAt(300, 0.5, even...), "dense": faultsAt(300, 0.01, dense...),
		"few": faultsAt(300, 0.5, 1, 2, 3, 290), "long": faultsAt(300, 200, 10, 20, 220), "most": many(3, faultsMost, 0),
	} {
		of := c.timeline()
		ends := map[int]float64{}
		for _, b := range of.Faults {
			from, room := pixelsOf(t, &of, b.X), pixelsOf(t, &of, b.Room)
			if from < ends[b.Y]-0.1 {
				t.Errorf("%s: the text before fault %d may reach to %.1f, and that begins at %.1f", name, b.Number, ends[b.Y], from)
			}
			if room < numberWidth-0.1 || room < pixelsOf(t, &of, b.Width)-0.1 {
				t.Errorf("%s: the text of fault %d has %.1f pixels, its bar %s", name, b.Number, room, b.Width)
			}
			ends[b.Y] = from + room
		}
		if want := map[string]int{"even": 1, "dense": 4, "few": 3, "long": 2}[name]; want > 0 && len(ends) != want {
			t.Errorf("%s: %d rows of faults", name, len(ends))
		}
	}
}

// On paper a timeline is smaller where it has many lanes, and where it is wider than that,
// not all ticks have their times.
func TestTimelineOnPaper(t *testing.T) {
	for _, test := range []struct {
		nodes, faults int
		zoom          string
		every         int
	}{{3, 3, "1.00", 0}, {20, 14, "0.86", 0}, {60, 20, "0.50", 0}, {20, 21, "0.86", 2}, {20, 100, "0.86", 5}} {
		of := many(test.nodes, test.faults, 0).timeline()
		if of.Zoom != test.zoom || of.Every != test.every {
			t.Errorf("%d nodes, %d faults: zoom %s, every %d", test.nodes, test.faults, of.Zoom, of.Every)
		}
	}
}

// Signs stand in lanes only where they have room however narrow the timeline is.
func TestRoomForSigns(t *testing.T) {
	cut := splitUp([]string{"a", "b", "c"}, "a", "b c")
	for seconds, want := range map[float64]int{2: 0, 2.5: 3} {
		c := with("a", "b", "c")
		c.Add(events.Event{Kind: events.FaultBegin, ID: 1, Mono: 1, What: "isolate a", State: &events.State{Cut: cut}})
		c.Add(events.Event{Kind: events.FaultEnd, ID: 1, Mono: 1 + seconds, State: &events.State{}})
		c.Add(events.Event{Kind: events.RunEnd, Mono: 100})
		of := c.timeline()
		if got := len(of.Stretches[0].Signs); got != want {
			t.Errorf("%v s: %d signs, and not %d", seconds, got, want)
		}
	}
}
