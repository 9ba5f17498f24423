package events

import "vagganet/commands/groups"

// grouper finds the groups of states, of a run with those nodes.
type grouper struct {
	nodes  []string
	latest *State // several events may have one
	groups [][]string
}

// of returns the names of nodes whose links are alike, a list for each group; nil where
// those of all are, or where rows are of nodes that there aren't.
func (g *grouper) of(s *State) [][]string {
	if s == g.latest {
		return g.groups
	}
	g.latest, g.groups = s, nil
	network, err := groups.New(g.nodes, s.Cut, s.Shapes)
	if err != nil {
		return nil
	}
	if view := groups.Of(network); len(view.Groups) > 1 {
		g.groups = view.Lists()
	}
	return g.groups
}
