// Package report makes one page of what has happened in a run. It reads the run's
// events and nothing else, and keeps of them what a page can hold.
package report

import (
	"crypto/sha256"
	"slices"
	"time"

	"vagganet/commands/events"
	"vagganet/netcmd/links"
)

// What a page holds at most. It says what is left out.
const (
	linesMost  = 10000 // of all children's lines, shared out evenly: see half
	linesLeast = 40    // that a child has in any case
	textMost   = 2000  // bytes of a line
	faultsMost = 500   // events about links and nodes
	livesMost  = 200   // of a child that is started again and again
)

// Collector takes the events of a run, one after another.
type Collector struct {
	begin    *events.Event
	end      *events.Event
	last     float64 // seconds
	lanes    []*lane
	faults   []*fault
	states   []stateAt
	scenes   map[[sha256.Size]byte]*scene // by the sums of their states
	drawn    []*scene                     // those that have pictures
	pictured int                          // bytes of these
	roles    []found
	pauses   []span
	checks   []events.Event
	marks    []entry
	seen     int   // entries so far, which gives them their order
	lines    int   // of all children
	moments  []int // how many lines there were when a fault began or ended
	dropped  int   // events about links that there was no room for
	amiss    int   // faults and checks that came late or never
	summary  Summary
	known    float64 // until when it is known what was cut; 0 for to the end
}

// lane is a child of the run, or a guest.
type lane struct {
	name, node, ip string
	lives          []life
	restarts       int // lives that there was no room for
	out, err       density
	// first and latest are its lines, of which there were that many, and kept those
	// in between that are near to a moment.
	first, kept, latest batches
	lines               int
	moments             []int // as the collector's, counted in its own lines
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
	fault int // the number of the one that begins here; 0 for none
}

// fault is a command that did something to links or nodes.
type fault struct {
	span
	begin, end events.Event
	scene      *scene // what there was then; nil where it changed nothing
}

type stateAt struct {
	at float64
	*scene
}

// Add takes the next event.
func (c *Collector) Add(e events.Event) {
	c.last = max(c.last, e.Mono)
	c.summary.add(e)
	switch e.Kind {
	case events.RunBegin:
		c.begin = &e
		var names []string
		for _, g := range e.Guests {
			names = append(names, g.Name)
		}
		for _, name := range links.InOrder(names) {
			c.lane(name, name) // in the order that pictures have, too
		}
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
	case events.Role:
		c.addRole(e)
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
	c.marks = append(c.marks, entry{at: at, order: c.seen, lane: lane, class: class, text: text})
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

// addLines keeps as many of a child's first lines as of its latest, and those near to
// faults.
func (c *Collector) addLines(e events.Event) {
	i := c.number(e.Child, e.Node)
	l := c.lanes[i]
	class := "stdout"
	counts := &l.out
	if e.Stream == "stderr" {
		class, counts = e.Stream, &l.err
	}
	came := newBatch(entry{at: e.Mono, order: c.seen + 1, lane: i, class: class}, e.Lines)
	came.index, came.number = l.lines, c.lines
	c.seen += came.lines
	c.lines += came.lines
	l.lines += came.lines
	counts.add(e.Mono, came.lines)
	half := c.half()
	if room := half - l.first.lines; room > 0 {
		var fits batch
		fits, came = came.cut(room)
		l.first.add(fits)
	}
	l.latest.add(came)
	l.latest.leave(half, func(b batch) { c.keep(l, b) })
}

// linkKinds are the events about links and nodes.
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
	var scene *scene
	if e.State != nil && !full {
		scene = c.scene(e.State, e.Kind != events.FaultEnd)
		c.states = append(c.states, stateAt{e.Mono, scene})
	}
	e.State, e.Groups = nil, nil // there may be much of them
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
		c.addFault(e, scene, span{from: e.Mono})
	case e.Kind == events.FaultMissed || e.Kind == events.FaultLate:
		c.addFault(e, scene, span{max(e.Mono-e.Late, 0), e.Mono, true})
	default:
		c.addFault(e, scene, span{e.Mono, e.Mono, true})
	}
}

func (c *Collector) addFault(e events.Event, scene *scene, s span) {
	c.faults = append(c.faults, &fault{span: s, begin: e, end: e, scene: scene})
	c.mark(e.Mono, -1, "fault", faultWords(e))
	c.marks[len(c.marks)-1].fault = len(c.faults)
	c.addMoment()
}

func (c *Collector) endFault(e events.Event) {
	for _, f := range c.faults {
		if f.begin.Kind == events.FaultBegin && f.begin.ID == e.ID && !f.ended {
			f.to, f.ended, f.end = e.Mono, true, e
			c.mark(e.Mono, -1, "fault", "end of "+readable(e.Title()))
			c.addMoment()
		}
	}
}

// length is how long the run was, in seconds, as far as is known; never 0.
func (c *Collector) length() float64 { return max(c.last, time.Millisecond.Seconds()) }
