package graph

import (
	"math"

	"vagganet/commands/groups"
	"vagganet/commands/terminal"
)

// labelled is a line, and the words of its label, for which a place is to be found.
type labelled struct {
	from, to point
	both     bool
	words    []string
}

// drawFew draws boxes around a circle, and what is between each two. The circle is so large
// that the words at lines have a place; if that gets too large, they take the best there is.
func (n *Network) drawFew(c *canvas) {
	blocks := n.blocks()
	var places []point
	var lines []labelled
	var labels []area
	for radius, clear := 60.0, false; !clear; radius *= 1.05 {
		places = circle(len(blocks), radius, startOf(blocks))
		for i := range places {
			places[i].x *= 1.25
		}
		if !apart(blocks, places) {
			continue
		}
		lines = n.linesOf(blocks, places)
		labels, clear = labelsOf(blocks, places, lines)
		clear = clear || radius > 280
	}
	for i := range blocks {
		for j := range i {
			c.link(blocks[j].at(places[j]), blocks[i].at(places[i]), n.Between(j, i), n.Between(i, j))
		}
	}
	for i := range blocks {
		blocks[i].draw(c, places[i])
	}
	for i, l := range lines {
		for k, words := range l.words {
			c.text("note", labels[i].x, labels[i].y+(float64(k)-float64(len(l.words)-1)/2)*labelStep, words)
		}
	}
}

// startOf is the angle of the first of some boxes: two stand side by side if the page is
// wide enough, and four in the corners of a rectangle.
func startOf(blocks []*block) float64 {
	switch len(blocks) {
	case 2:
		if 2*(blocks[0].w+blocks[1].w)+2*lineLength <= pageWidth {
			return math.Pi
		}
	case 4:
		return -math.Pi * 3 / 4
	case 6:
		return -math.Pi * 2 / 3
	}
	return -math.Pi / 2
}

// apart reports whether there is room between each two boxes, and no box in the way of a
// line between two others.
func apart(blocks []*block, places []point) bool {
	for i := range blocks {
		for j := range i {
			if blocks[i].at(places[i]).grown(lineLength).meets(blocks[j].at(places[j])) {
				return false
			}
			from, to := between(blocks[j].at(places[j]), blocks[i].at(places[i]), 0)
			for k := range blocks {
				if k != i && k != j && crosses(from, to, blocks[k].at(places[k]).grown(2*aside)) {
					return false
				}
			}
		}
	}
	return true
}

// crosses reports whether a line passes through an area.
func crosses(from, to point, a area) bool {
	first, last := 0.0, 1.0
	for _, axis := range [][3]float64{{from.x - a.x, to.x - from.x, a.w}, {from.y - a.y, to.y - from.y, a.h}} {
		at, by, half := axis[0], axis[1], axis[2]
		if by == 0 {
			if math.Abs(at) >= half {
				return false
			}
			continue
		}
		in, out := (-half-at)/by, (half-at)/by
		first, last = max(first, min(in, out)), min(last, max(in, out))
	}
	return first < last
}

// linesOf returns the lines between boxes, with their words.
func (n *Network) linesOf(blocks []*block, places []point) []labelled {
	var lines []labelled
	add := func(i, j int, by float64, l groups.Link, both bool) {
		from, to := between(blocks[i].at(places[i]), blocks[j].at(places[j]), by)
		lines = append(lines, labelled{from, to, both, terminal.Fold(shapeWords(l.Shape), labelWidth, "")})
	}
	for i := range blocks {
		for j := range i {
			there, back := n.Between(j, i), n.Between(i, j)
			if there == back {
				add(j, i, 0, there, true)
				continue
			}
			add(j, i, aside, there, false)
			add(i, j, aside, back, false)
		}
	}
	return lines
}

const (
	labelWidth = 16 // of a label, in characters
	labelStep  = 12
)

// labelsOf finds a place beside each line that has words, where they meet no box, no line
// and no other words, and reports whether all have one.
func labelsOf(blocks []*block, places []point, lines []labelled) (labels []area, clear bool) {
	labels, clear = make([]area, len(lines)), true
	for i, l := range lines {
		if l.words == nil {
			continue
		}
		least := -1
		for _, place := range l.labelPlaces() {
			meets := 0
			for k := range blocks {
				if place.meets(blocks[k].at(places[k]).grown(2)) {
					meets += 100
				}
			}
			for k, other := range lines {
				if crosses(other.from, other.to, place) {
					meets++
				}
				if k < i && other.words != nil && place.meets(labels[k]) {
					meets += 100
				}
			}
			if least < 0 || meets < least {
				least, labels[i] = meets, place
			}
		}
		clear = clear && least == 0
	}
	return labels, clear
}

// labelPlaces are where the words of a line may stand: beside it, near to its middle first.
func (l labelled) labelPlaces() []area {
	half := area{h: float64(len(l.words)) * labelStep / 2}
	for _, words := range l.words {
		half.w = max(half.w, textWidth(words, noteSize)/2)
	}
	ux, uy := direction(l.from, l.to)
	far := math.Abs(uy)*half.w + math.Abs(ux)*half.h + 4
	var places []area
	for _, t := range []float64{0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8} {
		at := point{l.from.x + (l.to.x-l.from.x)*t, l.from.y + (l.to.y-l.from.y)*t}
		places = append(places, area{at.x + uy*far, at.y - ux*far, half.w, half.h})
		if l.both {
			places = append(places, area{at.x - uy*far, at.y + ux*far, half.w, half.h})
		}
	}
	return places
}
