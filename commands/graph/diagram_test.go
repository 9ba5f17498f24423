package graph

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"vagganet/commands/groups"
	"vagganet/netcmd/links"
)

// Each node is in one place of a diagram, and each link in exactly one line of it or inside
// of one block, in its state: but for a ring, which has only the links that work.
func TestDiagramHasEachLink(t *testing.T) {
	for name, n := range figures() {
		d := n.diagram()
		at := map[string]int{}
		for i, b := range n.drawnNames(d) {
			for _, node := range b {
				at[node] = i
			}
		}
		if len(at) != len(n.Nodes) {
			t.Errorf("%s: %d of %d nodes", name, len(at), len(n.Nodes))
		}
		drawn := map[[2]int][]groups.Link{}
		for _, l := range d.lines {
			drawn[[2]int{l.from, l.to}] = append(drawn[[2]int{l.from, l.to}], l.Link)
			if l.both {
				drawn[[2]int{l.to, l.from}] = append(drawn[[2]int{l.to, l.from}], l.Link)
			}
		}
		for i, from := range n.Nodes {
			for j, to := range n.Nodes {
				got, want := drawn[[2]int{at[from], at[to]}], n.Link(i, j)
				if at[from] == at[to] {
					got = []groups.Link{d.clusters[at[from]].inside}
				}
				leftOut := n.Form == groups.Ring && want != groups.Link{} || n.Form == groups.Matrix && want == groups.Link{}
				if i != j && (d.left == 0 && leftOut != (len(got) == 0) || len(got) > 1 || len(got) == 1 && got[0] != want) {
					t.Errorf("%s: %s to %s is %v, drawn as %v", name, from, to, want, got)
				}
			}
		}
	}
}

// A ring's nodes look alike, as they are, also where there are too many lines.
func TestRingIsDrawnAlike(t *testing.T) {
	for name, n := range figures() {
		if n.Form != groups.Ring {
			continue
		}
		d := n.diagram()
		ends := make([]int, len(n.Nodes))
		for _, l := range d.lines {
			ends[l.from]++
			ends[l.to]++
		}
		for i, count := range ends {
			if d.left > 0 && count != 2 || count < 2 {
				t.Errorf("%s: %d lines end at node %d, %d are left out", name, count, i, d.left)
				break
			}
		}
	}
}

// drawnNames has the names of the nodes of each cluster.
func (n Network) drawnNames(d diagram) [][]string {
	var all [][]string
	for i, c := range d.clusters {
		var names []string
		if members := n.Names(n.Groups[min(i, len(n.Groups)-1)].Nodes); strings.Contains(strings.Join(c.nodes[0].label, " "), fmt.Sprintf("… (%d in all)", len(members))) {
			all = append(all, members) // too many to be told
			continue
		}
		for _, v := range c.nodes {
			if len(c.nodes) == 1 && c.boxed { // names, ranges and counts
				list := slices.DeleteFunc(slices.Clone(v.label), func(line string) bool { return strings.Contains(line, ":") })
				names = append(names, n.expanded(strings.Join(list, " "))...)
			} else {
				names = append(names, v.label[0])
			}
		}
		all = append(all, names)
	}
	return all
}

// expanded returns the names of ranges.
func (n Network) expanded(text string) []string {
	var names []string
	for _, word := range strings.Fields(text) {
		first, last, isRange := strings.Cut(word, "–")
		if !isRange {
			last = first
		}
		names = append(names, n.Nodes[slices.Index(n.Nodes, first):slices.Index(n.Nodes, last)+1]...)
	}
	return names
}

