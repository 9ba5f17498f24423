package faults

import (
	"maps"
	"slices"
	"time"

	"vagganet/commands/events"
	"vagganet/netcmd/links"
)

// record is what is known of the links of a run: what commands have announced that
// they do to them, and until when. Each link that doesn't work belongs to the
// command that came last. It touches nothing itself.
type record struct {
	// nodes are the guests, in order.
	nodes []string
	// links has those of a layer, by sender and then receiver; uplinks and nodes
	// have the same node for both. There are as many as pairs of guests, so they are small, and a
	// layer is nil until it has one.
	links map[Layer][]owned
	// hows are what is done to links, by the number that they have in there; 0 for
	// nothing.
	hows []string
	open map[int]*fault
	last int // the number of the latest fault
}

type owned struct{ how, fault int32 }

// fault is a command that was announced and has links of its own, or will have.
type fault struct {
	Change
	id    int
	begun bool
	// once reports whether it is that of an entry of the timeline that comes once.
	once bool
	// until is when it is to be healed; zero for never, or while that is being
	// done.
	until time.Time
}

func newRecord(guests []string) *record {
	return &record{nodes: slices.Sorted(slices.Values(guests)), hows: []string{""}, links: map[Layer][]owned{}, open: map[int]*fault{}}
}

// Announce takes note of a command that is about to change links. Should nothing more be
// heard of it, its time counts from now. It returns the fault's number, and, for one that
// heals another, what is left of that. Only one command at a time can change links: if
// nothing was heard of the other since it was announced, its command has been killed. The
// events are about that one, or the roles that nodes are in.
func (r *record) Announce(c Change, now time.Time) (id int, left events.State, list []events.Event) {
	if c.Heals == 0 {
		r.last++
		id = r.last
		for _, role := range slices.Sorted(maps.Keys(c.Roles)) {
			list = append(list, events.Event{Kind: events.Role, Role: role, Whom: c.Roles[role], By: c.By})
		}
	} else {
		id = -c.Heals // what heals is no fault itself
		list = r.begin(c.Heals, now, true)
		left = r.state(func(o owned) bool { return int(o.fault) == c.Heals })
		c.State = Heal(left).State
	}
	r.open[id] = &fault{Change: c, id: id}
	r.open[id].setEnd(now)
	return id, left, list
}

func (f *fault) setEnd(now time.Time) {
	if f.For > 0 {
		f.until = now.Add(f.For)
	}
}

// begin takes note that a command has done what it was about to, or was
// interrupted in it. It returns what became of that.
func (r *record) begin(id int, now time.Time, interrupted bool) []events.Event {
	f := r.open[id]
	if f == nil || f.begun {
		return nil // a heal has come between
	}
	f.begun = true
	if !f.until.IsZero() {
		f.setEnd(now)
	}
	if interrupted {
		r.claim(f)
	} else {
		r.apply(f)
	}
	links := r.owned()
	list := r.ended(f, links, interrupted)
	e := events.Event{Kind: events.FaultBegin, ID: id, What: f.What, Whom: f.Whom, By: f.By, For: f.For.Seconds(), Interrupted: interrupted}
	if links[id] == 0 {
		delete(r.open, id)
		if f.Heals != 0 {
			return r.stated(list)
		}
		e.Kind, e.ID = events.FaultChange, 0
	}
	return r.stated(append(list, e))
}

// apply gives a command the links that it sets.
func (r *record) apply(f *fault) {
	for _, layer := range f.Replaces {
		clear(r.links[layer])
	}
	r.eachLink(f.State, func(l *owned, how int32) {
		if *l = (owned{}); how != 0 {
			*l = owned{how, int32(f.id)}
		}
	})
}

// claim gives an interrupted command the links that it may have cut, if it heals
// them. Others stay with those who will.
func (r *record) claim(f *fault) {
	r.eachLink(f.State, func(l *owned, how int32) {
		if how != 0 && (f.For > 0 || l.how == 0) {
			*l = owned{how, int32(f.id)}
		}
	})
}

// eachLink calls a function for each link of a state, with the number of what is done
// to it.
func (r *record) eachLink(s events.State, do func(l *owned, how int32)) {
	n := len(r.nodes)
	for layer, rows := range layers(s) {
		if r.links[layer] == nil && len(rows) > 0 {
			r.links[layer] = make([]owned, n*n)
		}
		all := r.links[layer]
		for _, row := range rows {
			how := r.number(row.How)
			from, known := links.Index(r.nodes, row.From, 0)
			if row.To == nil && known {
				do(&all[from*n+from], how)
			}
			to, both := -1, false
			for _, name := range row.To {
				if to, both = links.Index(r.nodes, name, to+1); both && known {
					do(&all[from*n+to], how)
				}
			}
		}
	}
}

