package graph

import (
	"math"
	"slices"
	"strings"
	"testing"

	"vagganet/commands/groups"
	"vagganet/netcmd/links"
)

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
				if len(n.Groups[n.groupOf(a)].Nodes) > nodesMost || len(n.Groups[n.groupOf(b)].Nodes) > nodesMost {
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

// A group of a matrix whose names have no room is counted in nodes.
func TestMatrixCountsNodes(t *testing.T) {
	cuts := links.FullMesh(nodes(60))
	for i := 0; i < 38; i += 2 {
		cuts.Set(i, i+2, links.Drop)
	}
	n := network(cuts)
	if notes := strings.Join(n.matrixNotes(), " "); !strings.HasPrefix(notes, "n002 +39: n002 n004 ") || !strings.HasSuffix(notes, "(40 in all)") {
		t.Error(notes)
	}
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
