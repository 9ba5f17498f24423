package picture

import (
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"vagganet/netcmd"
)

func nodes(count int) []string {
	var names []string
	for i := range count {
		names = append(names, fmt.Sprintf("n%03d", i+1))
	}
	return names
}

func must(c netcmd.Cuts, err error) netcmd.Cuts {
	if err != nil {
		panic(err)
	}
	return c
}

func named(name string, guests []string) netcmd.Cuts {
	for _, n := range netcmd.Named {
		if n.Name == name {
			return n.Build(guests, 1)
		}
	}
	panic(name)
}

// networks are those of the golden files, by their names.
func networks() map[string]netcmd.Cuts {
	five := []string{"a", "b", "c", "d", "e"}
	mixed := must(netcmd.FullMesh(five).With([]netcmd.Link{
		{From: "a", To: "b", State: netcmd.State{How: netcmd.Drop}},
		{From: "b", To: "a", State: netcmd.State{How: netcmd.Reject}},
		{From: "c", To: "d", State: netcmd.State{How: netcmd.New}}, {From: "d", To: "c", State: netcmd.State{How: netcmd.New}},
		{From: "e", To: "a", State: netcmd.State{How: netcmd.Drop}},
	}))
	return map[string]netcmd.Cuts{
		"one":    netcmd.FullMesh([]string{"a"}),
		"mesh":   netcmd.FullMesh(five),
		"halves": named("halves", five),
		"bridge": named("bridge", five),
		"ring":   named("majorities-ring", five),
		"mixed":  must(mixed.WithUplinks([]string{"c", "e"}, netcmd.State{How: netcmd.Drop})),
		"mute":   must(netcmd.Isolate(five, []string{"b"})).OneWay([][]string{{"b"}}),
		"odd":    must(netcmd.Isolate([]string{`a"b\c`, "<b>&#1;", "graph"}, []string{"graph"})),
		"many":   must(must(netcmd.Isolate(nodes(100), []string{"n007", "n009"})).WithUplinks([]string{"n050"}, netcmd.State{How: netcmd.Reject})),
	}
}

// TestGolden compares every picture with the file of its name in testdata.
// UPDATE_GOLDEN=1 writes them.
func TestGolden(t *testing.T) {
	for name, cuts := range networks() {
		for _, f := range Formats {
			file := filepath.Join("testdata", name+"."+f.Name)
			got := f.Draw(Network{"r", cuts})
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
}

// Each link is in exactly one line of a drawing, in its state.
func TestSketchHasEachLink(t *testing.T) {
	for name, cuts := range networks() {
		s := Network{"r", cuts}.sketch()
		box := map[string]int{}
		for i, b := range s.boxes {
			for _, node := range b.nodes {
				box[node] = i
			}
		}
		if len(box) != len(cuts.Guests) || len(s.boxes) > tooMany {
			t.Errorf("%s: %d nodes in %d boxes", name, len(box), len(s.boxes))
		}
		states := map[[2]int][]netcmd.How{}
		for _, l := range s.lines {
			states[[2]int{l.from, l.to}] = append(states[[2]int{l.from, l.to}], l.how)
			if l.both {
				states[[2]int{l.to, l.from}] = append(states[[2]int{l.to, l.from}], l.how)
			}
		}
		for i, from := range cuts.Guests {
			for j, to := range cuts.Guests {
				drawn := states[[2]int{box[from], box[to]}]
				if box[from] == box[to] {
					drawn = []netcmd.How{s.boxes[box[from]].inside}
				}
				if i != j && (len(drawn) != 1 || drawn[0] != cuts.State(i, j).How) {
					t.Errorf("%s: %s to %s is %q, drawn as %q", name, from, to, cuts.State(i, j).How, drawn)
				}
			}
		}
	}
}

// Two nodes are in a group of the text together if, and only if, they are linked
// both ways.
func TestLinked(t *testing.T) {
	for name, cuts := range networks() {
		n := Network{"r", cuts}
		together := map[[2]int]bool{}
		for _, g := range n.linked() {
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
	for name, cuts := range networks() {
		in := xml.NewDecoder(strings.NewReader(svg(Network{"<r>", cuts})))
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
	if _, err := exec.LookPath("dot"); err != nil {
		t.Skip("skipped: graphviz is not installed")
	}
	for name, cuts := range networks() {
		cmd := exec.Command("dot", "-Tsvg", "-o/dev/null")
		cmd.Stdin = strings.NewReader(dot(Network{"r", cuts}))
		if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: %v: %s", name, err, out)
		}
	}
}

// All nodes different: nothing helps, but it ends in time and leaves no link out.
func TestCrowd(t *testing.T) {
	cuts := named("majorities-ring", nodes(253))
	if got := svg(Network{"r", cuts}); strings.Count(got, "<rect") != 253 {
		t.Errorf("%d boxes", strings.Count(got, "<rect"))
	}
	if lines := strings.Count(text(Network{"r", cuts}), "\n"); lines > 6*rowsMost*20 {
		t.Errorf("%d lines", lines)
	}
}
