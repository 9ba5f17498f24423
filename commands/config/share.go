package config

import (
	"slices"
	"strings"
)

// checkNodes refuses nodes whose network a child can't share, once all children of the
// command are known.
func (p *parser) checkNodes(c *Command, drafts []*draft) error {
	byName := map[string]*draft{}
	var guests []string
	for _, d := range drafts {
		if byName[d.Name] = d; d.Network != nil {
			guests = append(guests, d.Name)
		}
	}
	slices.Sort(guests)
	for _, d := range drafts {
		if d.Node == "" {
			continue
		}
		if err := p.checkNode(c, d, byName[d.Node], guests); err != nil {
			return err
		}
	}
	return nil
}

// checkNode is about one child; other is the one whose network it wants, nil if there is
// none of that name.
func (p *parser) checkNode(c *Command, d, other *draft, guests []string) error {
	wrong := func(why string, args ...any) *Error {
		return p.errorf(d.nodeLine, "child %s can't share the network of %s, which "+why, append([]any{quote(d.Name), quote(d.Node)}, args...)...)
	}
	switch names := c.Replicas[d.Node]; {
	case names != nil:
		return wrong("stands for %s; name one of them", strings.Join(names, ", "))
	case other == nil:
		return wrong("is no child of command %s", quote(c.Name)).hint(suggest(d.Node, "the guests are", guests))
	case other == d:
		return wrong("is itself; give it a network: {} of its own")
	case other.Node != "":
		return wrong("has none of its own; write node: %s", other.Node)
	case other.Bridge:
		return wrong("is a !BridgeCommand; make this one a !BridgeCommand, too")
	case other.Network == nil:
		return wrong("has none; add network: {} there, or remove node")
	}
	return nil
}
