package campaign

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"

	"vagganet/commands/config"
	"vagganet/commands/events"
	"vagganet/commands/faults"
	"vagganet/commands/groups"
	"vagganet/commands/hints"
)

// Entry is one of a timeline that is made smaller. It comes once.
type Entry struct {
	faults.Planned
	// Whom are the nodes that it draws; empty where it names them, or asks for a role.
	Whom string
	// Stays reports whether it is left alone: it is there for when it is.
	Stays bool
}

// String is the entry as a person reads it: "isolate @any (n2 | n1 n3) at 2s for 500ms".
func (e Entry) String() string {
	what := strings.TrimPrefix(e.What(), "partition ")
	if e.Whom != "" {
		what = strings.Replace(what, " --seed "+seedIn(e.Words), "", 1) + " (" + groups.BriefSummary(e.Whom) + ")"
	}
	what += " at " + e.Start.String()
	if e.For > 0 {
		what += " for " + e.For.String()
	}
	return what
}

// seedIn is the seed that words have; empty if they have none.
func seedIn(words []string) string {
	if i := slices.Index(words, "--seed"); i >= 0 && i+1 < len(words) {
		return words[i+1]
	}
	return ""
}

// Past is what a run's events say of its timeline.
type Past struct {
	// Guests are their names.
	Guests []string
	// Length is for how long the timeline went on; 0 if it never began.
	Length time.Duration
	// made are the changes that it made.
	made []events.Event
}

// ReadPast reads a run's events.
func ReadPast(from io.Reader) (Past, error) {
	var p Past
	var begin, last, paused, suspended float64
	began := false
	err := events.Read(from, func(e events.Event, _ []byte) {
		last = e.Mono
		switch e.Kind {
		case events.RunBegin:
			for _, g := range e.Guests {
				p.Guests = append(p.Guests, g.Name)
			}
		case events.RunReady:
			began, begin, paused = true, e.Mono, 0
		case events.Suspend:
			suspended = e.Mono
		case events.Resume:
			paused += e.Mono - suspended
		case events.FaultBegin, events.FaultChange:
			if e.By == faults.ByTimeline && e.Due != nil {
				e.State = nil
				p.made = append(p.made, e)
			}
		}
	})
	if began {
		p.Length = seconds(last - begin - paused)
	}
	return p, err
}

func seconds(s float64) time.Duration { return time.Duration(math.Round(s * float64(time.Second))) }

// Entries are what a run's timeline did until the run's end, each once, but for checks. The
// planned entries are those that the run had.
func (p Past) Entries(planned []faults.Planned, seed uint64) ([]Entry, error) {
	if p.Length == 0 {
		return nil, errors.New("the run ended before its timeline began, so no fault has anything to do with it")
	}
	var entries []Entry
	for _, single := range faults.Singles(planned, p.Guests, seed, p.Length) {
		if single.Verb != "check" {
			entries = append(entries, Entry{Planned: single})
		}
	}
	made := make([]bool, len(entries))
	for _, e := range p.made {
		i := 0
		for i < len(entries) && (made[i] || !entries[i].makes(e)) {
			i++
		}
		if i == len(entries) {
			return nil, hints.With(fmt.Errorf("the run had another timeline than it would have now: %s, due at %v, is not in it any more", e.What, seconds(*e.Due)),
				"have the config file, and that of --faults, as they were; or run the seed again, by campaign --again")
		}
		if made[i] = true; seedIn(entries[i].Words) != "" {
			entries[i].Whom = e.Whom
		}
	}
	if len(entries) == 0 {
		return nil, hints.With(errors.New("the run's timeline had no fault, so there is nothing to leave out"),
			"it is what the timeline does that is left out: what commands and the driver do stays")
	}
	return entries, nil
}

// makes reports whether an event is what came of an entry.
func (e Entry) makes(event events.Event) bool {
	what := strings.Fields(event.What)
	if seconds(*event.Due) != e.Start || len(what) == 0 {
		return false
	}
	if e.Verb == "partition" && !slices.Contains(e.Words, what[0]) || e.Verb != "partition" && what[0] != e.Verb {
		return false
	}
	return seedIn(e.Words) == seedIn(what)
}

// KeepEnd returns the entries with one more, which stays and changes nothing: a check, at
// the end of a timeline that the run ends with. Without it, the run would end the sooner the
// fewer entries there are.
func KeepEnd(entries []Entry, planned []faults.Planned) []Entry {
	end := time.Duration(0)
	for _, p := range planned {
		at := p.Start
		if p.For > 0 {
			at += p.For + settles
		}
		if p.Every == 0 {
			end = max(end, at)
		}
	}
	return append(slices.Clone(entries), Entry{Stays: true, Planned: faults.Planned{Fault: config.Fault{Start: end, Verb: "check"}}})
}

// settles is how long after a fault's end a check is due that is to come after it.
const settles = 100 * time.Millisecond

// Format returns a timeline as a file for run --faults.
func Format(head string, timeline []Entry) ([]byte, error) {
	var list []config.Fault
	for _, e := range timeline {
		list = append(list, e.Fault)
	}
	return config.FormatFaults(head, list, func(i int) string {
		if timeline[i].Stays {
			return "the end of the run"
		}
		return timeline[i].Whom
	})
}
