package config

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

const maxUserID = 1 << 30

var childTags = []string{"!BridgeCommand", "!Command"}

// draft is a child, and what else is needed to see how it goes with the others.
type draft struct {
	*Child
	afterLine, nodeLine int
	// replicas is how many children it stands for; 0 for itself alone.
	replicas, replicasLine int
}

func (p *parser) parseChild(e entry) (*draft, error) {
	if err := CheckName("child", e.key); err != nil {
		return nil, p.errorf(e.line, "%v", err)
	}
	what := "child " + quote(e.key)
	c := &draft{Child: &Child{Name: e.key, Line: e.line, Environ: map[string]string{}}}
	switch tagOf(e.value) {
	case "!Command":
	case "!BridgeCommand":
		c.Bridge = true
	case "":
		return nil, p.errorf(e.line, "%s has no tag; write !Command or !BridgeCommand in front of it", what)
	default:
		return nil, p.tagError(e, what, childTags)
	}
	if err := p.parseFields(e.value, what, p.childFields(c, what), childIgnored()); err != nil {
		return nil, err
	}
	if c.Run == nil {
		return nil, p.errorf(e.line, "%s has nothing to run; add run: with a shell line or a list of words", what)
	}
	if c.Node != "" && c.Network != nil {
		return nil, p.errorf(c.nodeLine, "%s has a network of its own, and node, which has it share another one's; remove one of them", what)
	}
	if c.Ready != nil && c.Node == "" {
		if err := p.needsNetwork(c.Ready.Line, "ready", c.Child, what); err != nil {
			return nil, err
		}
	}
	return c, p.checkReplicas(c, what)
}

func (p *parser) childFields(c *draft, what string) fieldMap {
	return fieldMap{
		"container": func(e entry) (err error) {
			c.Container, err = p.word(e.value, "container of "+what)
			p.uses = append(p.uses, use{e.line, c.Name, c.Container})
			return err
		},
		"network": func(e entry) (err error) {
			if c.Bridge {
				return p.errorf(e.line, "%s is a !BridgeCommand and can't have a network of its own; "+
					"remove network, or make it a !Command", what)
			}
			c.Network, err = p.parseNetwork(e, what)
			return err
		},
		"node": func(e entry) (err error) {
			if c.Bridge {
				return p.errorf(e.line, "%s is a !BridgeCommand and can't share a guest's network; "+
					"remove node, or make it a !Command", what)
			}
			c.nodeLine = e.line
			c.Node, err = p.word(e.value, "node of "+what)
			return err
		},
		"environ":          func(e entry) error { return p.parseEnviron(e, c.Environ) },
		"volumes":          func(e entry) (err error) { c.Volumes, err = p.parseVolumes(e); return err },
		"work-dir":         func(e entry) (err error) { c.WorkDir, err = p.expandedWord(e.value, "work-dir of "+what); return err },
		"user-id":          func(e entry) (err error) { c.UserID, err = p.id(e, what); return err },
		"group-id":         func(e entry) (err error) { c.GroupID, err = p.id(e, what); return err },
		"external-user-id": func(e entry) error { return p.parseExternalID(e, what, c.Child) },
		"tags":             func(e entry) error { return p.parseTags(e, what, c.Child) },
		"ready":            func(e entry) (err error) { c.Ready, err = p.parseReady(e, what); return err },
		"restart":          func(e entry) (err error) { c.Restart, err = p.parseRestart(e, what); return err },
		"replicas": func(e entry) (err error) {
			c.replicasLine = e.line
			c.replicas, err = p.between(e, what, "children", 1, maxReplicas)
			return err
		},
		"after": func(e entry) (err error) {
			c.afterLine = e.line
			c.After, err = p.parseAfter(e, what)
			return err
		},
		"run": func(e entry) (err error) { c.Run, err = p.parseRun(e, what); return err },
	}
}

// needsNetwork refuses a key that is of use to guests only, where a child is none.
func (p *parser) needsNetwork(line int, key string, c *Child, what string) error {
	switch {
	case c.Network != nil:
		return nil
	case c.Node != "":
		return p.errorf(line, "%s shares the network of another child and can't have %s; remove one of node and %[2]s", what, key)
	case c.Bridge:
		return p.errorf(line, "%s is a !BridgeCommand and can't have %s; remove %[2]s, "+
			"or make it a !Command with a network", what, key)
	}
	return p.errorf(line, "%s has %s, but no network; add network: {}, or remove %[2]s", what, key)
}

func (p *parser) parseRun(e entry, what string) ([]string, error) {
	if e.value.Kind == yaml.SequenceNode {
		argv, err := p.texts(e.value, "run of "+what)
		if err == nil && (len(argv) == 0 || argv[0] == "") {
			err = p.errorf(e.line, "run of %s names no program; put one first in the list", what)
		}
		return argv, err
	}
	line, err := p.text(e.value, "run of "+what)
	if err == nil && strings.TrimSpace(line) == "" {
		err = p.errorf(e.line, "run of %s is empty; give it a shell line or a list of words", what)
	}
	return []string{"/bin/sh", "-c", line}, err
}

// parseEnviron adds the variables of e to environ.
func (p *parser) parseEnviron(e entry, environ map[string]string) error {
	if err := p.checkPlain(e.value, e.key); err != nil {
		return err
	}
	list, err := p.entries(e.value, e.key, same)
	if err != nil {
		return err
	}
	for _, e := range list {
		if err := checkVariable(e.key); err != nil {
			return p.errorf(e.line, "%v", err)
		}
		if isNull(e.value) && tagOf(e.value) == "" {
			return p.errorf(e.line, "variable %s has no value; write \"\" for an empty one", e.key)
		}
		if environ[e.key], err = p.expandedText(e.value, "variable "+e.key); err != nil {
			return err
		}
	}
	return nil
}

// parseExternalID reads who a child's user is outside. What vagga makes of another one
// than 0 has no meaning here.
func (p *parser) parseExternalID(e entry, what string, c *Child) error {
	id, err := p.id(e, what)
	if c.External0 = err == nil && id == 0; err == nil && id != 0 {
		p.file.Ignored = append(p.file.Ignored, Ignored{Line: e.line, Key: e.key})
	}
	return err
}

// id reads the number of a user or a group.
func (p *parser) id(e entry, what string) (int, error) {
	text, err := p.word(e.value, e.key+" of "+what)
	if err != nil {
		return 0, err
	}
	n, ok := number(text)
	if !ok || n < 0 || n > maxUserID {
		return 0, p.errorf(e.line, "%s %s of %s must be a number from 0 to %d", e.key, quote(text), what, maxUserID)
	}
	return int(n), nil
}

func (p *parser) parseTags(e entry, what string, c *Child) (err error) {
	c.Tags, err = p.texts(e.value, "tags of "+what)
	if err == nil && slices.Contains(c.Tags, "") {
		return p.errorf(e.line, "tags of %s has an empty one; remove it", what)
	}
	return err
}
