package config

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// maxReplicas is how many guests a /24 has room for.
const maxReplicas = 253

// replicaVariable is the variable of a replica that has its number.
const replicaVariable = "VAGGANET_REPLICA"

// checkReplicas refuses what not each of several children can have.
func (p *parser) checkReplicas(d *draft, what string) error {
	if d.replicas == 0 {
		return nil
	}
	if err := p.needsNetwork(d.replicasLine, "replicas", d.Child, what); err != nil {
		return err
	}
	if d.replicas > 1 && d.Network.Ports != nil {
		return p.errorf(d.replicasLine, "%s has %d replicas and ports, but the gateway has each port once; "+
			"remove ports, or give them to a child of its own", what, d.replicas)
	}
	last := d.replica(d.replicas)
	if err := CheckName("child", last.Name); err != nil {
		return p.errorf(d.replicasLine, "%v", err)
	}
	if last.Network.Hostname != "" {
		if err := CheckName("hostname", last.Network.Hostname); err != nil {
			return p.errorf(d.replicasLine, "%v", err)
		}
	}
	if d.Network.IP.IsValid() && !last.Network.IP.IsValid() {
		return p.errorf(d.replicasLine, "%s has %d replicas, but there are fewer addresses from %v on", what, d.replicas, d.Network.IP)
	}
	return nil
}

// replicate returns the children that drafts stand for.
func (p *parser) replicate(c *Command, drafts []*draft) ([]*draft, error) {
	byName := map[string]*draft{}
	for _, d := range drafts {
		byName[d.Name] = d
	}
	var all []*draft
	for _, d := range drafts {
		if d.replicas == 0 {
			all = append(all, d)
		}
		if err := p.count(d.replicas * (1 + len(d.Environ) + len(d.Tags))); err != nil {
			return nil, err
		}
		for i := 1; i <= d.replicas; i++ {
			r := d.replica(i)
			if other := byName[r.Name]; other != nil {
				return nil, p.errorf(other.Line, "child %s has the name of a replica of child %s, which is in line %d; rename one",
					quote(r.Name), quote(d.Name), d.Line)
			}
			all = append(all, r)
			c.Replicas[d.Name] = append(c.Replicas[d.Name], r.Name)
		}
	}
	return all, nil
}

// replica returns the nth child that a draft stands for, counted from 1.
func (d *draft) replica(n int) *draft {
	child, network := *d.Child, *d.Network
	child.Name = fmt.Sprintf("%s-%d", d.Name, n)
	child.Network = &network
	if network.Hostname != "" {
		network.Hostname = fmt.Sprintf("%s-%d", network.Hostname, n)
	}
	network.IP = nthAddress(network.IP, n)
	child.Environ = maps.Clone(d.Environ)
	child.Environ[replicaVariable] = strconv.Itoa(n)
	child.Tags = slices.Clone(d.Tags)
	if !slices.Contains(child.Tags, d.Name) { // so that --only NAME has them all
		child.Tags = append(child.Tags, d.Name)
	}
	return &draft{Child: &child, afterLine: d.afterLine, nodeLine: d.nodeLine}
}

// nthAddress returns the nth address from ip on, counted from 1. It is the zero Addr
// if there is none.
func nthAddress(ip netip.Addr, n int) netip.Addr {
	for ; n > 1 && ip.IsValid(); n-- {
		ip = ip.Next()
	}
	return ip
}

// expandFaults returns the timeline of a command with the names of replicas.
func (p *parser) expandFaults(c *Command) ([]Fault, error) {
	if len(c.Replicas) == 0 {
		return c.Faults, nil
	}
	var all []Fault
	for _, f := range c.Faults {
		for _, f := range c.expandFault(f) {
			words := len(f.Words)
			for _, word := range f.Words {
				words += strings.Count(word, ",")
			}
			if err := p.count(1 + words); err != nil {
				return nil, err
			}
			all = append(all, f)
		}
	}
	return all, nil
}

// ExpandFaults returns a timeline with the names of replicas, where it has the name
// that they have together. An exec of that name becomes one of each.
func (c *Command) ExpandFaults(faults []Fault) []Fault {
	var all []Fault
	for _, f := range faults {
		all = append(all, c.expandFault(f)...)
	}
	return all
}

// valued are the options of faults whose value is the next word.
var valued = []string{"--corrupt", "--delay", "--duplicate", "--how", "--jitter", "--loss", "--rate",
	"--reorder", "--seed", "--signal"}

func (c *Command) expandFault(f Fault) []Fault {
	if f.Verb == "exec" {
		return c.expandExec(f)
	}
	var words []string
	for i, word := range f.Words {
		switch {
		case f.Verb == "partition" && i == 0, // the kind
			strings.HasPrefix(word, "-"),
			i > 0 && slices.Contains(valued, f.Words[i-1]):
			words = append(words, word)
		default:
			words = append(words, c.expandWord(word)...)
		}
	}
	f.Words = words
	return []Fault{f}
}

// expandExec makes an exec of each replica.
func (c *Command) expandExec(f Fault) []Fault {
	names := c.Replicas[f.Words[0]]
	if names == nil {
		return []Fault{f}
	}
	var all []Fault
	for _, name := range names {
		f.Words = append([]string{name}, f.Words[1:]...)
		all = append(all, f)
	}
	return all
}

// expandWord returns the names that a word stands for. One with commas or colons, as
// "a,b:c", stays one word.
func (c *Command) expandWord(word string) []string {
	if names := c.Replicas[word]; names != nil {
		return names
	}
	sides := strings.Split(word, ":")
	for i, side := range sides {
		var names []string
		for _, name := range strings.Split(side, ",") {
			if replicas := c.Replicas[name]; replicas != nil {
				names = append(names, replicas...)
			} else {
				names = append(names, name)
			}
		}
		sides[i] = strings.Join(names, ",")
	}
	return []string{strings.Join(sides, ":")}
}
