package config

import (
	"slices"
	"strings"
)

// nodeWords mean nodes in faults whatever a file has, so they can't be roles.
var nodeWords = []string{"all", "any", "minority", "minority-third", "majority"}

// parseRoles adds the roles of a command, and returns their entries.
func (p *parser) parseRoles(e entry, what string, c *Command) ([]entry, error) {
	what = "roles of " + what
	if err := p.checkPlain(e.value, what); err != nil {
		return nil, err
	}
	list, err := p.entries(e.value, what, same)
	if err != nil {
		return nil, err
	}
	for _, e := range list {
		if err := CheckName("role", e.key); err != nil {
			return nil, p.errorf(e.line, "%v", err)
		}
		if slices.Contains(nodeWords, e.key) {
			return nil, p.errorf(e.line, "role name %s means nodes of another kind in faults; use another one", quote(e.key))
		}
		line, err := p.text(e.value, "role "+quote(e.key))
		if err != nil {
			return nil, err
		}
		if strings.TrimSpace(line) == "" {
			return nil, p.errorf(e.line, "role %s is empty; give it a shell line that prints its nodes", quote(e.key))
		}
		c.Roles[e.key] = line
	}
	return list, nil
}

// checkRoles refuses roles that are called as a child is: a fault's word can't mean
// both.
func (p *parser) checkRoles(c *Command, roles []entry) error {
	taken := map[string]bool{}
	for _, child := range c.Children {
		taken[child.Name] = true
	}
	for _, e := range roles {
		if taken[e.key] || c.Replicas[e.key] != nil {
			return p.errorf(e.line, "role name %s is a child's name, too; rename one", quote(e.key))
		}
	}
	return nil
}