// number is that of what is done to a link.
func (r *record) number(how string) int32 {
	i := slices.Index(r.hows, how)
	if i < 0 {
		i = len(r.hows)
		r.hows = append(r.hows, how)
	}
	return int32(i)
}

// ended are the faults that the command f has left nothing of, and the one that
// it heals. Links are how many each has.
func (r *record) ended(f *fault, links map[int]int, interrupted bool) []events.Event {
	var list []events.Event
	for _, id := range slices.Sorted(maps.Keys(r.open)) {
		other, healed := r.open[id], id == f.Heals && !interrupted
		if healed || other != f && other.begun && links[id] == 0 {
			list = append(list, events.Event{Kind: events.FaultEnd, ID: id, What: other.What, Whom: other.Whom, Timed: healed})
			delete(r.open, id)
		}
	}
	return list
}

// owned counts the links that faults have.
func (r *record) owned() map[int]int {
	count := map[int]int{}
	for _, layer := range r.links {
		id, n := 0, 0 // most links of a fault follow each other
		for _, o := range layer {
			if o.how == 0 {
				continue
			}
			if int(o.fault) != id {
				count[id] += n
				id, n = int(o.fault), 0
			}
			n++
		}
		count[id] += n
	}
	return count
}

// stated puts into events what is cut now.
func (r *record) stated(list []events.Event) []events.Event {
	s := r.state(func(owned) bool { return true })
	for _, rows := range []*[]links.Row{&s.Cut, &s.Uplinks, &s.Shapes, &s.Nodes} {
		*rows = append([]links.Row{}, *rows...) // an empty list, in JSON
	}
	for i := range list {
		list[i].State = &s
	}
	return list
}

// end ends whatever is left, with the run.
func (r *record) end() []events.Event {
	var list []events.Event
	for _, id := range slices.Sorted(maps.Keys(r.open)) {
		if r.open[id].begun {
			list = append(list, events.Event{Kind: events.FaultEnd, ID: id, What: r.open[id].What, Whom: r.open[id].Whom})
		}
	}
	clear(r.links)
	clear(r.open)
	return r.stated(list)
}

// state are the links of some faults, as rows in order; nil where there are none.
func (r *record) state(of func(owned) bool) events.State {
	return events.State{Cut: r.rows(Cuts, of), Uplinks: r.rows(Uplinks, of), Shapes: r.rows(Shapes, of), Nodes: r.rows(Nodes, of)}
}

func (r *record) rows(layer Layer, of func(owned) bool) (rows []links.Row) {
	from, hows := 0, slices.Sorted(slices.Values(r.hows))
	var before []owned
	var to [][]string // by what is done to them
	for all := range slices.Chunk(r.links[layer], max(1, len(r.nodes))) {
		if !slices.Equal(all, before) { // in a cluster, all have the same receivers
			before, to = all, make([][]string, len(r.hows))
			for i, o := range all {
				if o.how != 0 && of(o) {
					to[o.how] = append(to[o.how], r.nodes[i])
				}
			}
		}
		for _, how := range hows {
			row := links.Row{From: r.nodes[from], To: to[r.number(how)], How: how}
			if row.To == nil {
				continue
			}
			if layer == Uplinks || layer == Nodes {
				row.To = nil
			}
			rows = append(rows, row)
		}
		from++
	}
	return rows
}

// dueFault is a fault whose time is up, since at.
type dueFault struct {
	id int
	at time.Time
}

// timeUp returns the faults whose time is up.
func (r *record) timeUp(now time.Time) []dueFault {
	var due []dueFault
	for _, id := range slices.Sorted(maps.Keys(r.open)) {
		if f := r.open[id]; !f.until.IsZero() && !now.Before(f.until) {
			due = append(due, dueFault{id, f.until})
			f.until = time.Time{}
		}
	}
	return due
}

// next is when one is due; zero for never.
func (r *record) next() time.Time {
	var next time.Time
	for _, f := range r.open {
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
func (r *record) hasten(now time.Time) {
	for _, f := range r.open {
		if !f.until.IsZero() || f.By == ByTimeline {
			f.until = now
		}
	}
}

// postpone is for a pause that doesn't count.
func (r *record) postpone(pause time.Duration) {
	for _, f := range r.open {
		if !f.until.IsZero() {
			f.until = f.until.Add(pause)
		}
	}
}
