package netcmd

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// rules are those of a namespace as iptables -S lists them: by chain, the words
// of each rule.
type rules map[string][][]string

func readRules(listed string) rules {
	r := rules{}
	for line := range strings.Lines(listed) {
		if words := strings.Fields(line); len(words) > 2 && words[0] == "-A" {
			r[words[1]] = append(r[words[1]], words)
		}
	}
	return r
}

// linkChain is what the chains are called that linkChains makes.
var linkChain = regexp.MustCompile("^" + cutChain + "(-[ab])?(-[0-9]+)?$")

// leftovers are chains of an earlier partition that have rules and are none of
// those that are made now, as they are to be: empty.
func (r rules) leftovers(made []chain) []chain {
	var old []chain
	for _, name := range slices.SortedFunc(maps.Keys(r), compareChains) {
		isMade := slices.ContainsFunc(made, func(c chain) bool { return c.name == name })
		if linkChain.MatchString(name) && !isMade {
			old = append(old, chain{name: name})
		}
	}
	return old
}

func compareChains(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// tops are the two chains, beside cutChain itself, that can have the way in to a
// partition, by turns.
var tops = [2]string{cutChain + "-a", cutChain + "-b"}

// top is the chain that has it now.
func (r rules) top() string {
	for _, words := range r[cutChain] {
		if target := after(words, "-j"); len(words) == 4 && slices.Contains(tops[:], target) {
			return target
		}
	}
	return cutChain
}

func (r rules) unusedTop() string {
	if r.top() == tops[0] {
		return tops[1]
	}
	return tops[0]
}

// readLinks is the reverse of linkChains.
func (r rules) readLinks(c Cuts) {
	number := map[string]int{}
	for i, g := range c.Guests {
		number[Port(g)] = i
	}
	for _, hook := range r[r.top()] {
		to, known := number[after(hook, "--physdev-out")]
		if !known {
			continue
		}
		states, others := r.statesIn(after(hook, "-j"))
		for from, name := range c.Guests {
			state, listed := states[Port(name)]
			if !listed {
				state = others
			}
			if from != to {
				c.links[from*len(c.Guests)+to] = state
			}
		}
	}
}

// statesIn follows a chain for what comes from each port: those that it lists,
// and all others.
func (r rules) statesIn(chain string) (states map[string]State, others State) {
	states = map[string]State{}
	for _, words := range r[chain] {
		in := after(words, "--physdev-in")
		if in == "" {
			return states, stateOf(words)
		}
		if _, twice := states[in]; !twice {
			states[in] = stateOf(words)
		}
	}
	return states, State{}
}

func after(words []string, option string) string {
	if i := slices.Index(words, option); i >= 0 && i+1 < len(words) {
		return words[i+1]
	}
	return ""
}
