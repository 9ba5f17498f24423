package report

import (
	"fmt"
	"math"

	"vagganet/commands/events"
	"vagganet/commands/terminal"
	"vagganet/netcmd/links"
)

// The heights of the timeline's parts, in pixels.
const (
	faultHeight = 24
	laneHeight  = 36
	axisHeight  = 22
)

// percentOfRun is how much of the width the run has; what is left is for what
// stands beside the last bars.
const percentOfRun = 88

// timeline is the picture: rows of faults, then a lane for each child.
type timeline struct {
	Height, FaultsHeight, LaneHeight, AxisY int
	Faults                                  []bar // bars, and the bands below them
	Lanes                                   []laneBars
	Pauses                                  []bar
	Ticks                                   []tick
	Checks                                  []tick
}

// bar is a time in the picture. X and Width are percents.
type bar struct {
	Number        int // of a fault
	X, Width      string
	Room          string // what its text may take
	Down          int    // from there to the axis
	Y, Height     int
	Class         string
	Text, Tooltip string // what stands there, and what is shown at the cursor
}

type laneBars struct {
	Name, Note  string
	Y           int
	Heat        []heat
	Lives       []bar
	Nodes       []bar // when the node was down or paused
	Codes       []tick
	Out, Err    []bar
	Middle, End int
}

// heat is a time in which a node's links were cut, by how much.
type heat struct {
	bar
	Opacity string
}

type tick struct {
	X     string
	Y     int
	Class string
	Text  string
}

// percent is where a moment is.
func (c *Collector) percent(at float64) string {
	at = min(max(at, 0), c.length())
	return fmt.Sprintf("%.3f%%", at/c.length()*percentOfRun)
}

func (c *Collector) bar(from, to float64, y, height int, tell string) bar {
	to = min(max(to, from), c.length())
	width := fmt.Sprintf("%.3f%%", max((to-from)/c.length()*percentOfRun, 0.15))
	return bar{X: c.percent(from), Width: width, Y: y, Height: height, Tooltip: tell}
}

func (c *Collector) timeline() timeline {
	rows, faults := c.faultBars()
	t := timeline{Faults: faults, FaultsHeight: max(rows, 1) * faultHeight, LaneHeight: laneHeight}
	t.AxisY = t.FaultsHeight + len(c.lanes)*laneHeight
	t.Height = t.AxisY + axisHeight
	for i := range t.Faults {
		t.Faults[i].Down = t.AxisY - t.Faults[i].Y
	}
	for _, p := range c.pauses {
		t.Pauses = append(t.Pauses, c.bar(p.from, c.until(p), 0, t.AxisY, "the run stands still"))
	}
	for i, l := range c.lanes {
		t.Lanes = append(t.Lanes, c.laneBars(l, t.FaultsHeight+i*laneHeight))
	}
	for _, e := range c.checks {
		class, sign := "good", "✓"
		if e.OK == nil || !*e.OK {
			class, sign = "bad", "✗"
		}
		t.Checks = append(t.Checks, tick{c.percent(e.Mono), t.AxisY - 4, class, sign})
	}
	step := stepFor(c.length())
	for at := 0.0; at <= c.length(); at += step {
		t.Ticks = append(t.Ticks, tick{X: c.percent(at), Y: t.AxisY, Text: fmt.Sprintf("%.4g s", at)})
	}
	return t
}

func (c *Collector) until(s span) float64 {
	if s.ended {
		return s.to
	}
	return c.length()
}

// faultBars puts faults that overlap in rows one below the other.
func (c *Collector) faultBars() (rows int, bars []bar) {
	var free []float64 // from when each row is
	var last []int     // its latest bar
	for i, f := range c.faults {
		row := 0
		for row < len(free) && free[row] > f.from {
			row++
		}
		if row == len(free) {
			free, last = append(free, 0), append(last, -1)
		}
		// Room for a number at least.
		free[row] = max(c.until(f.span), f.from+c.length()/30)
		b := c.bar(f.from, c.until(f.span), row*faultHeight+2, faultHeight-4, fmt.Sprintf("%d %s, from %s to %s",
			i+1, faultWords(f.begin), seconds(f.from), seconds(c.until(f.span))))
		b.Text = fmt.Sprintf("%d %s", i+1, readable(f.begin.Title())+f.begin.Note())
		b.Class, b.Number = string(f.begin.Kind), i+1
		b.Room = fmt.Sprintf("%.3f%%", 100-f.from/c.length()*percentOfRun)
		if before := last[row]; before >= 0 {
			bars[before].Room = fmt.Sprintf("%.3f%%", (f.from-c.faults[before].from)/c.length()*percentOfRun)
		}
		last[row] = i
		bars = append(bars, b)
	}
	return len(free), bars
}

