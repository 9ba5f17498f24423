package supervisor

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"vagganet/commands/messages"
	"vagganet/commands/story"
)

// faults is what is known of the links of a run: what commands have said that
// they do to them, and until when. Each link that doesn't work belongs to the
// command that came last. It touches nothing itself.
type faults struct {
	links map[link]owned
	open  map[int]*fault
	last  int // the number of the latest fault
}

// link is one direction between two guests, or a guest's uplink.
type link struct {
	layer    messages.Layer
	from, to string
}

type owned struct {
	how   string
	fault int
}

// fault is a command that was announced and has links of its own, or will have.
type fault struct {
	messages.Fault
	id    int
	begun bool
	// until is when it is to be healed; zero for never, or while that is being
	// done.
	until time.Time
}

func newFaults() *faults { return &faults{links: map[link]owned{}, open: map[int]*fault{}} }

// about takes note of a command that is about to change links. Should nothing
// more be heard of it, its time counts from now.
func (fs *faults) about(f messages.Fault, now time.Time) int {
	id := -f.Heals // what heals is no fault itself
	if id == 0 {
		fs.last++
		id = fs.last
	}
	fs.open[id] = &fault{Fault: f, id: id}
	fs.open[id].setEnd(now)
	return id
}

func (f *fault) setEnd(now time.Time) {
	if f.For > 0 {
		f.until = now.Add(f.For)
	}
}

// begin takes note that a command has done what it was about to, or was
// interrupted in it. It returns what became of that.
func (fs *faults) begin(id int, now time.Time, interrupted bool) []story.Event {
	f := fs.open[id]
	if f == nil || f.begun {
		return nil // a heal has come between
	}
	f.begun = true
	if !f.until.IsZero() {
		f.setEnd(now)
	}
	if interrupted {
		fs.claim(f)
	} else {
		fs.apply(f)
	}
	events := fs.ended(f, interrupted)
	e := story.Event{Kind: story.FaultBegin, ID: id, What: f.What, Whom: f.Whom, By: f.By, For: f.For.Seconds(), Interrupted: interrupted}
	if fs.owned()[id] == 0 {
		delete(fs.open, id)
		if f.Heals != 0 {
			return fs.stated(events)
		}
		e.Kind, e.ID = story.FaultChange, 0
	}
	return fs.stated(append(events, e))
}

// apply gives a command the links that it sets.
func (fs *faults) apply(f *fault) {
	maps.DeleteFunc(fs.links, func(l link, _ owned) bool { return slices.Contains(f.Replaces, l.layer) })
	for l, how := range linksOf(f.State) {
		if how == "" {
			delete(fs.links, l)
		} else {
			fs.links[l] = owned{how, f.id}
		}
	}
}

// claim gives an interrupted command the links that it may have cut, if it heals
// them. Others stay with those who will.
func (fs *faults) claim(f *fault) {
	for l, how := range linksOf(f.State) {
		if how != "" && (f.For > 0 || fs.links[l].how == "") {
			fs.links[l] = owned{how, f.id}
		}
	}
}

func linksOf(s story.State) map[link]string {
	links := map[link]string{}
	for layer, rows := range map[messages.Layer][]story.Row{messages.Cuts: s.Cut, messages.Uplinks: s.Uplinks, messages.Shapes: s.Shapes} {
		for _, row := range rows {
			for _, to := range row.To {
				links[link{layer, row.From, to}] = row.How
			}
			if row.To == nil {
				links[link{layer, row.From, ""}] = row.How
			}
		}
	}
	return links
}

// ended are the faults that the command f has left nothing of, and the one that
// it heals.
func (fs *faults) ended(f *fault, interrupted bool) []story.Event {
	var events []story.Event
	links := fs.owned()
	for _, id := range slices.Sorted(maps.Keys(fs.open)) {
		other, healed := fs.open[id], id == f.Heals && !interrupted
		if healed || other != f && other.begun && links[id] == 0 {
			events = append(events, story.Event{Kind: story.FaultEnd, ID: id, What: other.What, Whom: other.Whom, Timed: healed})
			delete(fs.open, id)
		}
	}
	return events
}

// owned counts the links that faults have.
func (fs *faults) owned() map[int]int {
	count := map[int]int{}
	for _, o := range fs.links {
		count[o.fault]++
	}
	return count
}

// stated puts into events what is cut now.
func (fs *faults) stated(events []story.Event) []story.Event {
	s := fs.state(func(owned) bool { return true })
	for i := range events {
		events[i].State = &s
	}
	return events
}

// end ends whatever is left, with the run.
func (fs *faults) end() []story.Event {
	var events []story.Event
	for _, id := range slices.Sorted(maps.Keys(fs.open)) {
		if fs.open[id].begun {
			events = append(events, story.Event{Kind: story.FaultEnd, ID: id, What: fs.open[id].What, Whom: fs.open[id].Whom})
		}
	}
	clear(fs.links)
	clear(fs.open)
	return fs.stated(events)
}

// left is what there still is of a fault, which somebody is about to heal. Only
// one command at a time can change links: if nothing was heard of the fault since
// it was announced, its command has been killed.
func (fs *faults) left(id int, now time.Time) (story.State, []story.Event) {
	events := fs.begin(id, now, true)
	return fs.state(func(o owned) bool { return o.fault == id }), events
}

// state are the links of some faults, as rows in order.
func (fs *faults) state(of func(owned) bool) story.State {
	type place struct {
		layer     messages.Layer
		from, how string
	}
	to := map[place][]string{}
	for l, o := range fs.links {
		if of(o) {
			p := place{l.layer, l.from, o.how}
			to[p] = append(to[p], l.to)
		}
	}
	rows := map[messages.Layer][]story.Row{messages.Cuts: {}, messages.Uplinks: {}, messages.Shapes: {}}
	for _, p := range slices.SortedFunc(maps.Keys(to), func(a, b place) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.how, b.how))
	}) {
		slices.Sort(to[p])
		row := story.Row{From: p.from, To: to[p], How: p.how}
		if p.layer == messages.Uplinks {
			row.To = nil
		}
		rows[p.layer] = append(rows[p.layer], row)
	}
	return story.State{Cut: rows[messages.Cuts], Uplinks: rows[messages.Uplinks], Shapes: rows[messages.Shapes]}
}

// dueFault is a fault whose time is up, since at.
type dueFault struct {
	id int
	at time.Time
}

// due returns the faults whose time is up.
func (fs *faults) due(now time.Time) []dueFault {
	var due []dueFault
	for _, id := range slices.Sorted(maps.Keys(fs.open)) {
		if f := fs.open[id]; !f.until.IsZero() && !now.Before(f.until) {
			due = append(due, dueFault{id, f.until})
			f.until = time.Time{}
		}
	}
	return due
}

// next is when one is due; zero for never.
func (fs *faults) next() time.Time {
	var next time.Time
	for _, f := range fs.open {
		next = sooner(next, f.until)
	}
	return next
}

// sooner is the earlier of two times; zero is never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// hasten ends all that have an end, and all that are the timeline's, now.
func (fs *faults) hasten(now time.Time) {
	for _, f := range fs.open {
		if !f.until.IsZero() || f.By == messages.ByTimeline {
			f.until = now
		}
	}
}

// postpone is for a pause that doesn't count.
func (fs *faults) postpone(pause time.Duration) {
	for _, f := range fs.open {
		if !f.until.IsZero() {
			f.until = f.until.Add(pause)
		}
	}
}
