package faults

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"vagganet/netcmd/links"
)

// Singles returns what a timeline does in a time, as entries that come once, in the order in
// which they are due. What the run would draw by its seed is drawn in them already: their
// words have the seed, and what is run in a node names the node, of these guests.
func Singles(entries []Planned, guests []string, seed uint64, length time.Duration) []Planned {
	t := newTimeline(entries, seed)
	var all []Planned
	for i, e := range entries {
		for at := e.Start; at <= length; at += e.Every {
			all = append(all, t.single(i, at, guests)...)
			if e.Every == 0 {
				break
			}
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].Start < all[j].Start })
	return all
}

// single is the next occurrence of an entry: an exec in several nodes is one in each.
func (t *timeline) single(i int, at time.Duration, guests []string) []Planned {
	p := t.entries[i]
	p.Start, p.Every = at, 0
	if !p.Random {
		return []Planned{p}
	}
	p.Random = false
	seed := t.draw(i)
	if p.Verb == "exec" {
		return p.inNodes(links.NewDraw(guests, uint64(seed)))
	}
	option := []string{"--seed", fmt.Sprint(seed)}
	first := 0
	if p.Verb == "partition" && !strings.HasPrefix(p.Words[0], "-") {
		first = 1 // behind the kind, as one would type it
	}
	p.Words = slices.Insert(slices.Clone(p.Words), first, option...)
	return []Planned{p}
}

// inNodes is an exec in each of the nodes that it draws. A role stays one.
func (p Planned) inNodes(draw links.Draw) []Planned {
	var all []Planned
	for part := range strings.SplitSeq(p.Words[0], ",") {
		nodes := []string{part}
		if set, is := strings.CutPrefix(part, "@"); is && links.IsDrawn(set) {
			nodes = draw.Set(set)
		}
		for _, node := range nodes {
			one := p
			one.Words = append([]string{node}, p.Words[1:]...)
			all = append(all, one)
		}
	}
	return all
}
