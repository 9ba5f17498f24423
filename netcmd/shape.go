package netcmd

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Shape is what a link does to what is sent over it, beside letting it arrive. The
// zero Shape is a link that does nothing.
type Shape struct {
	// Delay, in milliseconds, is how long what is sent is on its way, give or
	// take up to Jitter.
	Delay  float64 `json:"delay_ms,omitempty"`
	Jitter float64 `json:"jitter_ms,omitempty"`
	// The next four say how many packets of a hundred vanish, arrive twice,
	// arrive ahead of those that are delayed, or arrive with a bit flipped.
	Loss      float64 `json:"loss_percent,omitempty"`
	Duplicate float64 `json:"duplicate_percent,omitempty"`
	Reorder   float64 `json:"reorder_percent,omitempty"`
	Corrupt   float64 `json:"corrupt_percent,omitempty"`
	// Rate is in bits per second; 0 is no limit.
	Rate float64 `json:"rate_bits,omitempty"`
}

// needsNetem reports whether it takes the kernel's sch_netem.
func (s Shape) needsNetem() bool { return s.Delay+s.Jitter+s.Reorder+s.Corrupt > 0 }

// queued reports whether it takes a queue of the link's own.
func (s Shape) queued() bool { return s.needsNetem() || s.Rate > 0 }

// drawn reports whether it takes a filter that draws.
func (s Shape) drawn() bool { return s.Loss+s.Duplicate > 0 }

// Modules are those of the kernel that it takes.
func (s Shape) Modules() []string {
	var modules []string
	need := func(needed bool, names ...string) {
		if needed {
			modules = append(modules, names...)
		}
	}
	need(s.needsNetem(), "sch_netem")
	need(s != Shape{}, "cls_bpf")
	need(s.drawn(), "sch_ingress")
	need(s.Duplicate > 0, "act_mirred")
	need(s.queued(), "sch_htb")
	need(s.Rate > 0, "sch_tbf")
	return modules
}

// String is the shape in the words of the command line: "delay 50ms loss 20%".
func (s Shape) String() string {
	var words []string
	add := func(name string, value float64, unit string) {
		if value > 0 {
			words = append(words, fmt.Sprintf("%s %s%s", name, plainNumber(value), unit))
		}
	}
	add("delay", s.Delay, "ms")
	add("jitter", s.Jitter, "ms")
	add("loss", s.Loss, "%")
	add("duplicate", s.Duplicate, "%")
	add("reorder", s.Reorder, "%")
	add("corrupt", s.Corrupt, "%")
	unit := 0
	rate := s.Rate
	for ; rate >= 1000 && unit < 3; unit++ {
		rate /= 1000
	}
	add("rate", rate, []string{"bit", "kbit", "mbit", "gbit"}[unit])
	return strings.Join(words, " ")
}

// ShapedLink is a directed link and its shape.
type ShapedLink struct {
	From string `json:"from"`
	To   string `json:"to"`
	Shape
}

// Shapes are those of the links of a run.
type Shapes struct {
	// Guests are the nodes, sorted by name.
	Guests []string
	links  map[[2]int]Shape // by the numbers of sender and receiver
	// there are the qdiscs that the kernel has on receivers' ports, and leaves the
	// handles of what is in the senders' classes.
	there  map[place]bool
	leaves map[[2]int]string
}

// place is where a qdisc hangs from nothing else: on the port of a guest, by its
// number.
type place struct {
	to   int
	kind placeKind
}

type placeKind int

const (
	clsactPlace placeKind = iota
	rootPlace
)

// NoShapes are those of a run in which no link has one.
func NoShapes(guests []string) Shapes {
	return Shapes{slices.Sorted(slices.Values(guests)), map[[2]int]Shape{}, map[place]bool{}, map[[2]int]string{}}
}

// With is the shapes with the links of some rows in another one. They are of guests
// that there are, as Pairs reads them.
func (s Shapes) With(rows []Row, shape Shape) Shapes {
	changed := NoShapes(s.Guests)
	maps.Copy(changed.links, s.links)
	for _, r := range rows {
		from, _ := slices.BinarySearch(s.Guests, r.From)
		for _, receiver := range r.To {
			to, _ := slices.BinarySearch(s.Guests, receiver)
			changed.set(from, to, shape)
		}
	}
	return changed
}

func (s Shapes) set(from, to int, shape Shape) {
	if shape == (Shape{}) {
		delete(s.links, [2]int{from, to})
		return
	}
	s.links[[2]int{from, to}] = shape
}

// Links lists the links that have a shape.
func (s Shapes) Links() []ShapedLink {
	links := []ShapedLink{}
	for from, sender := range s.Guests {
		for to, receiver := range s.Guests {
			if shape, shaped := s.links[[2]int{from, to}]; shaped {
				links = append(links, ShapedLink{sender, receiver, shape})
			}
		}
	}
	return links
}

// any reports whether one of the links to a guest has a shape of that kind.
func (s Shapes) any(to int, kind func(Shape) bool) bool {
	for from := range s.Guests {
		if kind(s.links[[2]int{from, to}]) {
			return true
		}
	}
	return false
}
