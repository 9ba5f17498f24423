package report

import (
	"slices"
	"sort"

	"vagganet/commands/terminal"
)

// A child has room for a part of the lines of a page. Where it has more, these are its
// first and its latest ones, and, where there are faults, those around each beginning
// and end of a fault: half of the room is for these. When a line is not among the latest
// any more it is known which moments it is near to. Later ones only take room away, so
// what is dropped would not be wanted later either.

// room is how many lines of a child a page has. There is a child by then.
func (c *Collector) room() int { return max(linesLeast, linesMost/len(c.lanes)) }

// half is how many of a child's first lines there is room for, and as many of its
// latest.
func (c *Collector) half() int {
	if len(c.moments) > 0 {
		return c.room() / 4
	}
	return c.room() / 2
}

// aroundEach is how many lines of each child are shown before and after each moment, and
// aroundAll how many of all children together, which are some in any case.
func (c *Collector) aroundEach() int { return c.room() / 8 / max(len(c.moments), 1) }

func (c *Collector) aroundAll() int {
	return min(c.half(), max(aroundLeast, linesMost/8/max(len(c.moments), 1)))
}

// aroundLeast is the least of aroundAll. A child's latest lines are more.
const aroundLeast = 2

// addMoment notes that a fault begins or ends now. Those with no line in between are one.
func (c *Collector) addMoment() {
	if n := len(c.moments); n > 0 && c.moments[n-1] == c.lines {
		return
	}
	c.moments = append(c.moments, c.lines)
	for _, l := range c.lanes {
		if n := len(l.moments); n == 0 || l.moments[n-1] != l.lines {
			l.moments = append(l.moments, l.lines)
		}
	}
}

// isNear reports whether some of a batch's lines, from one to the last, are near to a
// moment.
func (c *Collector) isNear(l *lane, b *batch, from, last int) bool {
	return near(l.moments, b.index+from, b.index+last, c.aroundEach()) || near(c.moments, b.number+from, b.number+last, c.aroundAll())
}

// near reports whether there is a moment that a line has at most so many lines away.
func near(moments []int, from, last, around int) bool {
	i, _ := slices.BinarySearch(moments, from-around+1)
	return i < len(moments) && moments[i] <= last+around
}

// keep keeps those of a batch that are near to a moment.
func (c *Collector) keep(l *lane, b batch) {
	if len(c.moments) == 0 || !c.isNear(l, &b, 0, b.lines-1) {
		return
	}
	for b.lines > 0 {
		n, wanted := 1, c.isNear(l, &b, 0, 0)
		for n < b.lines && c.isNear(l, &b, n, n) == wanted {
			n++
		}
		var piece batch
		if piece, b = b.cut(n); wanted {
			l.kept.add(piece.clone())
		}
	}
}

// log is all that is to be shown of it, in order, and how many lines of each lane are
// not.
func (c *Collector) log() (all []entry, left []int) {
	all = slices.Clone(c.marks)
	for _, l := range c.lanes {
		before := len(all)
		var gaps int
		all, gaps = c.appendLines(all, l)
		left = append(left, l.lines-(len(all)-before-gaps))
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].order < all[j].order })
	return all, left
}

// appendLines appends a lane's lines, with an entry for each gap, and returns how many
// gaps there are.
func (c *Collector) appendLines(all []entry, l *lane) (with []entry, gaps int) {
	if l.lines == 0 {
		return all, 0
	}
	all = slices.Grow(all, min(l.lines, c.room()))
	half, next := c.half(), 0 // next is the line after the last that is shown
	for _, bs := range []*batches{&l.first, &l.kept, &l.latest} {
		for _, b := range bs.list {
			b.each(func(n int, e func() entry) {
				index := b.index + n
				if index >= half && index < l.lines-half && !c.isNear(l, &b, n, n) {
					return
				}
				if index > next {
					gap := all[len(all)-1]
					gap.class, gap.text = "left", terminal.Count(index-next, "line")+" left out here"
					all, gaps = append(all, gap), gaps+1
				}
				all, next = append(all, e()), index+1
			})
		}
	}
	return all, gaps
}
