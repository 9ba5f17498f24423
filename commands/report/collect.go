// Package report makes one page of what has happened in a run. It reads the run's
// events and nothing else, and keeps of them what a page can hold.
package report

import (
	"slices"
	"time"

	"vagganet/commands/events"
	"vagganet/commands/terminal"
)

// What a page holds at most. It says what is left out.
const (
	linesMost  = 10000 // of all children's lines, shared out evenly
	linesLeast = 40    // that a child has in any case
	textMost   = 2000  // bytes of a line
	faultsMost = 500   // events about links
	livesMost  = 200   // of a child that is started again and again
)

// Collector takes the events of a run, one after another.
type Collector struct {
	begin   *events.Event
	end     *events.Event
	last    float64 // seconds
	lanes   []*lane
	faults  []*fault
	states  []stateAt
	pauses  []span
	checks  []events.Event
	marks   []entry
	seen    int     // entries so far, which gives them their order
	dropped int     // events about links that there was no room for
	amiss   int     // faults and checks that came late or never
	known   float64 // until when it is known what was cut; 0 for to the end
}

// lane is a child of the run, or a guest.
type lane struct {
	name, node, ip string
	lives          []life
	restarts       int // lives that there was no room for
	out, err       density
	// first and latest are its lines, of which there were that many.
	first, latest batches
	lines         int
}

// life is from the start of a child to its end.
type life struct {
	span
	code *int
}

// span is a time of the run, in seconds. It is open until it has an end.
type span struct {
	from, to float64
	ended    bool
}

// entry is a line of the log.
type entry struct {
	at    float64
	order int
	lane  int // -1 for none
	class string
	text  string
}

// fault is a command that did something to links.
type fault struct {
	span
	begin, end events.Event
}

type stateAt struct {
	at    float64
	state events.State
}

// Add takes the next event.
func (c *Collector) Add(e events.Event) {
	c.last = max(c.last, e.Mono)
	switch e.Kind {
	case events.RunBegin:
		c.begin = &e
		for _, g := range e.Guests {
			c.lane(g.Name, g.Name).ip = g.IP.String()
		}
	case events.Start:
		c.start(e)
	case events.Exit:
		c.exit(e)
	case events.Line:
		c.addLines(e)
	case events.Suspend:
		c.pauses = append(c.pauses, span{from: e.Mono})
		c.mark(e.Mono, -1, "note", "the run stands still")
	case events.Resume:
		c.resume(e)
	case events.RunEnd:
		c.end = &e
	default:
		c.aboutLinks(e)
	}
}

// lane is that of a child; a new one if it has none yet.
func (c *Collector) lane(name, node string) *lane {
	return c.lanes[c.number(name, node)]
}

func (c *Collector) number(name, node string) int {
	i := slices.IndexFunc(c.lanes, func(l *lane) bool { return l.name == name })
	if i < 0 {
		i = len(c.lanes)
		c.lanes = append(c.lanes, &lane{name: name, node: node})
	}
	return i
}

func (c *Collector) mark(at float64, lane int, class, text string) {
	c.seen++
	c.marks = append(c.marks, entry{at, c.seen, lane, class, text})
}

func (c *Collector) start(e events.Event) {
	i := c.number(e.Child, e.Node)
	l := c.lanes[i]
	if len(l.lives) == livesMost {
		l.restarts++
		return
	}
	l.lives = append(l.lives, life{span: span{from: e.Mono}})
	c.mark(e.Mono, i, "life", "starts")
}

func (c *Collector) exit(e events.Event) {
	i := c.number(e.Child, e.Node)
	l := c.lanes[i]
	if len(l.lives) == 0 || l.lives[len(l.lives)-1].ended {
		return // of a life that was left out
	}
	last := &l.lives[len(l.lives)-1]
	last.to, last.ended, last.code = e.Mono, true, e.Code
	c.mark(e.Mono, i, "life", "ends, exit code "+codeWords(e.Code))
}

func (c *Collector) resume(e events.Event) {
	if n := len(c.pauses); n > 0 && !c.pauses[n-1].ended {
		c.pauses[n-1].to, c.pauses[n-1].ended = e.Mono, true
	}
	c.mark(e.Mono, -1, "note", "the run goes on")
}

