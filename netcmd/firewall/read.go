package firewall

import (
	"maps"
	"regexp"
	"slices"
	"sort"
	"strings"
	"sync"

	"vagganet/netcmd/addresses"
	"vagganet/netcmd/links"
)

// Rules are those of a namespace as iptables -S or ebtables-save lists them: by
// chain, the words of each rule.
type Rules map[string][][]string

// Read reads what iptables -S or ebtables-save has listed, or an input of restore.
func Read(listed string) Rules {
	r := Rules{}
	for line := range strings.Lines(listed) {
		if words := strings.Fields(line); len(words) > 2 && words[0] == "-A" {
			r[words[1]] = append(r[words[1]], words)
		}
	}
	return r
}

// hooks reports whether what is forwarded goes to a chain.
func (r Rules) hooks(chain string) bool {
	return slices.ContainsFunc(r["FORWARD"], func(words []string) bool { return OptionValue(words, "-j") == chain })
}

// Hooked is an input that makes a chain, with the rule that leads there, unless there
// is one. Most runs never need some of them, so the first command that does makes it.
func (r Rules) Hooked(chain string, input []string) []string {
	if r.hooks(chain) {
		return input
	}
	return slices.Insert(input, len(input)-1, "-A FORWARD -j "+chain)
}

// linkChain is what the chains are called that LinkChains makes.
var linkChain = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("^" + CutChain + "(-[ab])?(-[0-9]+)?$")
})

// leftovers are chains of an earlier partition that have rules and are none of
// those that are made now, as they are to be: empty.
func (r Rules) leftovers(made []Chain) []Chain {
	var old []Chain
	names := slices.Collect(maps.Keys(r))
	sort.Slice(names, func(i, j int) bool { return compareChains(names[i], names[j]) < 0 })
	for _, name := range names {
		isMade := slices.ContainsFunc(made, func(c Chain) bool { return c.Name == name })
		if linkChain().MatchString(name) && !isMade {
			old = append(old, Chain{Name: name})
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

// Tops are the two chains, beside CutChain itself, that can have the way in to a
// partition, by turns.
var Tops = [2]string{CutChain + "-a", CutChain + "-b"}

// Top is the chain that has it now.
func (r Rules) Top() string {
	for _, words := range r[CutChain] {
		if target := OptionValue(words, "-j"); len(words) == 4 && slices.Contains(Tops[:], target) {
			return target
		}
	}
	return CutChain
}

func (r Rules) unusedTop() string {
	if r.Top() == Tops[0] {
		return Tops[1]
	}
	return Tops[0]
}

// ReadLinks is the reverse of LinkChains, for the links that are not known to be
// cut already.
func (r Rules) ReadLinks(t Table, c links.Cuts) {
	ports := make([]string, len(c.Guests))
	for i, name := range c.Guests {
		ports[i] = addresses.BridgePort(name)
	}
	known := map[string][]links.State{}
	for to, port := range ports {
		hook := r.find(t, r.Top(), t.out, port)
		body := OptionValue(hook, "-j") + OptionValue(hook, "-g")
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
func (r Rules) readPairs(t Table, c links.Cuts, ports []string) {
	for _, words := range r[CutChain] {
		in, out := t.ports(words)
		from, to := slices.Index(ports, in), slices.Index(ports, out)
		if from < 0 || to < 0 || from == to || slices.Contains(words, "-p") || c.Has(from, to) {
			continue
		}
		c.Set(from, to, stateOf(words).How)
	}
}

// ports are those that a rule asks for.
func (t Table) ports(words []string) (in, out string) {
	return OptionValue(words, lastWord(t.in)), OptionValue(words, lastWord(t.out))
}

func lastWord(text string) string { return text[strings.LastIndex(text, " ")+1:] }

// find is the rule of a portChain that is for that port. Where that is for all ports
// whose names begin alike, it may lead to another chain that goes on choosing by
// the same option.
func (r Rules) find(t Table, chain, option, port string) []string {
	option = lastWord(option)
	for _, words := range r[chain] {
		named := OptionValue(words, option)
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
		next := OptionValue(words, "-g") + OptionValue(words, "-j")
		if goesOn := r[next]; many && len(goesOn) > 0 && slices.Contains(goesOn[0], option) {
			return r.find(t, next, option, port)
		}
		return words
	}
	return nil
}

// OptionValue returns the word behind an option; empty where there is none.
func OptionValue(words []string, option string) string {
	if i := slices.Index(words, option); i >= 0 && i+1 < len(words) {
		return words[i+1]
	}
	return ""
}

// Restored returns the rules after an input of restore, which empties the chains that
// it names.
func (r Rules) Restored(input string) Rules {
	after := Rules{}
	maps.Copy(after, r)
	for line := range strings.Lines(input) {
		if name, found := strings.CutPrefix(line, ":"); found {
			delete(after, strings.Fields(name)[0])
		}
	}
	for chain, more := range Read(input) {
		after[chain] = slices.Concat(after[chain], more)
	}
	return after
}
