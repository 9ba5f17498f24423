package netcmd

import (
	"fmt"
	"strconv"
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
