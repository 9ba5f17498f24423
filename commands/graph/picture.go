// Package graph draws the network of a run as it is: nodes, and what is done to
// the links between them. It reads nothing, and depends on nothing that draws.
package graph

import (
	"fmt"
	"strings"

	"vagganet/commands/events"
	"vagganet/commands/groups"
	"vagganet/commands/terminal"
	"vagganet/netcmd/links"
)

// Network is what is drawn.
type Network struct {
	// Run is the name of the run.
	Run string
	groups.View
	// Uplinks has how nodes are cut off from host and internet, by their names.
	Uplinks map[string]links.How
	// Marks has nodes that are Down or Paused, by their names.
	Marks map[string]string
}

// What a node may be, in Network.Marks. A node that is not in there runs, or has ended by
// itself.
const (
	Down   = events.Down
	Paused = events.Paused
)

// Live returns the network of a run by what is cut, and by the links that have a shape. It
// has no Marks.
func Live(run string, cuts links.Cuts, shaped []links.ShapedLink) Network {
	n := Network{Run: run, View: groups.Of(groups.Live(cuts, shaped)), Uplinks: map[string]links.How{}}
	for _, u := range cuts.Uplinks() {
		n.Uplinks[u.Guest] = u.How
	}
	return n
}

// OfState returns the network of a run at one time, by its nodes' names and by an event. The
// error is about rows that are none of these nodes'.
func OfState(run string, nodes []string, s events.State) (Network, error) {
	view, err := groups.New(nodes, s.Cut, s.Shapes)
	if err != nil {
		return Network{}, err
	}
	n := Network{Run: run, View: groups.Of(view), Uplinks: map[string]links.How{}, Marks: map[string]string{}}
	for _, r := range s.Uplinks {
		if n.Uplinks[r.From], err = links.ParseHow(r.How); err != nil {
			return Network{}, err
		}
	}
	for _, r := range s.Nodes {
		if r.How == Down || r.How == Paused {
			n.Marks[r.From] = r.How
		}
	}
	return n, nil
}

// Formats are the names of the pictures that there are, and what draws them.
var Formats = []Format{{"text", text}, {"svg", svg}, {"dot", dot}, {"mermaid", mermaid}, {"json", inJSON}}

// Format is a kind of picture.
type Format struct {
	Name string
	Draw func(Network) string
}

// summary is one line about all of it.
func (n Network) summary() string {
	cut, shaped := map[links.How]int{}, 0
	for from := range n.Nodes {
		for to := range n.Nodes {
			cut[n.Link(from, to).How]++
			if n.Link(from, to).Shape != "" {
				shaped++
			}
		}
	}
	nodes := len(n.Nodes)
	text, all, none := terminal.Count(nodes, "node"), " of "+terminal.Count(nodes*(nodes-1), "link"), ", no link is cut"
	for _, how := range links.Hows {
		if cut[how] > 0 {
			text += fmt.Sprintf(", %d%s %s", cut[how], all, how.Word())
			all, none = "", ""
		}
	}
	text += none
	switch {
	case n.Shared != "":
		text += ", all shaped"
	case shaped > 0:
		text += fmt.Sprintf(", %d shaped", shaped)
	}
	for _, l := range n.uplinkLists(n.Nodes) {
		text += fmt.Sprintf(", %s %s", terminal.Count(len(l.names), "uplink"), strings.TrimPrefix(l.title, uplink))
	}
	for _, l := range n.markLists(n.Nodes) {
		text += fmt.Sprintf(", %s %s", terminal.Count(len(l.names), "node"), l.title)
	}
	return text
}

// list is the names of nodes that have something in common, and what that is.
type list struct {
	title string
	names []string
}

// markLists returns which of some nodes are down, and which paused; no list is empty.
func (n Network) markLists(names []string) []list {
	var lists []list
	for _, mark := range []string{Down, Paused} {
		lists = addList(lists, mark, names, func(name string) bool { return n.Marks[name] == mark })
	}
	return lists
}

// uplinkLists returns which of some nodes have an uplink that is cut; no list is empty.
func (n Network) uplinkLists(names []string) []list {
	var lists []list
	for _, how := range links.Hows {
		lists = addList(lists, uplink+how.Word(), names, func(name string) bool { return n.Uplinks[name] == how })
	}
	return lists
}

// uplink begins the titles of uplinkLists.
const uplink = "uplink "

// addList adds a list of those names of which something is so, if there are any.
func addList(lists []list, title string, names []string, is func(name string) bool) []list {
	var found []string
	for _, name := range names {
		if is(name) {
			found = append(found, name)
		}
	}
	if found == nil {
		return lists
	}
	return append(lists, list{title, found})
}
