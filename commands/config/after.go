package config

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

// parseAfter reads whom a child waits for: a word, or a list of words.
func (p *parser) parseAfter(e entry, what string) ([]string, error) {
	what = "after of " + what
	if e.value.Kind == yaml.SequenceNode {
		return p.texts(e.value, what)
	}
	word, err := p.word(e.value, what)
	return []string{word}, err
}

// resolveAfter makes names of the words that the children's after has, once all
// children of the command are known.
func (p *parser) resolveAfter(c *Command, drafts []*draft) error {
	w := waits{drafts: map[string]*draft{}, done: map[string]bool{}, open: map[string]bool{}}
	for _, d := range drafts {
		w.drafts[d.Name] = d
	}
	for _, d := range drafts {
		names, err := p.afterNames(c, d, w.drafts)
		if err != nil {
			return err
		}
		d.After = names
	}
	for _, d := range drafts {
		if circle := w.circle(d.Name); circle != nil {
			return p.circleError(w.drafts[circle[0]].afterLine, circle)
		}
	}
	return nil
}

// afterNames returns the children that one waits for, sorted.
func (p *parser) afterNames(c *Command, d *draft, all map[string]*draft) ([]string, error) {
	var names []string
	for _, word := range d.After {
		switch {
		case c.Replicas[word] != nil:
			names = append(names, c.Replicas[word]...)
		case all[word] != nil:
			names = append(names, word)
		default:
			hint := suggest(word, "the children are", sortedKeys(all), sortedKeys(c.Replicas)...)
			return nil, p.errorf(d.afterLine, "child %s is to start after %s, which is no child of command %s",
				quote(d.Name), quote(word), quote(c.Name)).hint(hint)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), p.count(len(names))
}

func (p *parser) circleError(line int, circle []string) error {
	if len(circle) == 1 {
		return p.errorf(line, "child %s waits for itself; remove it from after", quote(circle[0]))
	}
	var steps []string
	for i, name := range circle {
		steps = append(steps, fmt.Sprintf("%s waits for %s", name, circle[(i+1)%len(circle)]))
	}
	return p.errorf(line, "these children would never start: %s; remove one of these from after", strings.Join(steps, ", "))
}

// waits looks for children that wait for each other.
type waits struct {
	drafts map[string]*draft
	done   map[string]bool // no circle is to be reached from there
	open   map[string]bool // those in path
	path   []string
}

// circle returns the names of children that are waited for by name, each of which
// waits for the next one, and the last one for the first. It returns nil if there
// are none.
func (w *waits) circle(name string) []string {
	switch {
	case w.done[name]:
		return nil
	case w.open[name]:
		return w.path[slices.Index(w.path, name):]
	}
	w.open[name] = true
	w.path = append(w.path, name)
	for _, next := range w.drafts[name].After {
		if circle := w.circle(next); circle != nil {
			return circle
		}
	}
	w.path = w.path[:len(w.path)-1]
	w.open[name], w.done[name] = false, true
	return nil
}
