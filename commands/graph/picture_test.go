package graph

import (
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vagganet/netcmd/links"
)

func nodes(count int) []string {
	var names []string
	for i := range count {
		names = append(names, fmt.Sprintf("n%03d", i+1))
	}
	return names
}

func must(c links.Cuts, err error) links.Cuts {
	if err != nil {
		panic(err)
	}
	return c
}

func named(name string, guests []string) links.Cuts {
	for _, n := range links.Named {
		if n.Name == name {
			return n.Build(guests, 1)
		}
	}
	panic(name)
}

// networks are those of the golden files, by their names.
func networks() map[string]Network {
	five := []string{"a", "b", "c", "d", "e"}
	mixed := must(links.FullMesh(five).With([]links.Row{
		{From: "a", To: []string{"b"}, How: "drop"},
		{From: "b", To: []string{"a"}, How: "reject"},
		{From: "c", To: []string{"d"}, How: "new"}, {From: "d", To: []string{"c"}, How: "new"},
		{From: "e", To: []string{"a"}, How: "drop"},
	}))
	all := map[string]Network{}
	for name, cuts := range map[string]links.Cuts{
		"one":    links.FullMesh([]string{"a"}),
		"mesh":   links.FullMesh(five),
		"halves": named("halves", five),
		"bridge": named("bridge", five),
		"ring":   named("majorities-ring", five),
		"mixed":  must(mixed.WithUplinks([]string{"c", "e"}, links.State{How: links.Drop})),
		"mute":   must(links.Isolate(five, []string{"b"})).OneWay([][]string{{"b"}}),
		"odd":    must(links.Isolate([]string{`a"b\c`, "<b>&#1;", "graph"}, []string{"graph"})),
		"many":   must(must(links.Isolate(nodes(100), []string{"n007", "n009"})).WithUplinks([]string{"n050"}, links.State{How: links.Reject})),
		"shaped": must(links.Isolate(five, []string{"e"})),
		"herd":   links.FullMesh(nodes(40)),
	} {
		all[name] = Network{Run: "r", Cuts: cuts}
	}
	slow, lossy := links.Shape{Delay: 50, Loss: 20}, links.Shape{Loss: 5}
	shaped := all["shaped"]
	shaped.Shaped = []links.ShapedLink{{From: "a", To: "b", Shape: slow}, {From: "a", To: "c", Shape: slow}, {From: "b", To: "a", Shape: slow},
		{From: "c", To: "d", Shape: lossy}, {From: "d", To: "e", Shape: lossy}}
	all["shaped"] = shaped
	herd := all["herd"]
	for _, name := range nodes(40)[1:] {
		herd.Shaped = append(herd.Shaped, links.ShapedLink{From: "n001", To: name, Shape: slow})
	}
	all["herd"] = herd
	killed := Network{Run: "r", Cuts: must(links.FullMesh(five).WithUplinks([]string{"b", "d"}, links.State{How: links.Drop}))}
	killed.Nodes = map[string]string{"a": Down, "b": Down, "c": Paused, "d": Paused}
	all["killed"] = killed
	crowd := Network{Run: "r", Cuts: links.FullMesh(nodes(40)), Nodes: map[string]string{"n001": Paused}}
	for _, name := range nodes(40)[20:] {
		crowd.Nodes[name] = Down
	}
	all["crowd"] = crowd
	return all
}

// golden are the pictures that are compared as a whole: each format of the plainest
// network, and what no other picture has. What holds for every picture is tested below.
var golden = []string{"mesh.svg", "mesh.dot", "mesh.mermaid", "mesh.text", "ring.svg", "ring.text", "shaped.svg", "shaped.dot",
	"killed.svg", "killed.dot", "killed.mermaid", "killed.text", "crowd.dot", "mixed.svg", "mixed.text", "mixed.mermaid", "odd.svg", "odd.dot", "odd.mermaid", "many.text"}

