package graph

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"vagganet/commands/groups"
)

// Each of these has what no other picture has.
var goldenFigures = []string{"mesh-3", "marked-20", "bridge-5", "star-20", "ring-20", "shaped", "any-8", "odd"}

// TestGoldenFigures compares pictures with the files of their names in testdata.
// UPDATE_GOLDEN=1 writes those.
func TestGoldenFigures(t *testing.T) {
	all := figures()
	for _, name := range goldenFigures {
		got := svg(all[name])
		file := filepath.Join("testdata", name+".svg")
		if os.Getenv("UPDATE_GOLDEN") != "" {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || got != string(want) {
			t.Errorf("%s: %v\n%s", file, err, got)
		}
	}
}

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

// Each node is in the picture, exactly once, unless there is no room for the names of all.
func TestNames(t *testing.T) {
	for name, n := range figures() {
		if n.Form == groups.Matrix && len(n.Groups) > 50 || n.Form == groups.Ring && len(n.Groups) > 120 {
			continue
		}
		s := read(t, svg(n))
		turned := n.Form == groups.Matrix || n.Form == groups.Ring && (len(n.Groups) > ringChips || name == "long-ring")
		count := map[string]int{}
		short := false
		for _, text := range s.texts {
			if text.turned != turned || !turned && (strings.Contains(text.class, "note") || text.group == 0) {
				continue
			}
			short = short || strings.Contains(text.text, "…") || strings.Contains(text.text, " +")
			for _, word := range strings.Fields(text.text) {
				first, last, isRange := strings.Cut(word, "–")
				if !isRange {
					last = first
				}
				for i := max(0, slices.Index(n.Nodes, first)); i <= slices.Index(n.Nodes, last); i++ {
					count[n.Nodes[i]]++
				}
			}
		}
		for _, node := range n.Nodes {
			if count[node] > 1 || count[node] == 0 && !short {
				t.Errorf("%s: %q is there %d times", name, node, count[node])
			}
		}
	}
}

// What each link is like follows from the lines between boxes and from their ends.
func TestLines(t *testing.T) {
	for name, n := range figures() {
		lines := n.Form == groups.Few || n.Form == groups.Star && len(n.Nodes) <= satellitesMost && name != "long-star"
		if mesh := n.Form == groups.Mesh && len(n.Nodes) <= meshMost; !lines && !mesh {
			continue
		}
		told := read(t, svg(n)).told()
		for a, from := range n.Nodes {
			for b, to := range n.Nodes {
				if a == b || n.Form == groups.Star && n.Groups[0].Nodes[0] != a && n.Groups[0].Nodes[0] != b || n.groupOf(a) == n.groupOf(b) && n.Form == groups.Few {
					continue
				}
				if len(n.Groups[n.groupOf(a)].Nodes) > chipsMost || len(n.Groups[n.groupOf(b)].Nodes) > chipsMost {
					continue
				}
				if got, want := told[from+" "+to], lineClass(n.Link(a, b)); got != want {
					t.Errorf("%s: %s to %s is drawn as %q, and is %q", name, from, to, got, want)
				}
			}
		}
	}
}

func (n Network) groupOf(node int) int {
	return slices.IndexFunc(n.Groups, func(g groups.Group) bool { return slices.Contains(g.Nodes, node) })
}

// told returns the classes of links by "FROM TO".
func (s seen) told() map[string]string {
	below := s.legendTop()
	told := map[string]string{}
	bars, tips := s.paths["bar"], slices.Concat(s.paths["tip"], s.paths["tip-shaped"])
	at := func(p point, pieces []segments, of func(segments) point) bool {
		return slices.ContainsFunc(pieces, func(piece segments) bool { return near(of(piece), p) })
	}
	middle := func(piece segments) point {
		return point{(piece.first().x + piece.last().x) / 2, (piece.first().y + piece.last().y) / 2}
	}
	for _, class := range []string{"up", "shaped", "drop", "reject", "new"} {
		for _, line := range s.paths[class] {
			from, to := line.first(), line.last()
			if from.y > below {
				continue
			}
			barred := at(to, bars, middle)
			if cut := class != "up" && class != "shaped"; barred != cut {
				class += " with a bar, or without"
			}
			there := slices.Concat(s.namesAt(from), []string{""})
			both := at(from, bars, middle) || !barred && !at(to, tips, func(tip segments) point { return tip[1] })
			for _, a := range there[:len(there)-1] {
				for _, b := range s.namesAt(to) {
					told[a+" "+b] = class
					if both {
						told[b+" "+a] = class
					}
				}
			}
		}
	}
	return told
}

func near(a, b point) bool { return math.Hypot(a.x-b.x, a.y-b.y) < 0.2 }

// legendTop is where the legend begins.
func (s seen) legendTop() float64 {
	top := math.Inf(1)
	for _, text := range s.texts {
		if text.group == 0 && text.class == "note left" {
			top = min(top, text.y-10)
		}
	}
	return top
}

// namesAt returns the names in the group that is nearest to a point.
func (s seen) namesAt(p point) []string {
	group, least := 0, math.Inf(1)
	for _, r := range s.rects {
		far := math.Hypot(max(0, math.Abs(p.x-r.x)-r.w), max(0, math.Abs(p.y-r.y)-r.h))
		if r.group != 0 && far < least {
			group, least = r.group, far
		}
	}
	var names []string
	for _, text := range s.texts {
		if text.group == group && text.class == "" {
			names = append(names, text.text)
		}
	}
	return names
}

// Each cell of a matrix is what it stands for.
func TestCells(t *testing.T) {
	for _, name := range []string{"any-8", "any-20", "any-100", "long-any"} {
		n := figures()[name]
		s := read(t, svg(n))
		size := 0.0
		for _, piece := range s.paths["grid"] {
			if piece.first().x == 0 && piece.first().y == 0 {
				size = max(size, piece.last().x)
			}
		}
		cell := size / float64(len(n.Groups))
		drawn := make([]string, len(n.Groups)*len(n.Groups))
		for class, pieces := range s.paths {
			for _, piece := range pieces {
				if !strings.HasPrefix(class, "cell-") || piece[0].y > size {
					continue
				}
				for x := piece[0].x + cell/2; x < piece[1].x+0.1; x += cell {
					drawn[int((piece[2].y-0.2)/cell)*len(n.Groups)+int(x/cell)] = class
				}
			}
		}
		for from := range n.Groups {
			for to := range n.Groups {
				link := n.Between(from, to)
				want := "cell-" + lineClass(link)
				switch {
				case from == to && len(n.Groups[from].Nodes) == 1:
					want = "cell-self"
				case link == groups.Link{}:
					want = ""
				}
				if got := drawn[from*len(n.Groups)+to]; got != want {
					t.Errorf("%s: %d to %d is %q, want %q", name, from, to, got, want)
				}
			}
		}
	}
}

// A ring's neighbours have a line, in its order.
func TestRingIsDrawn(t *testing.T) {
	for _, name := range []string{"ring-5", "ring-20", "ring-100"} {
		n := figures()[name]
		if got := len(read(t, svg(n)).paths["strong"]); got != len(n.Nodes)+1 { // and that of the legend
			t.Errorf("%s has %d lines", name, got)
		}
	}
}

// Whatever is drawn is in the legend.
func TestLegend(t *testing.T) {
	words := map[string]string{"up": "linked", "shaped": "", "drop": "cut", "reject": "refused", "new": "no-new", "off-drop": "uplink cut",
		"cross": "down", "pause": "paused", "cell-shaped": "shaped", "cell-drop": "cut", "strong": "linked", "chord": "linked, too", "band": "linked with each other"}
	for name, n := range figures() {
		s := read(t, svg(n))
		for class, word := range words {
			drawn := s.paths[class] != nil
			if class == "chord" && len(s.paths[class]) == 0 {
				drawn = false
			}
			if drawn && !slices.ContainsFunc(s.texts, func(text seenText) bool {
				return text.y > s.legendTop() && text.class == "note left" && strings.Contains(text.text, word)
			}) {
				t.Errorf("%s: the legend doesn't say what %s is", name, class)
			}
		}
	}
}

// Texts can be read, and borders seen, on whatever they are, by day and by night.
func TestContrast(t *testing.T) {
	for _, by := range []func(paint) string{paint.onLight, paint.onDark} {
		of := map[string]string{}
		for _, p := range paints {
			of[p.name] = by(p)
		}
		check := func(front, back string, least float64) {
			if got := contrast(of[front], of[back]); got < least {
				t.Errorf("%s (%s) on %s (%s): %.2f", front, of[front], back, of[back], got)
			}
		}
		for _, back := range []string{"paper", "paused", "g0", "g1", "g2", "g3", "g4", "g5"} {
			check("ink", back, 4.5)
		}
		check("cut", "paper", 4.5)
		for i := range groupColours {
			check(groupClass(i)+"-edge", "paper", 3)
			check(groupClass(i)+"-edge", groupClass(i), 3)
			check("cut", groupClass(i), 3) // chips that are cut from each other
		}
		for _, line := range []string{"line", "shaped"} {
			check(line, "paper", 3)
		}
	}
}

func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// luminance is that of #rrggbb, by the rules of WCAG.
func luminance(colour string) float64 {
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		value, _ := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		v := float64(value) / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		sum += weight * v
	}
	return sum
}

// A document may have many of these: they have no ids, and all that they need is in Style.
func TestInline(t *testing.T) {
	style := Style()
	for _, m := range regexp.MustCompile(`var\((--[a-z0-9-]+)\)`).FindAllStringSubmatch(style, -1) {
		if strings.Count(style, m[1]+":") != 2 {
			t.Errorf("%s is not set for light and dark", m[1])
		}
	}
	for name, n := range figures() {
		picture := Inline(n)
		if regexp.MustCompile(`<[^>]* id=`).MatchString(picture) || !strings.HasPrefix(picture, `<svg class="network" role="img" aria-label="run r: `) {
			t.Errorf("%s: %.300s", name, picture)
		}
		for _, m := range regexp.MustCompile(`class="([^"]*)"`).FindAllStringSubmatch(picture, -1) {
			for _, class := range strings.Fields(m[1]) {
				if !strings.Contains(style, "."+class) && !slices.Contains([]string{"up"}, class) {
					t.Errorf("%s: there is no rule for %s", name, class)
				}
			}
		}
	}
	if size := len(Inline(figures()["halves-20"])); size > 3000 {
		t.Errorf("20 nodes take %d bytes", size)
	}
}
