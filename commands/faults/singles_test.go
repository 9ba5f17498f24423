package faults

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"vagganet/commands/config"
	"vagganet/netcmd"
)

// What a run orders, entry by entry and each time, is what the single entries order of a
// run with another seed.
func TestSingles(t *testing.T) {
	entries := planned("every=2s for=1s partition random-halves --how reject", "at=1s partition isolate b", "at=9s partition isolate c",
		"every=3s kill random", "at=4s partition --how reject random-node")
	entries[4].Random = true
	names := []string{"a", "b", "c", "d"}
	var guests []netcmd.Guest
	for _, name := range names {
		guests = append(guests, netcmd.Guest{Name: name})
	}
	orders := func(entries []Planned, seed uint64) (all []string) {
		s := NewSchedule(entries, guests, seed)
		begin := time.Unix(1000, 0)
		s.Begin(begin)
		for at := time.Duration(0); at <= 7*time.Second; at += time.Second {
			for o := s.Tick(begin.Add(at)); o != nil; o = s.Tick(begin.Add(at)) {
				words := strings.Fields(strings.ReplaceAll(strings.Join(o.Words, " "), "--seed=", "--seed "))
				slices.Sort(words) // where the seed stands is no matter
				all = append(all, fmt.Sprint(at, words))
				s.Ended(0)
			}
		}
		return all
	}
	singles := Singles(entries, names, 17, 7*time.Second)
	got, want := orders(singles, 4711), orders(entries, 17)
	if fmt.Sprint(got) != fmt.Sprint(want) || len(want) != 7 {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for i, s := range singles {
		if s.Every != 0 || s.Random || i > 0 && s.Start < singles[i-1].Start {
			t.Errorf("%d: %v, %v", i, s, s.Random)
		}
	}
}

// An exec has no seed, and so names the nodes that are drawn.
func TestSinglesExec(t *testing.T) {
	exec := func(node string, random bool) Planned {
		return Planned{Fault: config.Fault{Start: time.Second, Every: time.Second, Verb: "exec", Words: []string{node, "--", "date", "@any"}}, Random: random}
	}
	guests := []string{"c", "b", "a"}
	where := func(node string, random bool) (nodes []string) {
		for _, s := range Singles([]Planned{exec(node, random)}, guests, 1, 20*time.Second) {
			nodes = append(nodes, s.Words[0])
			if len(s.Words) != 4 || s.Words[3] != "@any" {
				t.Errorf("%s: %q", node, s.Words)
			}
		}
		return nodes
	}
	count := func(nodes []string, name string) (n int) {
		for _, node := range nodes {
			if node == name {
				n++
			}
		}
		return n
	}
	any := where("@any", true)
	if a, b, c := count(any, "a"), count(any, "b"), count(any, "c"); len(any) != 20 || a+b+c != 20 || a == 0 || b == 0 || c == 0 {
		t.Errorf("@any: %v", any)
	}
	if most := where("@majority,@leader", true); len(most) != 60 || count(most, "@leader") != 20 || count(most, "a")+count(most, "b")+count(most, "c") != 40 {
		t.Errorf("@majority,@leader: %v", most)
	}
	if role := where("@leader", false); count(role, "@leader") != 20 {
		t.Errorf("@leader: %v", role)
	}
}
