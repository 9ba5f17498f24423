package report

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"vagganet/commands/events"
)

// Lines that come together are kept, and left out, as if each came by itself.
func TestBatches(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	short := false
	for round := range 40 {
		var together, single Collector
		for at := range 300 {
			child := fmt.Sprint("child", dice.IntN(1+at/20))
			var lines []string
			for n := range 1 + dice.IntN(1+dice.IntN(4*linesLeast)) {
				lines = append(lines, strings.Repeat("é", dice.IntN(10))+fmt.Sprint(n))
			}
			if round%2 == 0 && dice.IntN(15) == 0 {
				fault := events.Event{Kind: events.FaultChange, Mono: float64(at), What: "heal"}
				single.Add(fault)
				together.Add(fault)
			}
			if at%50 == 0 {
				lines[0] = strings.Repeat("long\t", len(lines)*textMost)
			}
			for _, text := range lines {
				line(&single, float64(at), child, text)
			}
			line(&together, float64(at), child, strings.Join(lines, "\n")+"\n")
		}
		want, left := single.log()
		if got, _ := together.log(); !slices.Equal(got, want) {
			t.Fatalf("%d lines, want %d", len(got), len(want))
		}
		short = short || slices.Max(left) > 0
	}
	if !short {
		t.Error("no line was left out")
	}
}

// However long lines are, what is kept of them is not.
func TestBatchesOfLongLines(t *testing.T) {
	var c Collector
	const lines = 1000
	for i := range lines {
		line(&c, float64(i), "a", strings.Repeat("x", 50*textMost))
	}
	kept := 0
	for _, b := range append(c.lanes[0].first.list, c.lanes[0].latest.list...) {
		kept += cap(b.texts)
	}
	if most := 2 * lines * textMost; kept > most {
		t.Errorf("%d bytes are kept, and not %d at most", kept, most)
	}
}

// Lines of which some are missing are of a writer that was killed.
func TestReadHalf(t *testing.T) {
	for text, want := range map[string]bool{
		`{"event":"line","child":"a","bytes":4}` + "\na\nb\n": true,
		`{"event":"line","child":"a","bytes":4}` + "\na\n":    false,
		`{"event":"line","child":"a","bytes":4}` + "\n":       false,
	} {
		var c Collector
		if err := c.Read(strings.NewReader(text), nil); err != nil || (len(c.lanes) == 1) != want {
			t.Errorf("%q: %v, %d children", text, err, len(c.lanes))
		}
	}
	if err := new(Collector).Read(strings.NewReader(`{"bytes":-1}`+"\n"), nil); err == nil {
		t.Error("a number of bytes below 0 is no error")
	}
}

// BenchmarkRead reads the events of a child that writes short lines.
func BenchmarkRead(b *testing.B) {
	var written bytes.Buffer
	w := events.NewWriter(&written)
	for range 100 {
		w.Write(events.Event{Kind: events.Line, Child: "a", Stream: "stdout", Lines: bytes.Repeat([]byte("short\n"), 5000)})
	}
	w.Close()
	b.SetBytes(int64(written.Len()))
	for b.Loop() {
		var c Collector
		if err := c.Read(bytes.NewReader(written.Bytes()), nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkWrite writes a page with as many lines as it can hold.
func BenchmarkWrite(b *testing.B) {
	var c Collector
	for i := range 2 * linesMost {
		line(&c, float64(i), "a", fmt.Sprint(i))
	}
	for b.Loop() {
		if err := c.Write(io.Discard, about); err != nil {
			b.Fatal(err)
		}
	}
}
