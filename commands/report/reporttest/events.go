// Package reporttest makes up the events of a run, for tests of its report.
package reporttest

import (
	"fmt"
	"net/netip"
	"time"

	"vagganet/commands/events"
	"vagganet/netcmd/links"
	"vagganet/netcmd/links/linkstest"
)

// Events returns those of a run of some nodes, in which so many faults come one after
// another, of all kinds of partitions in turn, and then a star, a kill and a pause. Each
// node writes so many lines.
func Events(nodes, faults, lines int) []events.Event {
	names := linkstest.Numbered(nodes)
	var list []events.Event
	begin := events.Event{Kind: events.RunBegin, Run: "many", Command: "many"}
	for i, name := range names {
		begin.Guests = append(begin.Guests, events.Guest{Name: name, Hostname: name, IP: netip.AddrFrom4([4]byte{172, 18, 0, byte(i + 1)})})
	}
	add := func(e events.Event) {
		e.Time = time.Date(2025, 11, 24, 16, 0, 0, int(e.Mono*1e9), time.UTC)
		list = append(list, e)
	}
	add(begin)
	for _, name := range names {
		add(events.Event{Kind: events.Start, Mono: 0.01, Child: name, Node: name})
	}
	const each = 3.0 // seconds
	length := each * float64(faults)
	said := 0
	say := func(until float64) {
		for ; said < lines && float64(said) < until/length*float64(lines); said++ {
			for i, name := range names {
				add(events.Event{Kind: events.Line, Mono: (float64(said) + float64(i)/float64(nodes)) / float64(lines) * length, Child: name, Node: name, Stream: "stdout",
					Lines: fmt.Appendf(nil, "line %d of %s: the answer came in 140 us\n", said, name)})
			}
		}
	}
	for i := range faults {
		at := each * float64(i)
		say(at)
		what, state := change(names, i)
		leader := names[i/3%nodes]
		add(events.Event{Kind: events.Role, Mono: at, Role: "leader", Whom: leader, By: "timeline"})
		took := 1.5
		add(events.Event{Kind: events.FaultBegin, Mono: at + 1, ID: i + 1, What: what, By: "timeline", For: 1.5, Asked: &at, TookMS: &took, SkewMS: new(float64), State: state})
		add(events.Event{Kind: events.FaultEnd, Mono: at + 2.5, ID: i + 1, What: what, Timed: true, State: &events.State{}})
	}
	say(length)
	code := 0
	for _, name := range names {
		add(events.Event{Kind: events.Exit, Mono: length, Child: name, Node: name, Code: &code})
	}
	add(events.Event{Kind: events.RunEnd, Mono: length, Code: &code})
	return list
}

// change is the fault of a number, and the state that it makes.
func change(names []string, number int) (what string, s *events.State) {
	one := names[number%len(names)]
	kinds := len(links.Named)
	switch i := number % (kinds + 3); i {
	case kinds:
		shape := links.Row{From: one, How: "delay 50ms"}
		for _, name := range names {
			if name != one {
				shape.To = append(shape.To, name)
			}
		}
		return "shape " + one + ":all --delay 50ms", &events.State{Shapes: []links.Row{shape}}
	case kinds + 1:
		return "kill " + one, &events.State{Nodes: []links.Row{{From: one, How: events.Down}}}
	case kinds + 2:
		return "pause " + one, &events.State{Nodes: []links.Row{{From: one, How: events.Paused}}}
	default:
		k := links.Named[i]
		return k.Name, &events.State{Cut: k.Build(names, uint64(number)).BySender()}
	}
}
