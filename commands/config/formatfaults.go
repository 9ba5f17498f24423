package config

import (
	"bytes"
	"strings"
	"time"

	"al.essio.dev/pkg/shellescape"
	"go.yaml.in/yaml/v4"
)

// FormatFaults returns a file that ParseFaults reads, with a comment at its head and, where
// there is one, a note beside each entry.
func FormatFaults(head string, faults []Fault, note func(i int) string) ([]byte, error) {
	list := &yaml.Node{Kind: yaml.SequenceNode}
	for i, f := range faults {
		n := f.node()
		n.LineComment = strings.ReplaceAll(note(i), "\n", " ")
		list.Content = append(list.Content, n)
	}
	text, err := yaml.Marshal(list)
	var all bytes.Buffer
	for line := range strings.Lines(strings.TrimSuffix(head, "\n")) {
		all.WriteString(strings.TrimSuffix("# "+strings.TrimSuffix(line, "\n"), " ") + "\n")
	}
	all.Write(text)
	return all.Bytes(), err
}

// node is an entry in one line: {at: 5s, for: 2s, partition: isolate a}.
func (f Fault) node() *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
	add := func(key string, value *yaml.Node) { n.Content = append(n.Content, scalarNode(key), value) }
	for _, d := range []struct {
		key   string
		value time.Duration
		given bool
	}{{"at", f.Start, f.Every == 0 || f.Start != f.Every}, {"every", f.Every, f.Every > 0}, {"for", f.For, f.For > 0}} {
		if d.given {
			add(d.key, scalarNode(d.value.String()))
		}
	}
	switch f.Verb {
	case "check":
		add(f.Verb, &yaml.Node{Kind: yaml.ScalarNode, Value: "true"})
	case "exec":
		run := wordsNode(f.Words[2:], false)
		if shell := f.Words[2:]; len(shell) == 3 && shell[0] == "/bin/sh" && shell[1] == "-c" && strings.TrimSpace(shell[2]) != "" {
			run = scalarNode(shell[2]) // as parseRun reads it
		}
		add(f.Verb, &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{scalarNode("node"), scalarNode(f.Words[0]), scalarNode("run"), run}})
	default:
		add(f.Verb, wordsNode(f.Words, true))
	}
	return n
}

// wordsNode is a list, or one line where that may be and needs no quotes.
func wordsNode(words []string, line bool) *yaml.Node {
	if line && shellescape.QuoteCommand(words) == strings.Join(words, " ") {
		return scalarNode(strings.Join(words, " "))
	}
	list := &yaml.Node{Kind: yaml.SequenceNode}
	for _, w := range words {
		list.Content = append(list.Content, scalarNode(w))
	}
	return list
}

func scalarNode(text string) *yaml.Node {
	var n yaml.Node
	n.SetString(text)
	return &n
}
