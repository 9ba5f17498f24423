package graph

import (
	"strings"
	"testing"
)

// TestGeometry looks at where things are in each picture.
func TestGeometry(t *testing.T) {
	for name, n := range figures() {
		t.Run(name, func(t *testing.T) {
			s := read(t, svg(n))
			s.testInside(t)
			s.testTexts(t)
			s.testBoxes(t)
			s.testLabels(t)
			if width := 2 * s.view.w; width > 900 && !strings.HasPrefix(name, "long") {
				t.Errorf("it is %.0f wide", width)
			}
		})
	}
}

// Nothing is outside of the view box.
func (s seen) testInside(t *testing.T) {
	for _, r := range s.rects {
		if r.area.turned().outside(s.view) {
			t.Errorf("a rectangle is outside: %v", r)
		}
	}
	for class, pieces := range s.paths {
		for _, piece := range pieces {
			for _, p := range piece {
				if (turnedArea{p.x, p.y, 2, 2, 1, 0}).outside(s.view) {
					t.Errorf("%s is outside: %v", class, p)
				}
			}
		}
	}
	for _, text := range s.texts {
		if text.outside(s.view) {
			t.Errorf("%q is outside", text.text)
		}
	}
}

// No text covers another one or the edge of a box, and what is in a box stays there.
func (s seen) testTexts(t *testing.T) {
	for i, text := range s.texts {
		for _, other := range s.texts[:i] {
			if text.meets(other.turnedArea) {
				t.Errorf("%q and %q overlap", text.text, other.text)
			}
		}
		in := false
		for _, r := range s.rects {
			inside := !text.outside(r.area)
			in = in || inside && r.group == text.group
			if !inside && text.meets(r.area.turned()) {
				t.Errorf("%q is on the edge of a box: %v", text.text, r)
			}
		}
		if text.group != 0 && !in {
			t.Errorf("%q is not in its box", text.text)
		}
	}
}

// Chips of a group touch, unless they are cut from each other, and are in their box; groups
// are apart.
func (s seen) testBoxes(t *testing.T) {
	for i, a := range s.rects {
		touches, alone := false, true
		for j, b := range s.rects {
			same := a.group == b.group && a.group != 0
			switch {
			case i == j:
			case a.class == "box" && same:
				if b.area.turned().outside(a.area) {
					t.Errorf("a chip is not in its box: %v", b)
				}
			case b.class == "box" && same:
			case a.meets(b.grown(-0.2)):
				t.Errorf("%v and %v overlap", a, b)
			case same:
				alone = false
				touches = touches || a.meets(b.grown(0.2))
			}
		}
		if apart := strings.Contains(a.class, "apart"); !alone && a.class != "box" && touches == apart {
			t.Errorf("it touches: %t: %v", touches, a)
		}
	}
}

// No line goes through the words of another one.
func (s seen) testLabels(t *testing.T) {
	for _, text := range s.texts {
		if text.group != 0 || text.class != "note" {
			continue
		}
		for _, class := range lineClasses {
			for _, line := range s.paths[class] {
				if crosses(line.first(), line.last(), area{text.x, text.y, text.w, text.h}) {
					t.Errorf("a line of class %s goes through %q", class, text.text)
				}
			}
		}
	}
}
