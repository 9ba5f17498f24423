package report

// density counts when lines came, in as many equal parts of time as there is
// room for.
type density struct {
	width  float64 // seconds; 0 before the first
	counts [parts]int
}

const parts = 400

func (d *density) add(at float64, lines int) {
	if d.width == 0 {
		d.width = 0.001
	}
	at = max(at, 0)
	for at >= d.width*parts {
		d.fold()
	}
	d.counts[int(at/d.width)] += lines
}

// fold makes room for twice the time.
func (d *density) fold() {
	var folded [parts]int
	for i, n := range d.counts {
		folded[i/2] += n
	}
	d.counts, d.width = folded, 2*d.width
}

// spans are the times in which lines came, and how many.
func (d *density) spans() []busy {
	var all []busy
	before := 0
	for i, n := range d.counts {
		at := float64(i) * d.width
		switch {
		case n > 0 && before > 0:
			all[len(all)-1].to = at + d.width
			all[len(all)-1].lines += n
		case n > 0:
			all = append(all, busy{at, at + d.width, n})
		}
		before = n
	}
	return all
}

type busy struct {
	from, to float64
	lines    int
}
