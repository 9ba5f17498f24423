package report

import (
	"fmt"
	"math"
	"strings"

	"vagganet/commands/terminal"
)

// The heights of the timeline's parts, in pixels.
const (
	faultHeight  = 24
	laneHeight   = 36 // without its roles
	axisHeight   = 22
	checksHeight = 20
)

// percentOfRun is how much of the width the run has; what is left is for what
// stands beside the last bars.
const percentOfRun = 88

// How wide the timeline is at least, and what it has for each fault, in pixels. Beyond what
// the window has, it is scrolled.
const (
	wideLeast = 540
	wideFault = 30
	wideMost  = 6000
	// pageWidth is what it has where there is room, and numberWidth what the number of a
	// fault takes.
	pageWidth   = 800
	numberWidth = 26
	// paperWidth and paperHeight are what it has on paper, below its heading.
	paperWidth  = 600
	paperHeight = 880
)

// timeline is the picture: rows of faults, then a lane for each child. The axis is a
// picture of its own, which stays where it is.
type timeline struct {
	AxisHeight, Height, FaultsHeight, LaneHeight int
	ChecksHeight                                 int // below the lanes
	Percent                                      int // what the run has of the width
	Wide                                         int // how wide it is at least
	// On paper, Zoom is the scale, and one of Every ticks has its time. Every is 0 where all
	// have it; where it isn't, there is no room for signs either.
	Zoom      string
	Every     int
	Faults    []bar // bars, and the bands below them
	Stretches []*stretch
	Lanes     []laneBars
	Pauses    []bar
	Ticks     []tick
	Checks    []tick
}

// bar is a time in the picture. X and Width are percents.
type bar struct {
	Number        int // of a fault
	Pictured      bool
	X, Width      string
	Room          string // what its text may take
	Down          int    // from there to the end of the lanes
	Y, Height     int
	Class         string
	Text, Tooltip string // what stands there, and what is shown at the cursor
	Note          string // what stands behind the text
}

type laneBars struct {
	Name, Note string
	End        int
	Roles      []bar
	Lives      []bar
	Nodes      []bar // when the node was down or paused
	Codes      []tick
	Out, Err   lines
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
	t := timeline{
		AxisHeight:   axisHeight,
		LaneHeight:   laneHeight + len(c.roleNames())*roleHeight,
		ChecksHeight: checksHeight,
		Percent:      percentOfRun,
		Wide:         min(max(wideLeast, len(c.faults)*wideFault), wideMost),
	}
	rows, faults := c.faultBars(t.pixels())
	t.Faults, t.FaultsHeight = faults, max(rows, 1)*faultHeight
	end := t.laneY(len(c.lanes))
	t.Height = end
	if len(c.checks) > 0 {
		t.Height += checksHeight
	}
	t.Zoom = fmt.Sprintf("%.2f", min(max(paperHeight/float64(axisHeight+t.Height), 0.5), 1))
	if t.Wide > paperWidth {
		t.Every = (t.Wide + paperWidth - 1) / paperWidth
	}
	for i := range t.Faults {
		t.Faults[i].Down = end - t.Faults[i].Y
	}
	for _, p := range c.pauses {
		t.Pauses = append(t.Pauses, c.bar(p.from, c.until(p), 0, end, "the run stands still"))
	}
	for i, l := range c.lanes {
		t.Lanes = append(t.Lanes, c.laneBars(l, t.laneY(i), t.laneY(i+1)))
	}
	t.Stretches = c.stretches(&t)
	for _, e := range c.checks {
		class, sign := "good", "✓"
		if e.OK == nil || !*e.OK {
			class, sign = "bad", "✗"
		}
		t.Checks = append(t.Checks, tick{c.percent(e.Mono), t.Height - 4, class, sign})
	}
	step := stepFor(c.length() * pageWidth / t.pixels())
	for at := 0.0; at <= c.length(); at += step {
		t.Ticks = append(t.Ticks, tick{X: c.percent(at), Text: fmt.Sprintf("%.4g s", at)})
	}
	return t
}

// pixels is how wide it is where a page has room.
func (t *timeline) pixels() float64 { return float64(max(t.Wide, pageWidth)) }

// laneY is where the lane of that number begins.
func (t *timeline) laneY(number int) int { return t.FaultsHeight + number*t.LaneHeight }

func (c *Collector) until(s span) float64 {
	if s.ended {
		return s.to
	}
	return c.length()
}

// faultBars puts faults that overlap in rows one below the other, in so many pixels.
func (c *Collector) faultBars(pixels float64) (rows int, bars []bar) {
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
		// Room for a number at least. The browser leaves out of a text what has no room.
		free[row] = max(c.until(f.span), f.from+c.length()*numberWidth/(pixels*percentOfRun/100))
		b := c.bar(f.from, c.until(f.span), row*faultHeight+2, faultHeight-4, fmt.Sprintf("%d %s, from %s to %s",
			i+1, faultWords(f.begin), seconds(f.from), seconds(c.until(f.span))))
		b.Text, b.Note = readable(f.begin.Title()), f.begin.Note()
		b.Class, b.Number, b.Pictured = string(f.begin.Kind), i+1, f.scene != nil && f.scene.picture != ""
		b.Room = fmt.Sprintf("%.3f%%", 100-f.from/c.length()*percentOfRun)
		if before := last[row]; before >= 0 {
			bars[before].Room = fmt.Sprintf("%.3f%%", (f.from-c.faults[before].from)/c.length()*percentOfRun)
		}
		last[row] = i
		bars = append(bars, b)
	}
	return len(free), bars
}

func (c *Collector) laneBars(l *lane, y, end int) laneBars {
	bars := laneBars{Name: l.name, Note: l.note(), End: end}
	if l.ip != "" {
		bars.Roles = c.roleBars(l, y+1)
	}
	y = end - laneHeight
	for _, life := range l.lives {
		bars.Lives = append(bars.Lives, c.bar(life.from, c.until(life.span), y+5, 12, fmt.Sprintf("%s, from %s to %s", l.name, seconds(life.from), seconds(c.until(life.span)))))
		if life.ended {
			bars.Codes = append(bars.Codes, tick{c.percent(life.to), y + 15, codeClass(life.code), codeWords(life.code)})
		}
	}
	bars.Nodes = c.nodeBars(l, y+19)
	bars.Out, bars.Err = c.linesAt(&l.out, y+23), c.linesAt(&l.err, y+29)
	return bars
}

// lines are the times in which lines came, as one path: a page may have thousands.
type lines struct {
	Path, Tooltip string
	Y, Wide       int
}

// linesWide is how wide the path is, in units of its own.
const linesWide = 4000

func (c *Collector) linesAt(d *density, y int) lines {
	var path strings.Builder
	total := 0
	for _, b := range d.spans() {
		from := int(min(b.from/c.length(), 1) * linesWide)
		to := int(min(b.to/c.length(), 1) * linesWide)
		fmt.Fprintf(&path, "M%d 0h%d", from, max(to-from, linesWide/600))
		total += b.lines
	}
	return lines{path.String(), terminal.Count(total, "line"), y, linesWide}
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
		how := s.how[l.node]
		if how == "" {
			continue
		}
		if i == 0 || c.states[i-1].how[l.node] != how {
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
