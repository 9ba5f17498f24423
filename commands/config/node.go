package config

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"
)

// maxValues bounds the work for a file whose aliases multiply each other: a
// few kilobytes of YAML can describe billions of values. 20 commands of 253
// guests with every key set are about half of it.
const maxValues = 300_000

// load turns the text into a tree, and refuses what no value of the file may
// contain.
func (p *parser) load(data []byte) (*yaml.Node, error) {
	loader, err := yaml.NewLoader(bytes.NewReader(data))
	if err != nil {
		return nil, p.errorf(1, "not YAML: %v", err)
	}
	var doc, more yaml.Node
	if err := loader.Load(&doc); errors.Is(err, io.EOF) {
		return nothing(1), nil
	} else if err != nil {
		return nil, p.syntaxError(data, err)
	}
	if err := loader.Load(&more); err == nil {
		return nil, p.errorf(more.Line, "a second YAML document starts here; put everything into one")
	} else if !errors.Is(err, io.EOF) {
		return nil, p.syntaxError(data, err)
	}
	if len(doc.Content) != 1 {
		return nothing(doc.Line), nil
	}
	return doc.Content[0], p.checkStrings(&doc)
}

// nothing is what an empty file has.
func nothing(line int) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: line}
}

// syntaxError gives the YAML reader's complaint a position and this program's
// form.
func (p *parser) syntaxError(data []byte, err error) error {
	line, msg := 1, err.Error()
	var load *yaml.LoadError
	if errors.As(err, &load) {
		line, msg = load.Mark.Line, load.Message
	}
	if line < 1 && load.Mark.Index <= len(data) {
		// Complaints about single bytes have nothing but an offset.
		line = 1 + bytes.Count(data[:load.Mark.Index], []byte("\n"))
	}
	e := p.errorf(line, "not YAML: %s", strings.TrimSuffix(msg, "."))
	lines := bytes.Split(data, []byte("\n"))
	if line >= 1 && line <= len(lines) && leadingTab().Match(lines[line-1]) {
		e.Hint = "indent with spaces; YAML does not take tabs for that"
	}
	return e
}

var leadingTab = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^ *\t`)
})

// checkStrings refuses NUL bytes, which end a string for the kernel and for
// every tool that is called. It goes by the tree as written, so each value is
// seen once, however many aliases there are.
func (p *parser) checkStrings(n *yaml.Node) error {
	if strings.ContainsRune(n.Value, 0) {
		return p.errorf(n.Line, "%s has a NUL byte in it; remove it", quote(n.Value))
	}
	for _, c := range n.Content {
		if err := p.checkStrings(c); err != nil {
			return err
		}
	}
	return nil
}

// count takes n values off what one file may describe.
func (p *parser) count(n int) error {
	if p.values += n; p.values > maxValues {
		return p.errorf(1, "the file describes more than %d values; use fewer aliases", maxValues)
	}
	return nil
}

func resolve(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// isNull is true for a value that is left out or written as null, with or
// without one of vagga's tags.
func isNull(n *yaml.Node) bool {
	const quoted = yaml.SingleQuotedStyle | yaml.DoubleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	if n.Kind != yaml.ScalarNode || n.Style&quoted != 0 {
		return false
	}
	return n.Tag == "!!null" || tagOf(n) != "" && slices.Contains(nullWords, n.Value)
}

// nullWords are YAML's ways to write nothing. The reader knows them only where
// there is no tag in front.
var nullWords = []string{"", "~", "null", "Null", "NULL"}

// tagOf is a value's own tag, "!Command" for example, and "" for those of YAML
// itself.
func tagOf(n *yaml.Node) string {
	if n.Tag == "!" || strings.HasPrefix(n.Tag, "!!") || strings.HasPrefix(n.Tag, "tag:yaml.org,2002:") {
		return ""
	}
	return n.Tag
}

// checkPlain refuses a tag where none has a meaning.
func (p *parser) checkPlain(n *yaml.Node, what string) error {
	switch tag := tagOf(n); tag {
	case "":
		return nil
	case includeTag:
		return p.includeError(n.Line, what)
	default:
		return p.errorf(n.Line, "%s can't have the tag %s; remove the tag", what, quote(tag))
	}
}

// tagError refuses a value's tag where one of tags is needed.
func (p *parser) tagError(e entry, what string, tags []string) error {
	tag := tagOf(e.value)
	if tag == includeTag {
		return p.includeError(e.line, what)
	}
	return p.errorf(e.line, "%s has the unknown tag %s", what, quote(tag)).
		hint(suggest(tag, "the tags are", tags))
}

// includeTag stands for another file's content in vagga.
const includeTag = "!*Include"

func (p *parser) includeError(line int, what string) error {
	return p.errorf(line, "%s can't be included from another file; copy it here", what)
}

// text reads a scalar as it is written, whatever type YAML gives it.
func (p *parser) text(n *yaml.Node, what string) (string, error) {
	n = resolve(n)
	if err := p.checkPlain(n, what); err != nil {
		return "", err
	}
	if n.Kind != yaml.ScalarNode || isNull(n) {
		return "", p.errorf(n.Line, "%s must be a text, not %s", what, describe(n))
	}
	return n.Value, nil
}

// word is text that may not be empty.
func (p *parser) word(n *yaml.Node, what string) (string, error) {
	s, err := p.text(n, what)
	if err == nil && s == "" {
		err = p.errorf(n.Line, "%s is empty; remove it or fill it in", what)
	}
	return s, err
}

// texts reads a list of scalars.
func (p *parser) texts(n *yaml.Node, what string) ([]string, error) {
	if err := p.checkPlain(n, what); err != nil {
		return nil, err
	}
	if n.Kind != yaml.SequenceNode {
		return nil, p.errorf(n.Line, "%s must be a list, not %s", what, describe(n))
	}
	if err := p.count(len(n.Content)); err != nil {
		return nil, err
	}
	list := make([]string, 0, len(n.Content))
	for _, item := range n.Content {
		s, err := p.text(item, "an item of "+what)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

func describe(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case isNull(n):
		return "nothing"
	}
	return quote(n.Value)
}
