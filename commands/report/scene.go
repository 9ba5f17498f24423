package report

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"vagganet/commands/events"
	"vagganet/commands/graph"
	"vagganet/commands/groups"
	"vagganet/netcmd/links"
)

// scene is what the page shows of a state of the network. States that are alike are one:
// a run of 253 nodes can have 64,000 names in each.
type scene struct {
	// sides are the groups of nodes, in the order of their view; none where the links of
	// all nodes are alike.
	sides []*side
	// words are all of it in a few words, and rows are links of which they don't say all.
	words string
	rows  []string
	// how has what nodes are, by their names: events.Down or events.Paused.
	how map[string]string
	// rest are nodes that are not as usual and on no side.
	rest []*side
	// picture is an element of the page; empty where nobody asked for it, where there is
	// nothing to be drawn, or no room.
	picture       string
	asked, noRoom bool
	number        int // of the picture
}

// side is nodes whose links are alike.
type side struct {
	// Sign stands for it: a letter, or, where there are too many, and in a ring, a number.
	// Class is its colour; empty for none of its own.
	Sign, Class string
	Names       string // as a person reads them
	nodes       []string
	touched     int  // how many links of each are cut or shaped
	of          int  // of how many
	shaped      bool // by a shape that all links have, which touched leaves out
	tooltip     string
}

// scene returns that of a state; the same one as before where it was like this before.
func (c *Collector) scene(s *events.State, pictured bool) *scene {
	if c.scenes == nil {
		c.scenes = map[[sha256.Size]byte]*scene{}
	}
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // it came as JSON
	}
	key := sha256.Sum256(text)
	known := c.scenes[key]
	if known != nil && (known.asked || !pictured) {
		return known
	}
	network, err := c.network(s)
	if known == nil {
		known = newScene(network, s)
		c.scenes[key] = known
	}
	if err != nil {
		known.words = readable(err.Error())
	}
	if pictured {
		c.draw(known, network)
	}
	return known
}

// network returns what is to be drawn of a state. The error is that of events that are of
// no run, or of another program's.
func (c *Collector) network(s *events.State) (graph.Network, error) {
	if c.begin == nil {
		return graph.OfState("", nil, *s)
	}
	return graph.OfState(readable(c.begin.Run), c.begin.GuestNames(), *s)
}

func newScene(n graph.Network, s *events.State) *scene {
	sc := &scene{how: n.Marks}
	sc.addSides(n.View)
	sc.addUplinks(s)
	sc.words, sc.rows = wordsOf(n.View, sc)
	sc.words = joined(sc.words, marksWords(s))
	return sc
}

func (sc *scene) addSides(v groups.View) {
	for i, g := range v.Groups {
		s := &side{nodes: v.Names(g.Nodes), touched: touched(v, g.Nodes[0]), of: 2 * (len(v.Nodes) - 1)}
		s.Names = readable(links.Brief(s.nodes, " "))
		if len(v.Groups) == 1 {
			s.tooltip = fmt.Sprintf("%s: all links cut or shaped", s.Names)
			if s.touched > 0 {
				sc.rest = append(sc.rest, s)
			}
			return
		}
		if s.Sign = fmt.Sprint(i + 1); len(v.Groups) <= graph.Colours && v.Form != groups.Ring {
			s.Sign, s.Class = string(rune('A'+i)), graph.GroupClass(i)
		}
		is := "cut or shaped"
		if s.shaped = v.Shared != ""; s.shaped {
			is = "cut"
		}
		s.tooltip = joined(append([]string{fmt.Sprintf("%s: %s; %d of %d links of each %s", s.Sign, s.Names, s.touched, s.of, is)}, v.SharedWords()...)...)
		sc.sides = append(sc.sides, s)
	}
}

// addUplinks adds the nodes that are cut off from host and internet.
func (sc *scene) addUplinks(s *events.State) {
	off := &side{touched: 1, of: 4} // faint: it is one link of many
	for _, r := range s.Uplinks {
		off.nodes = append(off.nodes, r.From)
	}
	if off.nodes != nil {
		off.tooltip = "uplink cut: " + readable(links.Brief(off.nodes, " "))
		sc.rest = append(sc.rest, off)
	}
}

// touched is how many links of a node are not as usual, of those that it sends and gets by.
func touched(v groups.View, node int) int {
	count := 0
	for other := range v.Nodes {
		for _, l := range []groups.Link{v.Link(node, other), v.Link(other, node)} {
			if l != (groups.Link{}) {
				count++
			}
		}
	}
	return count
}

// letters are the signs of the sides that nodes are on.
func (sc *scene) letters(nodes []string) string {
	var signs []string
	for _, s := range sc.sides {
		if slices.Contains(nodes, s.nodes[0]) {
			signs = append(signs, s.Sign)
		}
	}
	return strings.Join(signs, " ")
}

// picturesMost is how many bytes of pictures a page has. It is the greater part of a page
// with a hundred faults, which is to be less than a megabyte.
const picturesMost = 350_000

// draw draws a scene, if there is room for it.
func (c *Collector) draw(sc *scene, n graph.Network) {
	sc.asked = true
	if len(n.Nodes) < 2 {
		return
	}
	if sc.noRoom = c.pictured >= picturesMost; sc.noRoom {
		return // without drawing it
	}
	picture := graph.Inline(n)
	if sc.noRoom = c.pictured+len(picture) > picturesMost; sc.noRoom {
		return
	}
	c.pictured += len(picture)
	sc.picture, sc.number = picture, len(c.drawn)
	c.drawn = append(c.drawn, sc)
}
