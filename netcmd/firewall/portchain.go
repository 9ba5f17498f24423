package firewall

import (
	"fmt"
	"slices"
	"strings"
)

// A portChain is a chain that chooses by a port of the bridge, the one that a packet
// comes from or the one that it leaves by. Each of its rules ends the way through
// the chain.
type portChain struct {
	name   string
	table  Table
	option string   // of the table, by which it chooses
	all    []string // ports that there are
	ports  []portRule
	last   string // for all other ports; empty if they go on
}

// portRule is what becomes of what comes from, or leaves by, a port.
type portRule struct{ port, target string }

// FewPorts are so many that a chain has a rule for each. A packet walks past all
// of them, so from there on the chain chooses by how the ports' names begin, and
// another chain by how they go on.
const FewPorts = 16

// portChains are the chains for the hooks and what they lead to: divided, where
// that is not too much for one transaction, as it would be where each guest has
// losses of its own.
func portChains(hooks portChain, bodies []portChain) []Chain {
	chains := func(of func(portChain) []Chain) []Chain {
		made := of(hooks)
		for _, body := range bodies {
			made = append(made, of(body)...)
		}
		return append(made, hooks.table.ends(made)...)
	}
	flat := chains(func(c portChain) []Chain { return []Chain{{c.name, c.flat()}} })
	if !Fits(hooks.table.Transaction(flat)) {
		return flat
	}
	made := len(bodies)
	newName := func() string {
		made++
		return fmt.Sprintf("%s-%d", hooks.name, made-1)
	}
	divided := chains(func(c portChain) []Chain { return c.divided(newName) })
	if !Fits(hooks.table.Transaction(divided)) {
		return flat
	}
	return divided
}

// flat are the rules of one chain for all ports.
func (c portChain) flat() []string {
	var rules []string
	for _, p := range c.ports {
		rules = append(rules, c.rule(p.port, p.target))
	}
	if c.last != "" {
		rules = append(rules, c.last)
	}
	return rules
}

func (c portChain) rule(port, target string) string {
	return c.option + " " + port + " " + target
}

// divided are the chains that choose, the first one being the way in.
func (c portChain) divided(newName func() string) []Chain {
	if len(c.ports) <= FewPorts {
		return []Chain{{c.name, c.flat()}}
	}
	c = c.table.dividable(c)
	first := portChain{name: c.name, table: c.table, option: c.option, last: c.last}
	var below []Chain
	for _, group := range c.byBeginning() {
		whole := commonBeginning(group) + "+"
		switch {
		case len(group) == 1:
			first.ports = append(first.ports, group[0])
		case c.alike(group):
			first.ports = append(first.ports, portRule{whole, group[0].target})
		default:
			next := portChain{newName(), c.table, c.option, c.all, group, c.last}
			first.ports = append(first.ports, portRule{whole, c.table.jump + next.name})
			below = append(below, next.divided(newName)...)
		}
	}
	return append([]Chain{{first.name, first.flat()}}, below...)
}

// alike reports whether one rule does for a group: the same becomes of all of them,
// and no other port's name begins as theirs do.
func (c portChain) alike(group []portRule) bool {
	beginning := commonBeginning(group)
	ports := 0
	for _, port := range c.all {
		if strings.HasPrefix(port, beginning) {
			ports++
		}
	}
	return ports == len(group) &&
		!slices.ContainsFunc(group, func(p portRule) bool { return p.target != group[0].target })
}

// byBeginning divides the ports by the first letter in which their names differ.
func (c portChain) byBeginning() [][]portRule {
	same := len(commonBeginning(c.ports))
	var groups [][]portRule
	known := map[string]int{}
	for _, p := range c.ports {
		beginning := p.port[:min(same+1, len(p.port))]
		number, there := known[beginning]
		if !there {
			number = len(groups)
			known[beginning] = number
			groups = append(groups, nil)
		}
		groups[number] = append(groups[number], p)
	}
	return groups
}

// commonBeginning is how the names of all these ports begin.
func commonBeginning(ports []portRule) string {
	common := ports[0].port
	for _, p := range ports[1:] {
		for !strings.HasPrefix(p.port, common) {
			common = common[:len(common)-1]
		}
	}
	return common
}