// TestGolden compares them with the files of their names in testdata. UPDATE_GOLDEN=1
// writes those.
func TestGolden(t *testing.T) {
	for _, name := range golden {
		network, format, _ := strings.Cut(name, ".")
		i := slices.IndexFunc(Formats, func(f Format) bool { return f.Name == format })
		got := Formats[i].Draw(networks()[network])
		file := filepath.Join("testdata", name)
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

// Each link is in exactly one line of a drawing, in its state.
func TestSketchHasEachLink(t *testing.T) {
	for name, n := range networks() {
		cuts, link := n.Cuts, n.states()
		s := n.sketch()
		box := map[string]int{}
		for i, b := range s.boxes {
			for _, node := range b.nodes {
				box[node] = i
			}
		}
		if len(box) != len(cuts.Guests) || len(s.boxes) > tooMany {
			t.Errorf("%s: %d nodes in %d boxes", name, len(box), len(s.boxes))
		}
		states := map[[2]int][]state{}
		for _, l := range s.lines {
			states[[2]int{l.from, l.to}] = append(states[[2]int{l.from, l.to}], l.state)
			if l.both {
				states[[2]int{l.to, l.from}] = append(states[[2]int{l.to, l.from}], l.state)
			}
		}
		for i, from := range cuts.Guests {
			for j, to := range cuts.Guests {
				drawn := states[[2]int{box[from], box[to]}]
				if box[from] == box[to] {
					drawn = []state{s.boxes[box[from]].inside}
				}
				if i != j && (len(drawn) != 1 || drawn[0] != link(i, j)) {
					t.Errorf("%s: %s to %s is %v, drawn as %v", name, from, to, link(i, j), drawn)
				}
			}
		}
	}
}

// Nodes are in one box only if all of them are down, all paused, or all neither.
func TestSketchHasEachNode(t *testing.T) {
	for name, n := range networks() {
		for _, b := range n.sketch().boxes {
			for _, node := range b.nodes {
				if b.node != n.Nodes[node] {
					t.Errorf("%s: %s is %q, and its box %q", name, node, n.Nodes[node], b.node)
				}
			}
		}
	}
}

// Two nodes are in a group of the text together if, and only if, they are linked
// both ways.
func TestLinked(t *testing.T) {
	for name, n := range networks() {
		cuts := n.Cuts
		together := map[[2]int]bool{}
		groups := n.linked()
		for i, g := range groups {
			if slices.ContainsFunc(groups[:i], func(other []int) bool { return slices.Equal(g, other) }) {
				t.Errorf("%s: %v is there twice", name, g)
			}
			for _, a := range g {
				for _, b := range g {
					together[[2]int{a, b}] = true
				}
			}
		}
		for a := range cuts.Guests {
			for b := range cuts.Guests {
				if want := a == b || !cuts.Has(a, b) && !cuts.Has(b, a); together[[2]int{a, b}] != want {
					t.Errorf("%s: %s and %s together: %t", name, cuts.Guests[a], cuts.Guests[b], !want)
				}
			}
		}
	}
}

func TestSVGIsXML(t *testing.T) {
	for name, n := range networks() {
		in := xml.NewDecoder(strings.NewReader(svg(n)))
		var err error
		for err == nil {
			_, err = in.Token()
		}
		if err != io.EOF {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDotIsDot(t *testing.T) {
	if _, err := exec.LookPath("dot"); err != nil && os.Getenv("VAGGANET_BROWSER") == "" {
		t.Skip("skipped: graphviz is not installed, and this has a target of its own: make test-browser")
	}
	for name, n := range networks() {
		cmd := exec.Command("dot", "-Tsvg", "-o/dev/null")
		cmd.Stdin = strings.NewReader(dot(n))
		if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: %v: %s", name, err, out)
		}
	}
}

// All nodes different: nothing helps, but it ends in time and leaves no link out.
func TestCrowd(t *testing.T) {
	cuts := named("majorities-ring", nodes(253))
	if got := svg(Network{Run: "r", Cuts: cuts}); strings.Count(got, "<rect") != 253 {
		t.Errorf("%d boxes", strings.Count(got, "<rect"))
	}
	if lines := strings.Count(text(Network{Run: "r", Cuts: cuts}), "\n"); lines > 6*rowsMost*20 {
		t.Errorf("%d lines", lines)
	}
}
