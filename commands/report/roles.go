package report

import (
	"fmt"
	"slices"
	"strings"

	"vagganet/commands/events"
	"vagganet/netcmd/links"
)

// roleHeight is what a role takes of each lane, in pixels.
const roleHeight = 13

// found is that nodes were found in a role.
type found struct {
	at       float64
	role, by string
	nodes    []string
}

func (f found) words() string { return readable(f.role + ": " + links.Brief(f.nodes, " ")) }

// addRole takes note that nodes were found in a role.
func (c *Collector) addRole(e events.Event) {
	if len(c.roles) == faultsMost {
		c.dropped++
		return
	}
	f := found{e.Mono, e.Role, e.By, strings.Fields(e.Whom)}
	c.roles = append(c.roles, f)
	c.mark(e.Mono, -1, "role", f.words())
}

// roleNames are the roles that were asked for, each once.
func (c *Collector) roleNames() []string {
	var names []string
	for _, f := range c.roles {
		names = append(names, f.role)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// roleBars are the times from when a lane's node was found in a role until somebody asked
// and it was not.
func (c *Collector) roleBars(l *lane, y int) []bar {
	var all []bar
	for row, role := range c.roleNames() {
		for _, s := range c.inRole(l.name, role) {
			b := c.bar(s.from, c.until(s), y+row*roleHeight, roleHeight, fmt.Sprintf("%s was found to be %s, from %s to %s",
				readable(l.name), readable(role), seconds(s.from), seconds(c.until(s))))
			b.Text = readable(role)
			all = append(all, b)
		}
	}
	return all
}

func (c *Collector) inRole(node, role string) []span {
	var all []span
	for _, f := range c.roles {
		if f.role != role {
			continue
		}
		is, last := slices.Contains(f.nodes, node), len(all)-1
		switch was := last >= 0 && !all[last].ended; {
		case is && !was:
			all = append(all, span{from: f.at})
		case was && !is:
			all[last].to, all[last].ended = f.at, true
		}
	}
	return all
}
