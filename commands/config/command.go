package config

import (
	"slices"
	"sort"
	"strings"
	"time"

	"vagganet/netcmd/addresses"
)

// DefaultKillAfter is how long children may take to end where no file says.
const DefaultKillAfter = 2 * time.Second

const maxKillSeconds = 86400

var commandTags = []string{"!CapsuleCommand", "!Command", "!Supervise"}

func (p *parser) parseCommands(e entry) error {
	if err := p.checkPlain(e.value, e.key); err != nil {
		return err
	}
	list, err := p.entries(e.value, e.key, same)
	if err != nil {
		return err
	}
	for _, e := range list {
		if err := CheckName("command", e.key); err != nil {
			return p.errorf(e.line, "%v", err)
		}
		if p.file.Commands[e.key], err = p.parseCommand(e); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) parseCommand(e entry) (*Command, error) {
	c := &Command{Name: e.key, Line: e.line, KillUnresponsiveAfter: DefaultKillAfter,
		Replicas: map[string][]string{}, Roles: map[string]string{}}
	what := "command " + quote(e.key)
	switch tagOf(e.value) {
	case "!Supervise":
		c.Supervise = true
		return c, p.parseSupervise(e, what, c)
	case "!Command":
		return c, p.parseSingle(e, what, c, singleIgnored())
	case "!CapsuleCommand":
		return c, p.parseSingle(e, what, c, capsuleIgnored())
	case "":
		return nil, p.errorf(e.line, "%s has no tag; write !Supervise in front of it", what)
	default:
		return nil, p.tagError(e, what, commandTags)
	}
}

// parseSingle takes from a command that is not run here what a list of the
// commands needs. Its keys are checked for typing errors all the same, their
// values are left to vagga.
func (p *parser) parseSingle(e entry, what string, c *Command, ignored []string) error {
	notHere := func(entry) error { return nil }
	known := fieldMap{"description": p.descriptionField(c),
		"environ": notHere, "run": notHere, "work-dir": notHere}
	if tagOf(e.value) == "!Command" {
		known["container"], known["user-id"], known["volumes"] = notHere, notHere, notHere
	}
	return p.parseFields(e.value, what, known, ignored)
}

func (p *parser) descriptionField(c *Command) func(entry) error {
	return func(e entry) (err error) {
		if !isNull(e.value) {
			c.Description, err = p.text(e.value, "the description of command "+quote(c.Name))
		}
		return err
	}
}

func (p *parser) parseSupervise(e entry, what string, c *Command) error {
	var roles []entry
	err := p.parseFields(e.value, what, fieldMap{
		"description":             p.descriptionField(c),
		"mode":                    func(e entry) error { return p.parseMode(e, what, c) },
		"kill-unresponsive-after": func(e entry) error { return p.parseKillAfter(e, what, c) },
		"mtu":                     func(e entry) error { return p.parseMTU(e, what, c) },
		"children":                func(e entry) error { return p.parseChildren(e, what, c) },
		"ipv6":                    func(e entry) error { return p.parseIPv6(e, what, c) },
		"faults":                  func(e entry) (err error) { c.Faults, err = p.parseFaults(e); return err },
		"roles":                   func(e entry) (err error) { roles, err = p.parseRoles(e, what, c); return err },
	}, superviseIgnored())
	if err != nil {
		return err
	}
	if len(c.Children) == 0 {
		return p.errorf(e.line, "%s has no children; add at least one", what)
	}
	if err := p.checkRoles(c, roles); err != nil {
		return err
	}
	c.Faults, err = p.expandFaults(c)
	return err
}

func (p *parser) parseMode(e entry, what string, c *Command) error {
	text, err := p.word(e.value, "mode of "+what)
	if err != nil {
		return err
	}
	i := slices.Index(modeNames, hyphenate(text))
	if i < 0 {
		return p.errorf(e.line, "%s has the unknown mode %s; use one of %s", what, quote(text),
			strings.Join(modeNames, ", "))
	}
	c.Mode = Mode(i)
	return nil
}

func (p *parser) parseIPv6(e entry, what string, c *Command) error {
	text, err := p.word(e.value, "ipv6 of "+what)
	if err != nil {
		return err
	}
	if text != "true" && text != "false" {
		return p.errorf(e.line, "ipv6 of %s is %s, but must be true or false", what, quote(text))
	}
	c.NoIPv6, c.WantsIPv6 = text == "false", text == "true"
	return nil
}

func (p *parser) parseKillAfter(e entry, what string, c *Command) error {
	n, err := p.between(e, what, "seconds", 1, maxKillSeconds)
	if err == nil {
		c.KillUnresponsiveAfter = time.Duration(n) * time.Second
	}
	return err
}

func (p *parser) parseMTU(e entry, what string, c *Command) (err error) {
	c.MTU, err = p.between(e, what, "bytes", addresses.MinMTU, addresses.MaxMTU)
	return err
}

// between reads a number of units.
func (p *parser) between(e entry, what, units string, least, most int64) (int, error) {
	text, err := p.word(e.value, e.key+" of "+what)
	if err != nil {
		return 0, err
	}
	n, ok := number(text)
	if !ok || n < least || n > most {
		return 0, p.errorf(e.line, "%s %s of %s must be a number of %s from %d to %d", e.key, quote(text), what, units, least, most)
	}
	return int(n), nil
}

func (p *parser) parseChildren(e entry, what string, c *Command) error {
	what = "children of " + what
	if err := p.checkPlain(e.value, what); err != nil {
		return err
	}
	list, err := p.entries(e.value, what, same)
	if err != nil {
		return err
	}
	var drafts []*draft
	for _, e := range list {
		d, err := p.parseChild(e)
		if err != nil {
			return err
		}
		drafts = append(drafts, d)
	}
	if drafts, err = p.replicate(c, drafts); err != nil {
		return err
	}
	sort.Slice(drafts, func(i, j int) bool { return drafts[i].Name < drafts[j].Name })
	for _, d := range drafts {
		c.Children = append(c.Children, d.Child)
	}
	if err := p.checkNodes(c, drafts); err != nil {
		return err
	}
	return p.resolveAfter(c, drafts)
}
