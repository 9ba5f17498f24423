package links

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
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

// String is the shape in the words of the command line: "delay 50ms loss 20%".
func (s Shape) String() string {
	var words []string
	add := func(name string, value float64, unit string) {
		if value > 0 {
			words = append(words, fmt.Sprintf("%s %s%s", name, Decimal(value), unit))
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
}

// NoShapes are those of a run in which no link has one.
func NoShapes(guests []string) Shapes {
	return Shapes{slices.Sorted(slices.Values(guests)), map[[2]int]Shape{}}
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
			changed.Set(from, to, shape)
		}
	}
	return changed
}

// Link returns the shape of the link on which guest number from sends to guest number
// to.
func (s Shapes) Link(from, to int) Shape { return s.links[[2]int{from, to}] }

// Set changes that shape.
func (s Shapes) Set(from, to int, shape Shape) {
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

// Any reports whether one of the links to a guest has a shape of that kind.
func (s Shapes) Any(to int, kind func(Shape) bool) bool {
	for from := range s.Guests {
		if kind(s.links[[2]int{from, to}]) {
			return true
		}
	}
	return false
}

// Decimal returns a number with up to six digits behind the point.
func Decimal(x float64) string {
	return strconv.FormatFloat(Rounded(x), 'f', -1, 64)
}

// Rounded returns a number without what is beyond those digits.
func Rounded(x float64) float64 { return math.Round(x*1e6) / 1e6 }
