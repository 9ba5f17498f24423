package netcmd

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"vagganet/netcmd/addresses"
	"vagganet/netcmd/links"
)

// rules are those of a namespace as iptables -S or ebtables-save lists them: by
// chain, the words of each rule.
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

// hooks reports whether what is forwarded goes to a chain.
func (r rules) hooks(chain string) bool {
	return slices.ContainsFunc(r["FORWARD"], func(words []string) bool { return after(words, "-j") == chain })
}

// hooked is an input that makes a chain, with the rule that leads there, unless there
// is one. Most runs never need some of them, so the first command that does makes it.
func (r rules) hooked(chain string, input []string) []string {
	if r.hooks(chain) {
		return input
	}
	return slices.Insert(input, len(input)-1, "-A FORWARD -j "+chain)
}

// linkChain is what the chains are called that linkChains makes.
var linkChain = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("^" + cutChain + "(-[ab])?(-[0-9]+)?$")
})

// leftovers are chains of an earlier partition that have rules and are none of
// those that are made now, as they are to be: empty.
func (r rules) leftovers(made []chain) []chain {
	var old []chain
	for _, name := range slices.SortedFunc(maps.Keys(r), compareChains) {
		isMade := slices.ContainsFunc(made, func(c chain) bool { return c.name == name })
		if linkChain().MatchString(name) && !isMade {
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

// readLinks is the reverse of linkChains, for the links that are not known to be
// cut already.
func (r rules) readLinks(t table, c links.Cuts) {
	ports := make([]string, len(c.Guests))
	for i, name := range c.Guests {
		ports[i] = addresses.Port(name)
	}
	known := map[string][]links.State{}
	for to, port := range ports {
		hook := r.find(t, r.top(), t.out, port)
		body := after(hook, "-j") + after(hook, "-g")
		if known[body] == nil {
			all := stateOf(hook) // by a rule that is not ours
			for _, port := range ports {
				state := all
				if state == (links.State{}) {
					state = stateOf(r.find(t, body, t.in, port))
				}
				known[body] = append(known[body], state)
			}
		}
		for from, state := range known[body] {
			if from != to && !c.Has(from, to) {
				c.Set(from, to, state.How)
			}
		}
	}
	r.readPairs(t, c, ports)
}

// readPairs reads rules for one link each: none are ours, but who makes them by hand
// makes such.
func (r rules) readPairs(t table, c links.Cuts, ports []string) {
	for _, words := range r[cutChain] {
		in, out := t.ports(words)
		from, to := slices.Index(ports, in), slices.Index(ports, out)
		if from < 0 || to < 0 || from == to || slices.Contains(words, "-p") || c.Has(from, to) {
			continue
		}
		c.Set(from, to, stateOf(words).How)
	}
}

// ports are those that a rule asks for.
func (t table) ports(words []string) (in, out string) {
	return after(words, lastWord(t.in)), after(words, lastWord(t.out))
}

func lastWord(text string) string { return text[strings.LastIndex(text, " ")+1:] }

// find is the rule of a chooser that is for that port. Where that is for all ports
// whose names begin alike, it may lead to another chain that goes on choosing by
// the same option.
func (r rules) find(t table, chain, option, port string) []string {
	option = lastWord(option)
	for _, words := range r[chain] {
		named := after(words, option)
		if len(words) == 4 {
			return words // for all others
		}
		if in, out := t.ports(words); named == "" || slices.Contains(words, "-p") || in != "" && out != "" {
			continue // none of ours, which ask for one port, and no protocol
		}
		beginning, many := strings.CutSuffix(named, "+")
		if port != named && !(many && strings.HasPrefix(port, beginning)) {
			continue
		}
		next := after(words, "-g") + after(words, "-j")
		if goesOn := r[next]; many && len(goesOn) > 0 && slices.Contains(goesOn[0], option) {
			return r.find(t, next, option, port)
		}
		return words
	}
	return nil
}

func after(words []string, option string) string {
	if i := slices.Index(words, option); i >= 0 && i+1 < len(words) {
		return words[i+1]
	}
	return ""
}
