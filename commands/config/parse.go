package config

import (
	"cmp"
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"go.yaml.in/yaml/v4"

	"vagganet/netcmd/addresses"
)

const noCommandsHint = "a small file: commands: {try: !Supervise {children: {a: !Command {network: {}, run: sh}}}}"

// Parse reads a vagga.yaml. path is used for messages, and its folder becomes
// File.Dir; nothing is read from the machine. lookup has the variables that
// ${NAME} may name, as os.LookupEnv has. The error is an *Error with a line of at
// least 1, the first mistake of the file.
func Parse(path string, data []byte, lookup func(string) (string, bool)) (*File, error) {
	p := &parser{lookup: lookup, file: &File{
		Path:       path,
		Dir:        filepath.Dir(path),
		Containers: map[string]*Container{},
		Commands:   map[string]*Command{},
	}}
	root, err := p.load(data)
	if err != nil {
		return nil, err
	}
	if err := p.parseFile(root); err != nil {
		return nil, err
	}
	return p.file, nil
}

type parser struct {
	file   *File
	lookup func(string) (string, bool)
	values int // described so far
	uses   []use
}

// use is a child's mention of a container, kept until all containers are read.
type use struct {
	line             int
	child, container string
}

// errorf makes an error at a line. The return type is for [Error.hint]; a
// function that may also succeed has to return error.
func (p *parser) errorf(line int, format string, args ...any) *Error {
	return &Error{Path: p.file.Path, Line: max(line, 1), Msg: fmt.Sprintf(format, args...)}
}

func (e *Error) hint(text string) *Error {
	e.Hint = text
	return e
}

// fieldMap is how to read the keys that a mapping may have.
type fieldMap map[string]func(entry) error

// parseFields reads a mapping whose keys have a fixed meaning. As in vagga,
// work_dir is work-dir, and a key that starts with an underscore is a note of
// the user's, or a place for an anchor.
func (p *parser) parseFields(n *yaml.Node, what string, known fieldMap, ignored []string) error {
	list, err := p.entries(n, what, hyphenate)
	if err != nil {
		return err
	}
	for _, e := range list {
		name := hyphenate(e.key)
		read, ok := known[name]
		switch {
		case ok:
			err = read(e)
		case strings.HasPrefix(e.key, "_"):
		case slices.Contains(ignored, name):
			p.file.Ignored = append(p.file.Ignored, Ignored{e.line, e.key})
		default:
			hint := suggest(name, "it may have", sortedKeys(known), ignored...)
			err = p.errorf(e.line, "%s has an unknown key %s", what, quote(e.key)).hint(hint)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func hyphenate(key string) string {
	if strings.HasPrefix(key, "_") {
		return key
	}
	return strings.ReplaceAll(key, "_", "-")
}

func (p *parser) parseFile(root *yaml.Node) error {
	if isNull(root) {
		return p.errorf(root.Line, "the file is empty; it needs commands").hint(noCommandsHint)
	}
	if err := p.checkPlain(root, "the file"); err != nil {
		return err
	}
	err := p.parseFields(root, "the file", fieldMap{
		"guest-network":  p.parseGuestNetwork,
		"guest-network6": p.parseGuestNetwork6,
		"containers":     p.parseContainers,
		"commands":       p.parseCommands,
	}, fileIgnored)
	if err != nil {
		return err
	}
	if len(p.file.Commands) == 0 {
		return p.errorf(root.Line, "the file has no commands; add one").hint(noCommandsHint)
	}
	p.sortIgnored()
	return p.checkUses()
}

// sortIgnored puts the keys in file order; an anchor's are met once for each
// of its aliases, and are said once.
func (p *parser) sortIgnored() {
	all := p.file.Ignored
	sort.Slice(all, func(i, j int) bool {
		return cmp.Or(cmp.Compare(all[i].Line, all[j].Line), cmp.Compare(all[i].Key, all[j].Key)) < 0
	})
	p.file.Ignored = slices.Compact(all)
}

func (p *parser) parseGuestNetwork(e entry) error {
	text, err := p.word(e.value, e.key)
	if err != nil {
		return err
	}
	const form = "an IPv4 network from /17 to /24, 172.18.0.0/24 for example"
	net, err := netip.ParsePrefix(text)
	if err != nil || !net.Addr().Is4() || net.Bits() < 17 || net.Bits() > 24 {
		return p.errorf(e.line, "guest-network %s must be %s", quote(text), form)
	}
	if net != net.Masked() {
		return p.errorf(e.line, "guest-network %s is an address in the network; write %v", quote(text), net.Masked())
	}
	if _, err := addresses.NewGuestNetwork(net); err != nil {
		return p.errorf(e.line, "guest-network: %v", err)
	}
	p.file.GuestNetwork = net
	return nil
}

func (p *parser) parseGuestNetwork6(e entry) error {
	text, err := p.word(e.value, e.key)
	if err != nil {
		return err
	}
	net, err := netip.ParsePrefix(text)
	if err != nil {
		return p.errorf(e.line, "guest-network6 %s must be an IPv6 network, %s for example", quote(text), addresses.DefaultGuestNetwork6)
	}
	if net != net.Masked() {
		return p.errorf(e.line, "guest-network6 %s is an address in the network; write %v", quote(text), net.Masked())
	}
	if p.file.GuestNetwork6, err = addresses.NewGuestNetwork6(net); err != nil {
		return p.errorf(e.line, "guest-network6: %v", err)
	}
	return nil
}

// checkUses looks for children in containers that do not exist. A file with no
// containers at all may name them all the same: its children run on the host's
// file system.
func (p *parser) checkUses() error {
	if len(p.file.Containers) == 0 {
		return nil
	}
	for _, u := range p.uses {
		if p.file.Containers[u.container] == nil {
			hint := suggest(u.container, "the containers are", sortedKeys(p.file.Containers))
			return p.errorf(u.line, "child %s is in container %s, which the file doesn't have",
				quote(u.child), quote(u.container)).hint(hint)
		}
	}
	return nil
}
