package events

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"vagganet/netcmd/links"
	"vagganet/netcmd/links/linkstest"
)

// shown are the events without their times, and the lines that follow them.
func shown(t *testing.T, text string) []string {
	var lines []string
	for text != "" {
		line, more, _ := strings.Cut(text, "\n")
		var e map[string]any
		if err := json.Unmarshal([]byte(line), &e); err != nil || e["mono"] == nil || e["time"] == nil {
			t.Fatalf("%q: %v", line, err)
		}
		delete(e, "mono")
		delete(e, "time")
		rest, _ := json.Marshal(e)
		follows, _ := e["bytes"].(float64)
		lines, text = append(lines, string(rest)+more[:int(follows)]), more[int(follows):]
	}
	return lines
}

// The events have the groups of nodes whose links are alike, in the order of their view,
// unless that is all nodes.
func TestGroups(t *testing.T) {
	var b bytes.Buffer
	w := NewWriter(&b)
	w.Write(Event{Kind: RunBegin, Guests: []Guest{{Name: "n10"}, {Name: "n2"}, {Name: "n1"}}})
	one := &State{Cut: []links.Row{{From: "n10", To: []string{"n1", "n2"}, How: "drop"}}}
	for _, s := range []*State{one, one, {}, {Cut: []links.Row{{From: "n1", To: []string{"x"}, How: "drop"}}},
		{Shapes: []links.Row{{From: "n1", To: []string{"n2", "n10"}, How: "delay 5ms"}}}} {
		w.Write(Event{Kind: FaultBegin, State: s})
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, line := range shown(t, b.String())[1:] {
		var e Event
		json.Unmarshal([]byte(line), &e)
		got = append(got, fmt.Sprint(e.Groups))
	}
	want := "[[n10] [n1 n2]],[[n10] [n1 n2]],[],[],[[n1] [n2 n10]]"
	if strings.Join(got, ",") != want {
		t.Errorf("got %s, want %s", strings.Join(got, ","), want)
	}
}

func TestWrite(t *testing.T) {
	var b bytes.Buffer
	w := NewWriter(&b)
	zero, text := 0, "<é\xff>\n{\n"
	w.Write(Event{Kind: RunBegin, Run: "r", Slot: &zero, Guests: []Guest{{Name: "a", Hostname: "h"}}})
	w.Write(Event{Kind: Exit, Child: "a", Code: &zero})
	w.Write(Event{Kind: Line, Lines: []byte(text)})
	w.Write(Event{Kind: FaultEnd, ID: 1, State: &State{Cut: []links.Row{{From: "a", To: []string{"b"}, How: "drop"}}, Uplinks: []links.Row{{From: "a", How: "drop"}}, Shapes: []links.Row{}}})
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	want := []string{
		`{"event":"run-begin","guests":[{"hostname":"h","ip":"","name":"a"}],"run":"r","slot":0}`,
		`{"child":"a","code":0,"event":"exit"}`,
		`{"bytes":8,"event":"line"}` + text,
		`{"cut":[{"from":"a","how":"drop","to":["b"]}],"event":"fault-end","id":1,"nodes":null,"shapes":[],"uplinks":[{"from":"a","how":"drop"}]}`,
	}
	got := shown(t, b.String())
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Whoever writes, and of whatever moment: no line is before another one.
func TestWriteInOrder(t *testing.T) {
	var b bytes.Buffer
	w := NewWriter(&b)
	var all sync.WaitGroup
	for i := range 8 {
		all.Add(1)
		go func() {
			defer all.Done()
			for range 200 {
				w.WriteAt(Event{Kind: Exit}, Clock()-time.Duration(i)*time.Millisecond)
			}
		}()
	}
	all.Wait()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var last Event
	in := json.NewDecoder(&b)
	for n := range 1600 {
		var e Event
		if err := in.Decode(&e); err != nil || e.Mono < last.Mono || e.Time.Before(last.Time.Add(-time.Second)) {
			t.Fatalf("line %d: %v after %v: %v", n, e, last, err)
		}
		last = e
	}
}

// reader is one that reads only when it is let.
type reader struct {
	// called, if not nil, gets the first call.
	called chan bool
	let    chan error
	size   int
}

func (r *reader) Write(b []byte) (int, error) {
	select {
	case r.called <- true:
	default:
	}
	err := <-r.let
	r.size += len(b)
	return len(b), err
}

// A reader that is slow holds up lines, and nothing else.
func TestSlowReader(t *testing.T) {
	r := &reader{let: make(chan error), called: make(chan bool, 1)}
	w := NewWriter(r)
	w.Write(Event{Kind: Exit})
	<-r.called // and takes nothing more now
	text := strings.Repeat("x", 1000)
	for range 2 * longestQueue / len(text) {
		w.Write(Event{Kind: Exit, What: text})
	}
	written := make(chan bool)
	go func() {
		w.Write(Event{Kind: Line, Lines: []byte(text)})
		close(written)
	}()
	select {
	case <-written:
		t.Error("a line did not wait")
	case <-time.After(50 * time.Millisecond):
	}
	close(r.let)
	<-written
	if err := w.Close(); err != nil || r.size < 2*longestQueue {
		t.Errorf("%d bytes were read: %v", r.size, err)
	}
}

func TestWriteFails(t *testing.T) {
	r := &reader{let: make(chan error, 1)}
	w := NewWriter(r)
	full := errors.New("no space left")
	r.let <- full
	w.Write(Event{Kind: Exit})
	if err := w.Close(); err != full {
		t.Errorf("got %v", err)
	}
	w.Write(Event{Kind: Exit}) // and doesn't hang
}

// Events are counted where nobody wants to know them, too, but no lines.
func TestCount(t *testing.T) {
	for _, to := range []io.Writer{nil, io.Discard} {
		w := NewWriter(to)
		w.Write(Event{Kind: Start})
		w.Write(Event{Kind: Line, Lines: []byte("x\n")})
		w.Write(Event{Kind: Exit})
		if got := w.Count(); got != 2 {
			t.Errorf("%d", got)
		}
		w.Close()
	}
}

// BenchmarkWriteState writes an event about halves of many nodes.
func BenchmarkWriteState(b *testing.B) {
	cuts := linkstest.Halves(253)
	w := NewWriter(io.Discard)
	var guests []Guest
	for _, name := range cuts.Guests {
		guests = append(guests, Guest{Name: name})
	}
	w.Write(Event{Kind: RunBegin, Guests: guests})
	for b.Loop() {
		w.Write(Event{Kind: FaultBegin, State: &State{Cut: cuts.BySender()}})
	}
	w.Close()
}
