package report

import "bytes"

// batch is lines of a child that came together. They are looked at one by one only
// where they come into the page: of a flood, almost none do.
type batch struct {
	entry // the first, without its text
	texts []byte
	lines int
	// shown reports whether the texts are readable already.
	shown bool
	// index is how many lines of the child came before, and number how many of all.
	index, number int
}

// newBatch has one line at least, which may be empty. It keeps the text.
func newBatch(first entry, text []byte) batch {
	text = bytes.TrimSuffix(text, []byte("\n"))
	b := batch{entry: first, lines: bytes.Count(text, []byte("\n")) + 1}
	if b.shown = len(text) > b.lines*textMost; !b.shown {
		b.texts = text
		return b
	}
	// Too long to be kept until it is known that they are wanted.
	for line := range bytes.SplitSeq(text, []byte("\n")) {
		b.texts = append(append(b.texts, readable(string(line))...), '\n')
	}
	b.texts = bytes.TrimSuffix(b.texts, []byte("\n"))
	return b
}

// cut returns the first lines, as many as are wanted or as there are, and the others.
func (b batch) cut(wanted int) (first, others batch) {
	if b.lines <= wanted {
		return b, batch{}
	}
	at := 0
	for range wanted {
		at += bytes.IndexByte(b.texts[at:], '\n') + 1
	}
	first, others = b, b
	first.lines, first.texts = wanted, b.texts[:at-1]
	others.lines, others.texts = b.lines-wanted, b.texts[at:]
	others.order += wanted
	others.index += wanted
	others.number += wanted
	return first, others
}

// clone is the same without what else came together with it.
func (b batch) clone() batch {
	b.texts = bytes.Clone(b.texts)
	return b
}

// each gives the number of each line, and what makes it what a page can show.
func (b batch) each(do func(n int, e func() entry)) {
	n := 0
	for line := range bytes.SplitSeq(b.texts, []byte("\n")) {
		do(n, func() entry {
			e := b.entry
			e.order += n
			if e.text = string(line); !b.shown {
				e.text = readable(e.text)
			}
			return e
		})
		n++
	}
}

// batches are some that came one after another.
type batches struct {
	list  []batch
	lines int // of all
}

func (bs *batches) add(b batch) {
	if b.lines > 0 {
		bs.list, bs.lines = append(bs.list, b), bs.lines+b.lines
	}
}

// leave drops batches from the front, as long as that many lines are left, and gives each.
func (bs *batches) leave(lines int, dropped func(batch)) {
	drop := 0
	for bs.lines > 0 && bs.lines-bs.list[drop].lines >= lines {
		bs.lines -= bs.list[drop].lines
		dropped(bs.list[drop])
		drop++
	}
	clear(bs.list[:drop])
	bs.list = bs.list[drop:]
}
