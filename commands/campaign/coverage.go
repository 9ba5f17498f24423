package campaign

import (
	"cmp"
	"maps"
	"slices"
	"sort"
	"strings"

	"vagganet/commands/report"
)

// Tried is what was tried of one kind of fault.
type Tried struct {
	// Fault is the kind, with the set or the role that its nodes were taken from: "isolate",
	// "kill @leader".
	Fault string `json:"fault"`
	// Times is how often it was made, in Seeds seeds.
	Times int `json:"times"`
	Seeds int `json:"seeds"`
	// Seconds is how long all of them took together, and Longest the longest one.
	Seconds float64 `json:"seconds"`
	Longest float64 `json:"longest"`
	// Nodes counts how often each node was hit by it: of a partition into groups, the nodes
	// of the first one.
	Nodes map[string]int `json:"nodes"`
	// Never are the nodes that it never hit.
	Never []string `json:"never"`
}

// Shared is what befell a node in seeds that failed, and in how many that passed.
type Shared struct {
	Fault  string `json:"fault"`
	Node   string `json:"node"`
	Failed int    `json:"failed"`
	Passed int    `json:"passed"`
}

// coverage is what was tried by all seeds so far.
type coverage struct {
	nodes  []string
	tried  map[string]*Tried
	shared map[Shared]*Shared // by fault and node
}

func newCoverage() *coverage {
	return &coverage{tried: map[string]*Tried{}, shared: map[Shared]*Shared{}}
}

// add takes the faults of a seed.
func (c *coverage) add(v Verdict, list []report.Fault) {
	counted, hit := map[string]bool{}, map[Shared]bool{}
	for _, f := range list {
		kind := kindOf(f.What, c.nodes)
		t := c.tried[kind]
		if t == nil {
			t = &Tried{Fault: kind, Nodes: map[string]int{}}
			c.tried[kind] = t
		}
		t.Times++
		if !counted[kind] {
			counted[kind] = true
			t.Seeds++
		}
		t.Seconds += f.Seconds
		t.Longest = max(t.Longest, f.Seconds)
		for _, node := range nodesOf(f, c.nodes) {
			t.Nodes[node]++
			key := Shared{Fault: kind, Node: node}
			if s := c.sharedOf(key); !hit[key] {
				hit[key] = true
				switch {
				case v.Fails():
					s.Failed++
				case v == Passed:
					s.Passed++
				}
			}
		}
	}
}

func (c *coverage) sharedOf(key Shared) *Shared {
	if c.shared[key] == nil {
		c.shared[key] = &Shared{Fault: key.Fault, Node: key.Node}
	}
	return c.shared[key]
}

// list are the kinds that were tried, the most frequent ones first.
func (c *coverage) list() []*Tried {
	list := []*Tried{}
	for _, t := range c.tried {
		t.Never = []string{}
		for _, node := range c.nodes {
			if t.Nodes[node] == 0 {
				t.Never = append(t.Never, node)
			}
		}
		list = append(list, t)
	}
	sort.Slice(list, func(i, j int) bool {
		a, b := list[i], list[j]
		return cmp.Or(cmp.Compare(b.Times, a.Times), cmp.Compare(a.Fault, b.Fault)) < 0
	})
	return list
}

// sharedMost is how many faults are listed that seeds which failed have in common.
const sharedMost = 5

// common are the faults that more of the seeds have that failed than of those that passed,
// the clearest difference first.
func (c *coverage) common(failed, passed int) []*Shared {
	excess := func(s *Shared) float64 {
		return float64(s.Failed)/float64(max(1, failed)) - float64(s.Passed)/float64(max(1, passed))
	}
	list := []*Shared{}
	for _, s := range c.shared {
		if s.Failed > 0 && excess(s) > 0 {
			list = append(list, s)
		}
	}
	sort.Slice(list, func(i, j int) bool {
		a, b := list[i], list[j]
		return cmp.Or(cmp.Compare(excess(b), excess(a)), cmp.Compare(a.Fault+a.Node, b.Fault+b.Node)) < 0
	})
	return list[:min(len(list), sharedMost)]
}

// kindOf is a fault without the nodes that it names: "isolate n1" is "isolate".
func kindOf(what string, nodes []string) string {
	what, _, _ = strings.Cut(strings.TrimPrefix(what, "partition "), " --seed ")
	words := strings.Fields(what)
	if words[0] == "exec" {
		return "exec"
	}
	return strings.Join(slices.DeleteFunc(words, func(word string) bool {
		return word == "--" || len(named(word, nodes)) > 0
	}), " ")
}

// named are the nodes that a word names: one, a list, or both ends of a link.
func named(word string, nodes []string) (names []string) {
	for _, name := range strings.FieldsFunc(word, func(r rune) bool { return r == ':' || r == ',' }) {
		if slices.Contains(nodes, name) {
			names = append(names, name)
		}
	}
	return names
}

// nodesOf are the nodes that a fault hits: those that it names, or drew, up to where other
// groups begin. One that names none is about all.
func nodesOf(f report.Fault, nodes []string) []string {
	text := f.What
	if f.Whom != "" {
		text = f.Whom
	}
	hit := map[string]bool{}
	for _, word := range strings.Fields(text) {
		if word == "--" || word == "|" {
			break
		}
		if names := named(word, nodes); len(names) > 0 {
			hit[names[0]] = true
			if !strings.Contains(word, ":") {
				for _, name := range names {
					hit[name] = true
				}
			}
		}
	}
	if len(hit) == 0 {
		return nodes
	}
	return slices.Sorted(maps.Keys(hit))
}

// verbs are what can be done to a system, by the first word of a fault. All else parts
// nodes from each other.
var verbs = []string{"partition", "shape", "uplink", "kill", "pause"}

// neverTried are those that no fault was one of.
func (c *coverage) neverTried() []string {
	list := []string{}
	for _, verb := range verbs {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(c.tried)), func(kind string) bool { return verbOf(kind) == verb }) {
			list = append(list, verb)
		}
	}
	return list
}

func verbOf(kind string) string {
	first, _, _ := strings.Cut(kind, " ")
	switch {
	case slices.Contains(verbs, first):
		return first
	case slices.Contains([]string{"start", "resume", "exec", "fullmesh", "check"}, first):
		return ""
	}
	return "partition"
}