// JSON says of each node and each link what is the case, exactly once.
func TestJSONHasEachLink(t *testing.T) {
	for name, n := range figures() {
		var p Picture
		if err := json.Unmarshal([]byte(inJSON(n)), &p); err != nil {
			t.Fatal(err)
		}
		for _, node := range p.Nodes {
			if !slices.Contains(p.Groups[node.Group].Nodes, node.Name) || node.State != n.Marks[node.Name] || node.Uplink != n.Uplinks[node.Name] {
				t.Errorf("%s: %+v", name, node)
			}
		}
		told := map[[2]string]groups.Link{}
		for _, l := range p.Links {
			for _, from := range l.From {
				for _, to := range l.To {
					told[[2]string{from, to}] = l.Link
					if l.Both {
						told[[2]string{to, from}] = l.Link
					}
				}
			}
		}
		for i, from := range n.Nodes {
			for j, to := range n.Nodes {
				if got := told[[2]string{from, to}]; i != j && got != n.Link(i, j) {
					t.Errorf("%s: %s to %s is %v, told as %v", name, from, to, n.Link(i, j), got)
				}
			}
		}
	}
}

// What has no form is a matrix, with a cell for each link.
func TestTextMatrix(t *testing.T) {
	names := nodes(8)
	cuts := links.FullMesh(names)
	for i := range names {
		cuts.Set(i, (i+1)%len(names), links.Drop)
		cuts.Set((i+3)%len(names), i, links.New)
	}
	n := network(cuts)
	lines := strings.Split(text(n), "\n")
	if n.Form != groups.Matrix || len(lines) < 10 {
		t.Fatalf("a %s:\n%s", n.Form, text(n))
	}
	for i, group := range n.Groups {
		row := strings.Fields(lines[2+i])
		for j, sign := range row[len(row)-len(n.Groups):] {
			want := map[links.How]string{links.Up: ".", links.Drop: "x", links.New: "n"}[n.Link(group.Nodes[0], n.Groups[j].Nodes[0]).How]
			if i == j {
				want = "-"
			}
			if sign != want {
				t.Errorf("row %d, column %d is %s, want %s:\n%s", i, j, sign, want, text(n))
			}
		}
	}
	if !strings.Contains(text(n), ". linked, x cut, n no-new\n") {
		t.Errorf("no key of the signs:\n%s", text(n))
	}
}

// A matrix has the names of all nodes, also of a group that has many.
func TestMatrixHasAllNames(t *testing.T) {
	names := nodes(18)
	cuts := links.FullMesh(names)
	for i := 0; i < 12; i += 2 {
		cuts.Set(i, i+2, links.Drop) // a chain of every second node; the others are alike
	}
	cuts.Set(14, 16, links.Drop)
	n := network(cuts)
	for format, picture := range map[string]string{"text": text(n), "dot": dot(n)} {
		for _, name := range names {
			if n.Form != groups.Matrix || !strings.Contains(picture, name) {
				t.Errorf("%s, a %s, has no %s:\n%s", format, n.Form, name, picture)
			}
		}
	}
}

// Wherever links inside of a group are not as usual, a picture says so, in words.
func TestInsideIsTold(t *testing.T) {
	names := nodes(6)
	for what, c := range map[string]struct {
		inside []string
		shape  links.Shape
		form   groups.Form
	}{
		"of two groups":  {names[:3], links.Shape{Delay: 50}, groups.Clusters},
		"around one":     {names[1:], links.Shape{}, groups.Star},
		"around one too": {names[1:], links.Shape{Delay: 50}, groups.Star},
	} {
		cuts := links.FullMesh(names)
		if c.form == groups.Clusters {
			cuts = must(links.Isolate(names, c.inside))
		}
		var shaped []links.ShapedLink
		for i, from := range names {
			for j, to := range names {
				if i != j && slices.Contains(c.inside, from) && slices.Contains(c.inside, to) {
					cuts.Set(i, j, links.New)
					shaped = append(shaped, links.ShapedLink{From: from, To: to, Shape: c.shape})
				}
			}
		}
		n := network(cuts, shaped...)
		if n.Form != c.form {
			t.Errorf("%s: a %s", what, n.Form)
		}
		if boxes := c.form == groups.Clusters; strings.Contains(Inline(n), "one box: linked with each other, unless it says otherwise") != boxes {
			t.Errorf("%s: the legend says of boxes what they are not: %s", what, Inline(n))
		}
		for name, picture := range map[string]string{"dot": dot(n), "mermaid": mermaid(n), "svg": Inline(n)} {
			if !strings.Contains(picture, "no new connections to each other") || !strings.Contains(picture, c.shape.String()) {
				t.Errorf("%s: %s doesn't say what is inside: %s", what, name, picture)
			}
		}
	}
}

