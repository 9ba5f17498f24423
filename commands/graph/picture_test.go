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

func network(cuts links.Cuts, shaped ...links.ShapedLink) Network {
	return Live("r", cuts, shaped)
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
		all[name] = network(cuts)
	}
	slow, lossy := links.Shape{Delay: 50, Loss: 20}, links.Shape{Loss: 5}
	all["shaped"] = network(must(links.Isolate(five, []string{"e"})),
		links.ShapedLink{From: "a", To: "b", Shape: slow}, links.ShapedLink{From: "a", To: "c", Shape: slow}, links.ShapedLink{From: "b", To: "a", Shape: slow},
		links.ShapedLink{From: "c", To: "d", Shape: lossy}, links.ShapedLink{From: "d", To: "e", Shape: lossy})
	var herd []links.ShapedLink
	for _, name := range nodes(40)[1:] {
		herd = append(herd, links.ShapedLink{From: "n001", To: name, Shape: slow})
	}
	all["herd"] = network(links.FullMesh(nodes(40)), herd...)
	killed := network(must(links.FullMesh(five).WithUplinks([]string{"b", "d"}, links.State{How: links.Drop})))
	killed.Marks = map[string]string{"a": Down, "b": Down, "c": Paused, "d": Paused}
	all["killed"] = killed
	crowd := network(links.FullMesh(nodes(40)))
	crowd.Marks = map[string]string{"n001": Paused}
	for _, name := range nodes(40)[20:] {
		crowd.Marks[name] = Down
	}
	all["crowd"] = crowd
	return all
}

// golden are the pictures that are compared as a whole: of each format what no other
// picture of it has. What holds for every picture is tested below.
var golden = []string{
	"mesh-3.svg", "marked-20.svg", "bridge-5.svg", "star-20.svg", "ring-20.svg", "shaped.svg", "mute-5.svg", "refused-5.svg", "ring-100.svg", "any-8.svg", "odd.svg",
	"mesh-3.dot", "marked-20.dot", "bridge-5.dot", "ring-5.dot", "shaped.dot", "any-8.dot", "many.dot", "odd.dot",
	"mesh-3.mermaid", "marked-20.mermaid", "ring-5.mermaid", "mixed.mermaid", "many.mermaid", "odd.mermaid",
	"mesh-3.text", "marked-20.text", "bridge-5.text", "star-100.text", "ring-20.text", "shaped.text", "any-8.text", "mixed.text", "many.text",
	"marked-20.json",
}

// TestGolden compares them with the files of their names in testdata. UPDATE_GOLDEN=1
// writes those.
func TestGolden(t *testing.T) {
	for _, name := range golden {
		network, format, _ := strings.Cut(name, ".")
		i := slices.IndexFunc(Formats, func(f Format) bool { return f.Name == format })
		got := Formats[i].Draw(figures()[network])
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

func TestSVGIsXML(t *testing.T) {
	for name, n := range figures() {
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
	for name, n := range figures() {
		if len(n.Nodes) > 100 {
			continue // that takes long, and has nothing new
		}
		cmd := exec.Command("dot", "-Tsvg", "-o/dev/null")
		cmd.Stdin = strings.NewReader(dot(n))
		if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: %v: %s", name, err, out)
		}
	}
}
