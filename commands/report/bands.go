package report

import (
	"fmt"
	"slices"
	"strings"
)

// stretch is a time in which the network was in one state, as it is seen in the lanes.
type stretch struct {
	X, Width string // percents
	Bands    []*band
	Signs    []*tick // what stands at its beginning; none where there is no room
}

// band is lanes in one colour, in a stretch.
type band struct {
	Class, Opacity, Path, Tooltip string
}

// signWidth is how wide a stretch must be to have room for signs, in pixels.
const signWidth = 11

// stretches are the times in which links were not as usual.
func (c *Collector) stretches(t *timeline) []*stretch {
	var all []*stretch
	for i := 0; i < len(c.states); {
		end := i + 1
		for end < len(c.states) && c.states[end].scene == c.states[i].scene {
			end++
		}
		from, to := c.states[i].at, c.stateUntil(end-1)
		if sides := c.states[i].scene.bands(); len(sides) > 0 && to > from {
			b := c.bar(from, to, 0, 0, "")
			s := &stretch{X: b.X, Width: b.Width}
			signed := (to-from)/c.length()*percentOfRun/100*float64(t.Wide) >= signWidth
			for _, side := range sides {
				s.add(side, c.lanesOf(side.nodes), t, signed)
			}
			all = append(all, s)
		}
		i = end
	}
	return all
}

// bands are the sides whose links are not as usual.
func (sc *scene) bands() []*side {
	var sides []*side
	for _, s := range slices.Concat(sc.sides, sc.rest) {
		if s.touched > 0 || s.shaped {
			sides = append(sides, s)
		}
	}
	return sides
}

// join makes one of bands that look the same and have no letter or number, as the many of a
// ring.
func (s *stretch) join(b *band) {
	for _, old := range s.Bands {
		if old.Class == b.Class && old.Opacity == b.Opacity && b.Class == "heat" {
			old.Path, old.Tooltip = old.Path+b.Path, "links cut or shaped"
			return
		}
	}
	s.Bands = append(s.Bands, b)
}

// look returns the class of a side's lanes, and what stands and is said there. A number that
// one node alone has, as each of a ring, tells nothing, and is left out.
func (s *side) look() (class, sign, tooltip string) {
	switch {
	case s.Class != "":
		return "heat " + s.Class, s.Sign, s.tooltip
	case s.Sign != "" && len(s.nodes) > 1:
		return "heat number", s.Sign, s.tooltip
	}
	return "heat", "", strings.TrimPrefix(s.tooltip, s.Sign+": ")
}

// lanesOf are the numbers of the lanes of some guests, in order.
func (c *Collector) lanesOf(nodes []string) []int {
	var lanes []int
	for i, l := range c.lanes {
		if l.ip != "" && slices.Contains(nodes, l.name) {
			lanes = append(lanes, i)
		}
	}
	return lanes
}

// add adds a side: a box for lanes that are next to each other. It is as strong as the
// part of their links that are not as usual, and has signs if there is room for them.
func (s *stretch) add(side *side, lanes []int, t *timeline, signed bool) {
	var path strings.Builder
	for i := 0; i < len(lanes); {
		end := i + 1
		for end < len(lanes) && lanes[end] == lanes[end-1]+1 {
			end++
		}
		fmt.Fprintf(&path, "M0 %dh9999v%dH0z", t.laneY(lanes[i]), (end-i)*t.LaneHeight)
		i = end
	}
	if path.Len() == 0 {
		return
	}
	part := float64(side.touched) / float64(max(side.of, 1))
	class, sign, tooltip := side.look()
	s.join(&band{class, fmt.Sprintf("%.2f", 0.12+0.3*min(part, 1)), path.String(), tooltip})
	if signed && sign != "" {
		for _, lane := range lanes {
			s.Signs = append(s.Signs, &tick{Y: t.laneY(lane) + t.LaneHeight - 5, Class: side.Class, Text: sign})
		}
	}
}
