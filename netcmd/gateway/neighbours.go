package gateway

import (
	"encoding/json"
	"fmt"

	"vagganet/netcmd/plan"
)

// NeighbourLimits are the kernel's settings gc_thresh1, 2 and 3 in
// net.ipv4.neigh.default, then those in net.ipv6.neigh.default, in numbers of
// learned neighbours: from which on those that nobody asks for are forgotten
// after a while, from which on at once, and more than which there can't be. A
// setting that can't be seen is 0: they are in the machine's own network alone,
// and hold for all the others.
type NeighbourLimits [6]int

// EnoughNeighbours is what create raises the limits to, where they are lower.
// 253 guests that all talk to each other learn 253 × 252 = 63,756 neighbours.
// All of them stay, with room for as many again before anything is lost; the
// memory, half a kilobyte each, is taken only where they are learned.
var EnoughNeighbours = NeighbourLimits{32768, 65536, 131072, 32768, 65536, 131072}

// NeighbourSettings are the names of the limits, in their order.
var NeighbourSettings = [6]string{
	"net.ipv4.neigh.default.gc_thresh1", "net.ipv4.neigh.default.gc_thresh2", "net.ipv4.neigh.default.gc_thresh3",
	"net.ipv6.neigh.default.gc_thresh1", "net.ipv6.neigh.default.gc_thresh2", "net.ipv6.neigh.default.gc_thresh3",
}

// Seen reports whether any of the limits could be read.
func (l NeighbourLimits) Seen() bool { return l != NeighbourLimits{} }

// Raising are the settings, as words for sysctl, that raise what is lower than
// enough; none where nothing is.
func (l NeighbourLimits) Raising() []string {
	var words []string
	for i, enough := range EnoughNeighbours {
		if l[i] != 0 && l[i] < enough {
			words = append(words, fmt.Sprintf("%s=%d", NeighbourSettings[i], enough))
		}
	}
	return words
}

// lowering are the settings that give back what was before to what was raised.
// What somebody has raised further since stays so.
func (l NeighbourLimits) lowering(before NeighbourLimits) []string {
	var words []string
	for i, enough := range EnoughNeighbours {
		if before[i] != 0 && before[i] < enough && l[i] <= enough {
			words = append(words, fmt.Sprintf("%s=%d", NeighbourSettings[i], before[i]))
		}
	}
	return words
}

// NeighbourMarker is there while the limits are raised because of gateways, and
// has what they were before, as JSON. The last one to go takes it along.
const NeighbourMarker = StateDir + "/.neighbours"

func (g Gateway) raiseNeighbours() []plan.Step {
	raising := g.Host.Neighbours.Raising()
	if raising == nil {
		return nil
	}
	const about = "host: guests that all talk to each other overflow the tables of neighbours, which all networks share"
	text, err := json.Marshal(g.Host.NeighboursBefore)
	if err != nil {
		panic(err) // numbers always have a JSON form
	}
	note := g.root(about, "dd", "of="+NeighbourMarker, "status=none")
	note.Stdin = string(text) + "\n"
	return []plan.Step{note, g.root(about, g.Tools.Sysctl.With(append([]string{"-q", "-w"}, raising...)...)...)}
}

func (g Gateway) lowerNeighbours() []plan.Step {
	const about = "host: the tables of neighbours as they were before"
	var steps []plan.Step
	if words := g.Host.Neighbours.lowering(g.Host.NeighboursBefore); words != nil {
		steps = append(steps, g.root(about, g.Tools.Sysctl.With(append([]string{"-q", "-w"}, words...)...)...))
	}
	marker := g.root(about, "rm", NeighbourMarker)
	marker.Evidence = true
	return append(steps, marker)
}
