package netcmd

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"vagganet/netcmd/plan"
)

// unsaid is the state of a link that nothing is said about.
const unsaid How = "?"

// Unsaid says nothing about any link. What a change of links makes of it shows
// which links it names, and Said lists them.
func Unsaid(guests []string) Cuts {
	c := FullMesh(guests)
	for i := range c.Guests {
		c.uplinks[i].How = unsaid
		for j := range c.Guests {
			if i != j {
				c.set(i, j, unsaid)
			}
		}
	}
	return c
}

// Said lists the links and uplinks that something is said about.
func (c Cuts) Said() ([]Link, []Uplink) {
	var links []Link
	for from, sender := range c.Guests {
		for to, receiver := range c.Guests {
			if s := c.State(from, to); from != to && s.How != unsaid {
				links = append(links, Link{sender, receiver, s})
			}
		}
	}
	var uplinks []Uplink
	for i, s := range c.uplinks {
		if s.How != unsaid {
			uplinks = append(uplinks, Uplink{c.Guests[i], s})
		}
	}
	return links, uplinks
}

// Pause is the step of a script that waits, and after which comes what heals.
func Pause(d time.Duration) plan.Plan {
	return plan.Plan{{About: fmt.Sprintf("for %v", d), Place: plan.Place{Name: "host"},
		Argv: []string{"sleep", strconv.FormatFloat(d.Seconds(), 'f', -1, 64)}}}
}

// After is what ListRules will capture once a plan of Partition or CutUplinks has
// been run, where it captures that now. Captured is nil where nothing was read.
func (l LiveRun) After(p plan.Plan, captured func(variable string) string) func(variable string) string {
	after := map[string]string{}
	if captured != nil {
		for _, variable := range []string{bridgeRules, bridgeFrames, switchValue} {
			after[variable] = captured(variable)
		}
	}
	for _, s := range p {
		runs := func(word string) bool { return slices.Contains(s.Argv, word) }
		restores := func(tool Tool) bool { return tool != nil && runs(tool.And("-restore").Last()) }
		switch {
		case restores(l.Tools.Iptables):
			after[bridgeRules] = restored(after[bridgeRules], s.Stdin)
		case restores(l.Tools.Ebtables):
			after[bridgeFrames] = restored(after[bridgeFrames], s.Stdin)
		case runs(bridgeSwitch + "=1"):
			after[switchValue] = "1"
		case runs(bridgeSwitch + "=0"):
			after[switchValue] = "0"
		}
	}
	return func(variable string) string { return after[variable] }
}

// restored is a list of rules after an input of restore, which empties the chains
// that it names.
func restored(list, input string) string {
	var b strings.Builder
	for line := range strings.Lines(list) {
		words := strings.Fields(line)
		if len(words) < 2 || !strings.Contains(input, ":"+words[1]+" ") {
			b.WriteString(line)
		}
	}
	return b.String() + "\n" + input
}