// addLines keeps as many of a child's first lines as of its latest.
func (c *Collector) addLines(e events.Event) {
	i := c.number(e.Child, e.Node)
	l := c.lanes[i]
	class := "stdout"
	counts := &l.out
	if e.Stream == "stderr" {
		class, counts = e.Stream, &l.err
	}
	came := newBatch(entry{at: e.Mono, order: c.seen + 1, lane: i, class: class}, e.Lines)
	c.seen += came.lines
	l.lines += came.lines
	counts.add(e.Mono, came.lines)
	half := c.half()
	if room := half - l.first.lines; room > 0 {
		var fits batch
		fits, came = came.cut(room)
		l.first.add(fits)
	}
	l.latest.add(came)
	l.latest.leave(half)
}

// half is how many of a child's first lines there is room for, and as many of its
// latest. There is a child by then.
func (c *Collector) half() int { return max(linesLeast, linesMost/len(c.lanes)) / 2 }

// left is how many lines between a child's first and its latest are left out.
func (c *Collector) left(l *lane) int { return max(l.lines-2*c.half(), 0) }

// linkKinds are the events about links.
var linkKinds = []events.Kind{events.FaultBegin, events.FaultChange, events.FaultEnd, events.FaultFailed,
	events.FaultMissed, events.FaultLate, events.FaultPending, events.Checked}

func (c *Collector) aboutLinks(e events.Event) {
	if !slices.Contains(linkKinds, e.Kind) {
		return
	}
	if e.Kind == events.FaultMissed || e.Kind == events.FaultLate {
		c.amiss++
	}
	full := len(c.checks)+len(c.faults) >= faultsMost
	if e.State != nil && !full {
		c.states = append(c.states, stateAt{e.Mono, *e.State})
	}
	if full && c.known == 0 {
		c.known = e.Mono
	}
	switch {
	case e.Kind == events.FaultEnd:
		c.endFault(e)
	case full:
		c.dropped++
	case e.Kind == events.Checked:
		c.checks = append(c.checks, e)
		c.mark(e.Mono, -1, "check", "check: "+checkWords(e))
	case e.Kind == events.FaultBegin:
		c.faults = append(c.faults, &fault{span: span{from: e.Mono}, begin: e})
		c.mark(e.Mono, -1, "fault", faultWords(e))
	case e.Kind == events.FaultMissed || e.Kind == events.FaultLate:
		c.faults = append(c.faults, &fault{span: span{max(e.Mono-e.Late, 0), e.Mono, true}, begin: e, end: e})
		c.mark(e.Mono, -1, "fault", faultWords(e))
	default:
		c.faults = append(c.faults, &fault{span: span{e.Mono, e.Mono, true}, begin: e, end: e})
		c.mark(e.Mono, -1, "fault", faultWords(e))
	}
}

func (c *Collector) endFault(e events.Event) {
	for _, f := range c.faults {
		if f.begin.Kind == events.FaultBegin && f.begin.ID == e.ID && !f.ended {
			f.to, f.ended, f.end = e.Mono, true, e
			c.mark(e.Mono, -1, "fault", "end of "+readable(e.Title()))
		}
	}
}

// log is all that is to be shown of it, in order.
func (c *Collector) log() []entry {
	all := slices.Clone(c.marks)
	for i, l := range c.lanes {
		lines := l.latest.appendTo(l.first.appendTo(nil))
		if left := c.left(l); left > 0 {
			// There may be more, from when there were fewer lanes.
			first, latest := lines[:c.half()], lines[len(lines)-c.half():]
			after := first[len(first)-1]
			all = append(append(all, first...),
				entry{after.at, after.order, i, "left", terminal.Count(left, "line") + " left out here"})
			lines = latest
		}
		all = append(all, lines...)
	}
	slices.SortStableFunc(all, func(a, b entry) int { return a.order - b.order })
	return all
}

// length is how long the run was, in seconds, as far as is known; never 0.
func (c *Collector) length() float64 { return max(c.last, time.Millisecond.Seconds()) }
