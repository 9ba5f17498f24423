package groups

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"vagganet/netcmd/links"
	"vagganet/netcmd/links/linkstest"
)

func view(t *testing.T, c links.Cuts, shapes ...links.Row) View {
	t.Helper()
	n, err := New(c.Guests, c.BySender(), shapes)
	if err != nil {
		t.Fatal(err)
	}
	return Of(n)
}

func named(name string, guests []string) links.Cuts {
	i := slices.IndexFunc(links.Named, func(n links.NamedPartition) bool { return n.Name == name })
	return links.Named[i].Build(guests, 7)
}

// Each kind of partition has the form that it is named for, however many nodes there are.
func TestFormOfKinds(t *testing.T) {
	for _, size := range []int{4, 5, 6, 7, 20, 100, 253} {
		guests := linkstest.Numbered(size)
		for kind, want := range map[string]Form{"halves": Clusters, "random-halves": Clusters, "random-node": Star, "majorities-ring": Ring, "bridge": Bridge} {
			if v := view(t, named(kind, guests)); v.Form != want {
				t.Errorf("%s of %d nodes is a %s", kind, size, v.Form)
			}
		}
		if v := view(t, links.FullMesh(guests)); v.Form != Mesh {
			t.Errorf("a mesh of %d nodes is a %s", size, v.Form)
		}
	}
}

// A ring's neighbours are linked, and each node is in it once.
func TestRingIsClosed(t *testing.T) {
	for size := 4; size < 60; size++ {
		v := view(t, named("majorities-ring", linkstest.Numbered(size)))
		seen := map[int]bool{}
		for i, g := range v.Groups {
			seen[g.Nodes[0]] = true
			if next := (i + 1) % len(v.Groups); !v.linked(i, next) {
				t.Errorf("%d nodes: %d and the next one are not linked", size, i)
			}
		}
		if v.Form != Ring || len(v.Groups) != size || len(seen) != size {
			t.Errorf("%d nodes: a %s of %d", size, v.Form, len(seen))
		}
	}
}

func TestView(t *testing.T) {
	five := []string{"a", "b", "c", "d", "e"}
	isolate := func(names ...string) links.Cuts { c, _ := links.Isolate(five, names); return c }
	split := func(clusters ...[]string) links.Cuts { c, _ := links.Split(five, clusters); return c }
	slow := links.Row{From: "c", To: []string{"a", "b", "d", "e"}, How: "delay 50ms"}
	for _, c := range []struct {
		what   string
		cuts   links.Cuts
		shapes []links.Row
		want   string
	}{
		{"nothing", links.FullMesh(five), nil, "mesh: a b c d e"},
		{"everybody from each other", isolate(five...), nil, "mesh: a b c d e; all links: cut"},
		{"one", isolate("c"), nil, "star: c | a b d e; c ↔ all: cut"},
		{"one, mute", isolate("c").OneWay([][]string{{"c"}}), nil, "star: c | a b d e; c → all: cut"},
		{"one, slow", links.FullMesh(five), []links.Row{slow}, "star: c | a b d e; c → all: delay 50ms"},
		{"two", isolate("c", "e"), nil, "clusters: c e | a b d; c e ↔ all: cut"},
		{"two clusters, refused", split([]string{"a", "b", "c"}, []string{"d", "e"}).By(links.Reject), nil, "clusters: d e | a b c; d e ↔ a b c: refused"},
		{"three clusters", split([]string{"a"}, []string{"b", "c"}, []string{"d", "e"}), nil,
			"clusters: a | b c | d e; a ↔ all: cut; b c ↔ d e: cut"},
		{"overlap, and two alone", split([]string{"a", "b"}, []string{"b", "c"}), nil, "groups: a c | b | d e; d e ↔ all: cut; among a c: cut"},
		{"overlap", split([]string{"a", "b", "c"}, []string{"c", "d", "e"}), nil, "bridge: a b | c | d e; a b ↔ d e: cut"},
		{"slow and cut", isolate("a"), []links.Row{slow}, "groups: a | b d e | c; a ↔ b d e: cut; a → c: cut; c → a: cut delay 50ms; c → b d e: delay 50ms"},
		{"ring", split([]string{"a", "c"}, []string{"c", "b"}, []string{"b", "e"}, []string{"e", "d"}, []string{"d", "a"}), nil,
			"ring: a | c | b | e | d; a ↔ b e: cut; c ↔ d e: cut; b ↔ d: cut"},
	} {
		v := view(t, c.cuts, c.shapes...)
		var groups []string
		for _, g := range v.Groups {
			groups = append(groups, strings.Join(v.Names(g.Nodes), " "))
		}
		got := []string{string(v.Form) + ": " + strings.Join(groups, " | ")}
		for _, r := range v.Rows() {
			got = append(got, r.Words(5))
		}
		if strings.Join(got, "; ") != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.what, strings.Join(got, "; "), c.want)
		}
	}
	three := []string{"a", "b", "c"}
	if v := view(t, named("bridge", three)); v.Form != Bridge || !slices.Equal(v.Groups[1].Nodes, []int{1}) {
		t.Errorf("a bridge of three nodes is a %s: %v", v.Form, v.Groups)
	}
}

