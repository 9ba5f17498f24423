package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"vagganet/commands/events"
	"vagganet/netcmd/links"
	"vagganet/netcmd/links/linkstest"
)

// A lane has a number where other lanes have the same one, which its tooltip explains, and
// none where each node has its own, as in a ring.
func TestNumbersInLanes(t *testing.T) {
	names := linkstest.Numbered(9)
	var chain []links.Row
	for i := range 7 {
		chain = append(chain, links.Row{From: names[i], To: []string{names[i+1]}, How: "drop"})
	}
	fork := slices.Clone(chain)
	fork[6].To = names[7:]
	var ring []string
	for i := range names {
		ring = append(ring, names[i]+" "+names[(i+1)%9])
	}
	for name, test := range map[string]struct {
		cut         []links.Row
		signs, keys string
		tooltip     string
	}{
		"fork":  {fork, "8 8", "side: 0, number: 1, heat: 1", "8: node007 node008; 1 of 16 links of each cut or shaped"},
		"chain": {chain, "", "side: 0, number: 0, heat: 1", "links cut or shaped"},
		"one":   {[]links.Row{{From: names[0], To: names[1:], How: "drop"}}, "A B B B B B B B B", "side: 1, number: 0, heat: 0", "B: node001–node008; 1 of 16 links of each cut or shaped"},
		"ring":  {splitUp(names, ring...), "", "side: 0, number: 0, heat: 1", "links cut or shaped"},
	} {
		c := with(names...)
		c.Add(events.Event{Kind: events.FaultBegin, ID: 1, Mono: 1, What: "x", State: &events.State{Cut: test.cut}})
		c.Add(events.Event{Kind: events.RunEnd, Mono: 10})
		timeline := c.timeline()
		s := timeline.Stretches[0]
		var signs, tooltips []string
		for _, sign := range s.Signs {
			signs = append(signs, sign.Text)
		}
		for _, b := range s.Bands {
			tooltips = append(tooltips, b.Tooltip)
		}
		explained := map[string]int{}
		for _, k := range timeline.keys() {
			explained[k.mark()]++
		}
		keys := fmt.Sprintf("side: %d, number: %d, heat: %d", explained["side"], explained["heat number"], explained["heat"])
		if got := strings.Join(signs, " "); got != test.signs || keys != test.keys || !slices.Contains(tooltips, test.tooltip) {
			t.Errorf("%s: signs %s, keys %s, tooltips %q", name, got, keys, tooltips)
		}
	}
}
