// Package links has the model of what is done to a run's network: which directed links
// between guests, and which uplinks, are cut and how, and how links are shaped. It knows
// no tool.
package links

import (
	"fmt"
	"slices"
)

// How is what becomes of what is sent over a link. It is a byte, and no text, since a
// run of 253 guests has 64,000 of them in each matrix.
type How uint8

// The ways of a link.
const (
	Up     How = iota // it arrives
	Drop              // it is dropped
	Reject            // it is refused: TCP by a reset, everything else by an ICMP message
	New               // it is dropped if it opens something new
)

// howNames are the ways as words of a command line and of JSON.
var howNames = []string{Up: "", Drop: "drop", Reject: "reject", New: "new"}

// String returns the word for a way; empty for a link that works.
func (h How) String() string { return howNames[h] }

// ParseHow returns the way of a word. The error is the word's: it is none of them.
func ParseHow(word string) (How, error) {
	if i := slices.Index(howNames, word); i >= 0 {
		return How(i), nil
	}
	return Up, fmt.Errorf("%q is no way to cut a link", word)
}

// MarshalText returns the word for a way.
func (h How) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads the word for a way.
func (h *How) UnmarshalText(word []byte) (err error) {
	*h, err = ParseHow(string(word))
	return err
}

// Word is what a person reads for a way to cut a link; empty for a link that works.
func (h How) Word() string {
	switch h {
	case Drop:
		return "cut"
	case Reject:
		return "refused"
	case New:
		return "no-new"
	}
	return ""
}

// Hows are the ways to cut a link.
var Hows = []How{Drop, Reject, New}

// State is what a link is like. The zero State is a link that works.
type State struct {
	How How `json:"how"`
}

// Silent reports whether nothing at all arrives.
func (s State) Silent() bool { return s.How == Drop || s.How == Reject }

// Cuts is what is done to the network of a run: the state of each directed link
// between two guests, as a matrix, and of each guest's uplink, which is host and
// internet. Every kind of partition compiles to it.
type Cuts struct {
	// Guests are the nodes, sorted by name.
	Guests  []string
	links   []State // from*len(Guests) + to
	uplinks []State // by guest
}

// Link is a directed link, what From sends to To, and its state.
type Link struct {
	From string `json:"from"`
	To   string `json:"to"`
	State
}

// Uplink is the way between a guest and the host, in both directions.
type Uplink struct {
	Guest string `json:"guest"`
	State
}

// FullMesh cuts nothing.
func FullMesh(guests []string) Cuts {
	guests = slices.Sorted(slices.Values(guests))
	return Cuts{guests, make([]State, len(guests)*len(guests)), make([]State, len(guests))}
}

// Disjoint links the guests within each cluster, and no others. Every guest
// must be in exactly one cluster.
func Disjoint(guests []string, clusters [][]string) (Cuts, error) {
	named := map[string]int{}
	for _, node := range slices.Concat(clusters...) {
		if named[node]++; named[node] > 1 {
			return Cuts{}, fmt.Errorf("node %s is named twice, but disjoint clusters have no node in common (see split)", node)
		}
	}
	c, err := Split(guests, clusters)
	if err != nil {
		return Cuts{}, err
	}
	left := slices.DeleteFunc(slices.Clone(c.Guests), func(g string) bool { return named[g] > 0 })
	if len(left) > 0 {
		return Cuts{}, fmt.Errorf("no cluster has %s: disjoint clusters must name every node", Brief(left, ", "))
	}
	return c, nil
}

// Split links two guests when a cluster has both. Clusters may overlap; a guest
// that no cluster has is cut from everybody.
func Split(guests []string, clusters [][]string) (Cuts, error) {
	c := FullMesh(guests)
	for i := range c.links {
		c.links[i].How = Drop
	}
	for i := range c.Guests {
		c.Set(i, i, Up)
	}
	for _, cluster := range clusters {
		members, err := c.indexes(cluster)
		if err != nil {
			return Cuts{}, err
		}
		for _, a := range members {
			for _, b := range members {
				c.Set(a, b, Up)
			}
		}
	}
	return c, nil
}

// Isolate cuts the nodes from everybody and from each other.
func Isolate(guests []string, nodes []string) (Cuts, error) {
	c := FullMesh(guests)
	members, err := c.indexes(nodes)
	if err != nil {
		return Cuts{}, err
	}
	for _, a := range members {
		for b := range c.Guests {
			if a != b {
				c.Set(a, b, Drop)
				c.Set(b, a, Drop)
			}
		}
	}
	return c, nil
}

// By is the same links, cut that way.
func (c Cuts) By(how How) Cuts {
	c.links = slices.Clone(c.links)
	for i, s := range c.links {
		if s.How != Up {
			c.links[i].How = how
		}
	}
	return c
}

// OneWay leaves of the cuts only those of what a group of nodes sends to its own
// and to later groups. Nodes that no group has come last.
func (c Cuts) OneWay(groups [][]string) Cuts {
	c.links = slices.Clone(c.links)
	rank := func(node int) int {
		for i, group := range groups {
			if slices.Contains(group, c.Guests[node]) {
				return i
			}
		}
		return len(groups)
	}
	for from := range c.Guests {
		for to := range c.Guests {
			if rank(from) > rank(to) {
				c.Set(from, to, Up)
			}
		}
	}
	return c
}

// With is the cuts with the links of some rows in another state.
func (c Cuts) With(rows []Row) (Cuts, error) {
	c.links = slices.Clone(c.links)
	for _, r := range rows {
		from, err := c.index(r.From, 0)
		if err != nil {
			return Cuts{}, err
		}
		how, wrong := ParseHow(r.How)
		to := -1
		for _, name := range r.To {
			if to, err = c.index(name, to+1); err != nil {
				return Cuts{}, err
			}
			c.Set(from, to, how)
		}
		if wrong != nil {
			return Cuts{}, wrong
		}
	}
	return c, nil
}