// However many nodes there are, and however different they are, text is no longer than a
// page, and so is what else has words.
func TestTextOfMany(t *testing.T) {
	for _, kind := range []string{"halves", "bridge", "random-node", "random-halves", "majorities-ring"} {
		n := network(named(kind, nodes(253)))
		if lines := strings.Count(text(n), "\n"); lines > 60 {
			t.Errorf("%s: %d lines", kind, lines)
		}
	}
}

// What all links do is said once, and takes no network's form.
func TestSharedShape(t *testing.T) {
	for kind, form := range map[string]groups.Form{"halves": groups.Clusters, "bridge": groups.Bridge, "random-node": groups.Star,
		"majorities-ring": groups.Ring, "any": groups.Matrix} {
		n := figures()["slow-"+kind]
		if n.Form != form {
			t.Errorf("%s is a %s", kind, n.Form)
		}
		for _, f := range Formats {
			said := "all links: delay 50ms"
			if f.Name == "json" {
				said = `"shape": "delay 50ms"`
			}
			picture := f.Draw(n)
			if f.Name == "svg" {
				_, picture, _ = strings.Cut(picture, "</desc>")
			}
			if strings.Count(picture, said) != 1 || strings.Count(picture, "50ms") != 1 {
				t.Errorf("%s as %s:\n%s", kind, f.Name, picture)
			}
		}
	}
}

// What is not between neighbours in a ring need not be cut.
func TestRingOfFar(t *testing.T) {
	names := nodes(ringChips + 1)
	pairs := [][]string{{names[len(names)-1], names[0]}}
	for i := 1; i < len(names); i++ {
		pairs = append(pairs, names[i-1:i+1])
	}
	ring := must(links.Split(names, pairs))
	var far []links.ShapedLink
	for _, l := range ring.Links() {
		far = append(far, links.ShapedLink{From: l.From, To: l.To, Shape: links.Shape{Delay: 50}})
	}
	for want, cuts := range map[string]links.Cuts{"delay 50ms": links.FullMesh(names), "cut delay 50ms": ring} {
		n := network(cuts, far...)
		if !strings.Contains(text(n), "; others "+want+"\n") || !strings.Contains(Inline(n), ">the others: "+want+"<") || strings.Contains(Inline(n), "cut from") {
			t.Errorf("%s: %s%s", want, text(n), Inline(n))
		}
	}
}

// Of several clusters, a row says what is between them, unless there is more to be said.
func TestTextOfClusters(t *testing.T) {
	names := nodes(6)
	cuts := must(links.Split(names, [][]string{names[:2], names[2:4], names[4:]})).By(links.Reject)
	const clusters = "  clusters        ( n001 n002 )\n                  ( n003 n004 )\n                  ( n005 n006 )\n"
	if got := text(network(cuts)); !strings.HasSuffix(got, clusters+"  links           between clusters: refused\n") {
		t.Errorf("%s", got)
	}
	two := must(links.Split(names, [][]string{names[:2], names[2:]}))
	if got := text(network(two)); !strings.HasSuffix(got, "  links           between clusters: cut\n") {
		t.Errorf("%s", got)
	}
	cuts.Set(4, 5, links.Reject)
	cuts.Set(5, 4, links.Reject)
	if got := text(network(cuts)); strings.Contains(got, "between") || !strings.Contains(got, "n005 n006 ↔ all: refused\n") {
		t.Errorf("%s", got)
	}
}