// Whatever the links are like, each is told by the groups and by the rows, exactly once, and a
// row that goes one way has no such link that comes back.
func TestEachLinkIsTold(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		cuts := linkstest.Any(r, linkstest.Numbered(2+r.IntN(9)))
		v := view(t, cuts)
		of := map[int]int{}
		for i, g := range v.Groups {
			for _, node := range g.Nodes {
				of[node] = i
			}
		}
		told := map[string]Link{}
		for _, row := range v.Rows() {
			tell := func(from, to []string) {
				for _, a := range from {
					for _, b := range to {
						if _, twice := told[a+" "+b]; twice && !slices.Equal(row.From, row.To) && !row.Both {
							t.Fatalf("%s %s is told twice\n%s", a, b, linkstest.Matrix(cuts))
						}
						told[a+" "+b] = row.Link
						x, y := slices.Index(v.Nodes, a), slices.Index(v.Nodes, b)
						if inside := slices.Equal(row.From, row.To); x != y && !inside && row.Both != (v.Link(y, x) == row.Link) {
							t.Fatalf("%s %s: both ways is %v\n%s", a, b, row.Both, linkstest.Matrix(cuts))
						}
					}
				}
			}
			tell(row.From, row.To)
			if row.Both {
				tell(row.To, row.From)
			}
		}
		for a, from := range v.Nodes {
			for b, to := range v.Nodes {
				if a == b {
					continue
				}
				if got := v.Between(of[a], of[b]); got != v.Link(a, b) {
					t.Fatalf("%s to %s is %v by its groups\n%s", from, to, got, linkstest.Matrix(cuts))
				}
				if told[from+" "+to] != v.Link(a, b) {
					t.Fatalf("%s to %s is %v by the rows\n%s", from, to, told[from+" "+to], linkstest.Matrix(cuts))
				}
			}
		}
	}
}

// What all links do hides no form, and stands beside it.
func TestSharedShape(t *testing.T) {
	guests := linkstest.Numbered(20)
	slow := func(of ...string) []links.Row {
		var rows []links.Row
		for _, from := range of {
			to := slices.DeleteFunc(slices.Clone(guests), func(name string) bool { return name == from })
			rows = append(rows, links.Row{From: from, To: to, How: "rate 10mbit"})
		}
		return rows
	}
	for kind, want := range map[string]string{"halves": "clusters", "bridge": "bridge", "random-node": "star", "majorities-ring": "ring"} {
		plain, v := view(t, named(kind, guests)), view(t, named(kind, guests), slow(guests...)...)
		if string(v.Form) != want || v.Shared != "rate 10mbit" || !slices.Equal(v.Words(), append([]string{"all links: rate 10mbit"}, plain.Words()...)) {
			t.Errorf("%s: a %s, %q", kind, v.Form, v.Words())
		}
		for i, g := range v.Groups {
			if !slices.Equal(g.Nodes, plain.Groups[i].Nodes) || g.Inside != plain.Groups[i].Inside {
				t.Errorf("%s: %v is %v", kind, plain.Groups[i], g)
			}
		}
		if v := view(t, named(kind, guests), slow(guests[1:]...)...); v.Shared != "" || v.Form == Form(want) && kind != "random-node" {
			t.Errorf("%s, all but one slow: a %s, all %q", kind, v.Form, v.Shared)
		}
	}
	if v := view(t, links.FullMesh(guests), slow(guests...)...); v.Shared != "" || !slices.Equal(v.Words(), []string{"all links: rate 10mbit"}) {
		t.Errorf("a mesh, all slow: %q", v.Words())
	}
}

// A ring is one whatever its links were called before something was added to them.
func TestRingOfOtherWords(t *testing.T) {
	cuts := named("majorities-ring", linkstest.Numbered(5))
	var slow []links.Row
	for _, l := range cuts.Links() {
		slow = append(slow, links.Row{From: l.From, To: []string{l.To}, How: "delay 5ms"})
	}
	v := view(t, cuts, slow...)
	if v.Form != Ring {
		t.Errorf("it is a %s", v.Form)
	}
	if _, other := v.RingLinks(); other != (Link{How: links.Drop, Shape: "delay 5ms"}) {
		t.Errorf("the others are %v", other)
	}
}

func TestNewRefuses(t *testing.T) {
	for _, rows := range [][]links.Row{{{From: "a", To: []string{"x"}, How: "drop"}}, {{From: "a", To: []string{"b"}, How: "burnt"}}} {
		if _, err := New([]string{"a", "b"}, rows, nil); err == nil {
			t.Errorf("%v is taken", rows)
		}
	}
}

// BenchmarkRows has as many kinds of links as links.
func BenchmarkRows(b *testing.B) {
	names := linkstest.Numbered(253)
	var shapes []links.Row
	for i, from := range names {
		for j, to := range names {
			if i != j {
				shapes = append(shapes, links.Row{From: from, To: []string{to}, How: fmt.Sprintf("delay %dms", len(shapes)+1)})
			}
		}
	}
	for b.Loop() {
		n, _ := New(names, nil, shapes)
		if rows := Of(n).Rows(); len(rows) != len(shapes) {
			b.Errorf("%d rows of %d links", len(rows), len(shapes))
		}
	}
}

func BenchmarkOf(b *testing.B) {
	for _, kind := range []string{"halves", "majorities-ring"} {
		cuts := named(kind, linkstest.Numbered(253))
		rows := cuts.BySender()
		b.Run(fmt.Sprint(kind, " of 253"), func(b *testing.B) {
			for b.Loop() {
				n, _ := New(cuts.Guests, rows, nil)
				Of(n)
			}
		})
	}
}
