package config

import "go.yaml.in/yaml/v4"

// entry is one key of a mapping and its value, aliases resolved.
type entry struct {
	key   string
	line  int
	value *yaml.Node
}

// entries lists a mapping's own keys and then those that "<<" brings in: the
// nearer one wins, as YAML has it. name makes equal what counts as the same
// key. Nothing in place of the mapping is an empty one. what is the mapping's
// name in messages.
func (p *parser) entries(n *yaml.Node, what string, name func(string) string) ([]entry, error) {
	c := &collector{parser: p, what: what, name: name,
		seen: map[string]bool{}, open: map[*yaml.Node]bool{}}
	err := c.add(n)
	return c.list, err
}

// same is the name function of mappings whose keys the user makes up.
func same(key string) string { return key }

type collector struct {
	*parser
	what string
	name func(string) string
	list []entry
	seen map[string]bool // names of keys in list
	open map[*yaml.Node]bool
}

func (c *collector) add(n *yaml.Node) error {
	n = resolve(n)
	if isNull(n) {
		return c.count(1)
	}
	if n.Kind != yaml.MappingNode {
		return c.errorf(n.Line, "%s must be a mapping, not %s", c.what, describe(n))
	}
	if c.open[n] {
		return c.errorf(n.Line, "%s is merged into itself", c.what)
	}
	c.open[n] = true
	defer delete(c.open, n)
	if err := c.count(1 + len(n.Content)/2); err != nil {
		return err
	}
	merge, err := c.addOwn(n)
	if err != nil || merge == nil {
		return err
	}
	return c.addMerge(merge)
}

// addOwn adds the keys that are written in n itself, save those that a nearer
// mapping has, and returns the value of its merge key.
func (c *collector) addOwn(n *yaml.Node) (merge *yaml.Node, err error) {
	own := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := resolve(n.Content[i]), resolve(n.Content[i+1])
		line := n.Content[i].Line
		if k.Kind != yaml.ScalarNode || isNull(k) {
			return nil, c.errorf(line, "a key of %s must be a word, not %s", c.what, describe(k))
		}
		name := c.name(k.Value)
		if first, ok := own[name]; ok {
			return nil, c.errorf(line, "%s has %s twice, here and in line %d; remove one",
				c.what, quote(k.Value), first)
		}
		own[name] = line
		if k.Tag == "!!merge" {
			merge = v
		} else if !c.seen[name] {
			c.seen[name] = true
			c.list = append(c.list, entry{k.Value, line, v})
		}
	}
	return merge, nil
}

func (c *collector) addMerge(n *yaml.Node) error {
	if n.Kind == yaml.MappingNode {
		return c.add(n)
	}
	if n.Kind != yaml.SequenceNode {
		return c.errorf(n.Line, "<< must be a mapping or a list of them, not %s", describe(n))
	}
	for _, m := range n.Content {
		m = resolve(m)
		if m.Kind != yaml.MappingNode {
			return c.errorf(m.Line, "<< must be a mapping or a list of them, not %s", describe(m))
		}
		if err := c.add(m); err != nil {
			return err
		}
	}
	return nil
}
