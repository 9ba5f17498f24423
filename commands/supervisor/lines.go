package supervisor

import (
	"bytes"
	"time"
	"unicode/utf8"
)

const (
	// lineMax is how long a line may be, in bytes, until it is cut.
	lineMax = 1 << 20
	// cutMark stands where a line was cut; the rest of it is the next line.
	cutMark = " [a line of more than a megabyte, cut here]"
	// readMost is how many bytes are taken from a child at once.
	readMost = 64 << 10
)

// lines makes lines of what a child writes.
type lines struct {
	head []byte
	// whole are lines to be written, each with the head in front, and texts, where
	// they are wanted, the same without.
	whole, texts []byte
	wanted       bool
	// rest is a line whose end is still to come, and piece says that what came
	// before it was cut off.
	rest  []byte
	piece bool
}

// add takes the next bytes, readMost at most.
func (l *lines) add(text []byte) {
	if l.piece || len(l.rest) > 0 {
		line, more, ended := bytes.Cut(text, []byte("\n"))
		l.continued(line)
		if !ended {
			return
		}
		// The rest of a line that was cut may be its end alone.
		if len(l.rest) > 0 || !l.piece {
			l.line(l.rest, "")
		}
		l.rest, l.piece, text = l.rest[:0], false, more
	}
	end := bytes.LastIndexByte(text, '\n') + 1
	l.ended(text[:end])
	l.continued(text[end:])
	if len(l.rest) == 0 && cap(l.rest) > readMost {
		l.rest = nil // a long one is rare
	}
}

// ended takes lines that are whole, as most are: none needs to be cut.
func (l *lines) ended(text []byte) {
	if l.wanted {
		l.texts = append(l.texts, text...)
	}
	for len(text) > 0 {
		end := bytes.IndexByte(text, '\n') + 1
		l.whole = append(append(l.whole, l.head...), text[:end]...)
		text = text[end:]
	}
}

// continued adds to the line whose end is still to come.
func (l *lines) continued(text []byte) {
	l.rest = append(l.rest, text...)
	for len(l.rest) > lineMax {
		at := lineMax
		for at > lineMax-utf8.UTFMax && !utf8.RuneStart(l.rest[at]) {
			at-- // not in the middle of a character
		}
		l.line(l.rest[:at], cutMark)
		l.rest, l.piece = append(l.rest[:0], l.rest[at:]...), true
	}
}

// end takes a last line that has no end as one.
func (l *lines) end() {
	if len(l.rest) > 0 {
		l.line(l.rest, "")
		l.rest = nil
	}
}

func (l *lines) line(text []byte, mark string) {
	l.whole = append(append(append(append(l.whole, l.head...), text...), mark...), '\n')
	if l.wanted {
		l.texts = append(append(append(l.texts, text...), mark...), '\n')
	}
}

// gather is how long is waited for more, in a flood of small writes. Each read
// costs about as much as a thousand short lines do.
const gather = 500 * time.Microsecond

// flood counts reads, to know a child that writes more than anybody can read.
type flood struct {
	since time.Time
	reads int
}

// comes takes note of a read, and reports whether there were many just now.
func (f *flood) comes(now time.Time) bool {
	const window, many = 20 * time.Millisecond, 8
	if now.Sub(f.since) > window {
		f.since, f.reads = now, 0
	}
	f.reads++
	return f.reads > many
}