// WithUplinks is the cuts with the uplinks of some nodes in another state.
func (c Cuts) WithUplinks(nodes []string, s State) (Cuts, error) {
	members, err := c.indexes(nodes)
	if err != nil {
		return Cuts{}, err
	}
	c.uplinks = slices.Clone(c.uplinks)
	for _, i := range members {
		c.uplinks[i] = s
	}
	return c, nil
}

// State is what the link is like on which guest number from sends to guest
// number to.
func (c Cuts) State(from, to int) State { return c.links[from*len(c.Guests)+to] }

// To returns the states of the links to guest number to, by their senders.
func (c Cuts) To(to int) []State {
	states := make([]State, len(c.Guests))
	for from := range states {
		states[from] = c.links[from*len(states)+to]
	}
	return states
}

// Has reports whether what guest number from sends to guest number to is cut, in
// whatever way.
func (c Cuts) Has(from, to int) bool { return c.State(from, to).How != Up }

// Links lists the links that are cut.
func (c Cuts) Links() []Link {
	links := []Link{}
	for from := range c.Guests {
		for to := range c.Guests {
			if c.Has(from, to) {
				links = append(links, Link{c.Guests[from], c.Guests[to], c.State(from, to)})
			}
		}
	}
	return links
}

// BySender lists the links that are cut in rows.
func (c Cuts) BySender() []Row {
	rows := []Row{}
	var before []State
	var same []Row // those of the sender before
	for from, sender := range c.Guests {
		states := c.links[from*len(c.Guests) : (from+1)*len(c.Guests)]
		if !slices.Equal(states, before) { // in a cluster, all lose the same
			before, same = states, c.losses(states)
		}
		for _, row := range same {
			rows = append(rows, Row{sender, row.To, row.How})
		}
	}
	return rows
}

// losses are rows of the links from a sender in these states, without its name.
func (c Cuts) losses(states []State) (rows []Row) {
	how := Up
	for to, s := range states {
		if s.How == Up {
			continue
		}
		if s.How != how {
			how = s.How
			rows = append(rows, Row{To: make([]string, 0, len(states)-to), How: how.String()})
		}
		last := &rows[len(rows)-1]
		last.To = append(last.To, c.Guests[to])
	}
	return rows
}

// CutsLinks reports whether a link between guests is cut, in whatever way.
func (c Cuts) CutsLinks() bool {
	return slices.ContainsFunc(c.links, func(s State) bool { return s.How != Up })
}

// Uplink returns what the uplink of guest number i is like.
func (c Cuts) Uplink(i int) State { return c.uplinks[i] }

// Uplinks lists the uplinks that are cut.
func (c Cuts) Uplinks() []Uplink {
	uplinks := []Uplink{}
	for i, s := range c.uplinks {
		if s.How != Up {
			uplinks = append(uplinks, Uplink{c.Guests[i], s})
		}
	}
	return uplinks
}

// CutFrom lists those from whom nothing at all arrives at guest number to.
func (c Cuts) CutFrom(to int) []string {
	var from []string
	for i, name := range c.Guests {
		if c.State(i, to).Silent() {
			from = append(from, name)
		}
	}
	return from
}

// HalfDead is a link of some rows, or the way back of one, on which nothing arrives while
// something does the other way; false if there is none.
func (c Cuts) HalfDead(of []Row) (Link, bool) {
	for _, r := range of {
		from := slices.Index(c.Guests, r.From)
		for _, name := range r.To {
			to := slices.Index(c.Guests, name)
			there, back := c.State(from, to), c.State(to, from)
			switch {
			case there.Silent() && !back.Silent():
				return Link{r.From, name, there}, true
			case back.Silent() && !there.Silent():
				return Link{name, r.From, back}, true
			}
		}
	}
	return Link{}, false
}

// Clone returns cuts that Set and SetUplink change without changing these.
func (c Cuts) Clone() Cuts {
	return Cuts{c.Guests, slices.Clone(c.links), slices.Clone(c.uplinks)}
}

// Set changes the link on which guest number from sends to guest number to.
func (c Cuts) Set(from, to int, how How) { c.links[from*len(c.Guests)+to] = State{how} }

// SetUplink changes the uplink of guest number i.
func (c Cuts) SetUplink(i int, how How) { c.uplinks[i] = State{how} }

// Only returns the cuts of links between guests that are in those states, with all
// other links working.
func (c Cuts) Only(is func(State) bool) Cuts {
	c.links = slices.Clone(c.links)
	for i, s := range c.links {
		if !is(s) {
			c.links[i] = State{}
		}
	}
	return c
}

func (c Cuts) indexes(nodes []string) ([]int, error) {
	indexes := make([]int, 0, len(nodes))
	i := -1
	for _, name := range nodes {
		var err error
		if i, err = c.index(name, i+1); err != nil {
			return nil, err
		}
		indexes = append(indexes, i)
	}
	return indexes, nil
}

func (c Cuts) index(name string, next int) (int, error) {
	i, found := Index(c.Guests, name, next)
	if !found {
		return 0, NoGuest(c.Guests, name)
	}
	return i, nil
}

// Index returns a guest's number among all, which are in order, and reports whether it
// is one of them. It is most often the next one after that which was asked for before.
func Index(guests []string, name string, next int) (int, bool) {
	if next < len(guests) && guests[next] == name {
		return next, true
	}
	return slices.BinarySearch(guests, name)
}