func (c *Collector) laneBars(l *lane, y int) laneBars {
	bars := laneBars{Name: l.name, Note: l.note(), Y: y, Middle: y + laneHeight/2, End: y + laneHeight, Heat: c.heat(l, y)}
	for _, life := range l.lives {
		bars.Lives = append(bars.Lives, c.bar(life.from, c.until(life.span), y+5, 12, fmt.Sprintf("%s, from %s to %s", l.name, seconds(life.from), seconds(c.until(life.span)))))
		if life.ended {
			bars.Codes = append(bars.Codes, tick{c.percent(life.to), y + 15, codeClass(life.code), codeWords(life.code)})
		}
	}
	bars.Nodes = c.nodeBars(l, y+19)
	for _, b := range l.out.spans() {
		bars.Out = append(bars.Out, c.bar(b.from, b.to, y+21, 4, terminal.Count(b.lines, "line")))
	}
	for _, b := range l.err.spans() {
		bars.Err = append(bars.Err, c.bar(b.from, b.to, y+27, 4, terminal.Count(b.lines, "line")+" of stderr"))
	}
	return bars
}

// note returns where a child is.
func (l *lane) note() string {
	switch {
	case l.ip != "":
		return l.ip
	case l.node == "":
		return "no node"
	}
	return l.node
}

// heat is when links of a node were cut. It is as strong as their part of all that
// it has.
func (c *Collector) heat(l *lane, y int) []heat {
	var all []heat
	if l.ip == "" || c.begin == nil {
		return nil
	}
	for i, s := range c.states {
		to := c.stateUntil(i)
		links := touched(s.state, l.name)
		if links == 0 || to <= s.at {
			continue
		}
		part := min(float64(links)/float64(max(2*(len(c.begin.Guests)-1), 1)), 1)
		all = append(all, heat{c.bar(s.at, to, y, laneHeight, fmt.Sprintf("%s of %s cut or shaped", terminal.Count(links, "link"), l.name)),
			fmt.Sprintf("%.2f", 0.08+0.4*part)})
	}
	return all
}

// stateUntil is when a state was followed by another, or isn't known any more.
func (c *Collector) stateUntil(i int) float64 {
	switch {
	case i+1 < len(c.states):
		return c.states[i+1].at
	case c.known > 0:
		return c.known
	}
	return c.length()
}

// nodeBars is when a lane's node was down or paused.
func (c *Collector) nodeBars(l *lane, y int) []bar {
	var all []bar
	var from float64
	for i, s := range c.states {
		how := nodeHow(s.state, l.node)
		if how == "" {
			continue
		}
		if i == 0 || nodeHow(c.states[i-1].state, l.node) != how {
			from = s.at
		} else {
			all = all[:len(all)-1] // it goes on
		}
		to := c.stateUntil(i)
		b := c.bar(from, to, y, 14, fmt.Sprintf("%s is %s, from %s to %s", l.node, how, seconds(from), seconds(to)))
		b.Class, b.Text = how, how
		all = append(all, b)
	}
	return all
}

// nodeHow reports whether a node is down or paused; empty for neither.
func nodeHow(s events.State, node string) string {
	for _, r := range s.Nodes {
		if r.From == node && (r.How == events.Down || r.How == events.Paused) {
			return r.How
		}
	}
	return ""
}

// touched is how many links of a node are not as usual, its uplink included.
func touched(s events.State, node string) int {
	count := 0
	for _, r := range s.Uplinks {
		if r.From == node {
			count++
		}
	}
	for _, rows := range [][]links.Row{s.Cut, s.Shapes} {
		for _, r := range rows {
			if r.From == node {
				count += len(r.To)
				continue
			}
			for _, to := range r.To {
				if to == node {
					count++
				}
			}
		}
	}
	return count
}

// stepFor is a round number of seconds of which five to twelve are in the length.
func stepFor(length float64) float64 {
	step := math.Pow(10, math.Floor(math.Log10(length)))
	switch {
	case length/step < 2:
		return step / 5
	case length/step < 5:
		return step / 2
	}
	return step
}
