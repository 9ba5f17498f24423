package config

import (
	"path/filepath"
	"time"

	"github.com/google/shlex"
	"go.yaml.in/yaml/v4"
)

// Fault is one entry of a timeline.
type Fault struct {
	Line int
	// Start is when it is done, from the moment when all children have been
	// started: at, or else after one period.
	Start time.Duration
	// Every is after how long it is done again each time; 0 for once.
	Every time.Duration
	// For is how long until it is healed, less than Every; 0 for until the
	// run ends.
	For time.Duration
	// Verb is the program's verb that does it, and Words are its arguments: for
	// exec those are the node, "--", and what is run there.
	Verb  string
	Words []string
}

// faultVerbs are the keys that say what is done, each the name of a verb.
var faultVerbs = []string{"partition", "shape", "kill", "pause", "exec", "check"}

// shortest is what all times of a timeline are at least, but for the start.
const shortest = time.Millisecond

// ParseFaults reads a file that is nothing but a timeline. An empty one has no
// faults. The error is an *Error.
func ParseFaults(path string, data []byte) ([]Fault, error) {
	p := &parser{file: &File{Path: path, Dir: filepath.Dir(path)}}
	root, err := p.load(data)
	if err != nil {
		return nil, err
	}
	return p.parseFaults(entry{"the timeline", root.Line, root})
}

func (p *parser) parseFaults(e entry) ([]Fault, error) {
	if err := p.checkPlain(e.value, e.key); err != nil {
		return nil, err
	}
	if isNull(e.value) {
		return nil, nil
	}
	if e.value.Kind != yaml.SequenceNode {
		return nil, p.errorf(e.line, "%s must be a list, not %s", e.key, describe(e.value)).
			hint("a small one: [{at: 5s, for: 2s, partition: isolate a}]")
	}
	if err := p.count(len(e.value.Content)); err != nil {
		return nil, err
	}
	var faults []Fault
	for _, item := range e.value.Content {
		f, err := p.parseFault(item)
		if err != nil {
			return nil, err
		}
		faults = append(faults, f)
	}
	return faults, nil
}

func (p *parser) parseFault(n *yaml.Node) (Fault, error) {
	f := Fault{Line: n.Line}
	at := time.Duration(-1)
	const what = "a fault"
	fields := fieldMap{
		"at":    func(e entry) (err error) { at, err = p.duration(e, 0); return err },
		"every": func(e entry) (err error) { f.Every, err = p.duration(e, shortest); return err },
		"for":   func(e entry) (err error) { f.For, err = p.duration(e, shortest); return err },
	}
	for _, verb := range faultVerbs {
		fields[verb] = func(e entry) error { return p.parseVerb(e, &f) }
	}
	if err := p.parseFields(n, what, fields, nil); err != nil {
		return f, err
	}
	if f.Start = at; at < 0 {
		f.Start = f.Every
	}
	once := map[string]string{"check": "a check", "exec": "an exec"}[f.Verb]
	switch {
	case f.Verb == "":
		return f, p.errorf(n.Line, "%s does nothing; add partition:, shape:, kill:, pause:, exec: or check:", what)
	case at < 0 && f.Every == 0:
		return f, p.errorf(n.Line, "%s has no time; add at: or every:", what)
	case f.Every > 0 && f.For >= f.Every:
		return f, p.errorf(n.Line, "%s lasts for %v and comes every %v; it must be over before it comes again", what, f.For, f.Every)
	case once != "" && f.For > 0:
		return f, p.errorf(n.Line, "%s takes no for:; it is done once", once)
	}
	return f, nil
}

// parseVerb reads what is done: the words of a verb, true for one that takes none, or
// a mapping for exec.
func (p *parser) parseVerb(e entry, f *Fault) (err error) {
	if f.Verb != "" {
		return p.errorf(e.line, "a fault is either %s or %s; make it two", f.Verb, e.key)
	}
	switch f.Verb = e.key; f.Verb {
	case "check":
		text, err := p.word(e.value, e.key)
		if err == nil && text != "true" {
			err = p.errorf(e.line, "check is %s, but can only be true", quote(text))
		}
		return err
	case "exec":
		f.Words, err = p.parseExec(e)
		return err
	}
	if e.value.Kind == yaml.SequenceNode {
		f.Words, err = p.texts(e.value, e.key)
		return err
	}
	text, err := p.word(e.value, e.key)
	if err != nil {
		return err
	}
	if f.Words, err = shlex.Split(text); err != nil {
		return p.errorf(e.line, "%s %s: %v", e.key, quote(text), err)
	}
	return nil
}

// parseExec reads which node runs what, into the words of the verb.
func (p *parser) parseExec(e entry) ([]string, error) {
	if err := p.checkPlain(e.value, e.key); err != nil {
		return nil, err
	}
	var node string
	var run []string
	err := p.parseFields(e.value, e.key, fieldMap{
		"node": func(e entry) (err error) { node, err = p.word(e.value, "node of exec"); return err },
		"run":  func(e entry) (err error) { run, err = p.parseRun(e, "exec"); return err },
	}, nil)
	switch {
	case err != nil:
		return nil, err
	case node == "":
		return nil, p.errorf(e.line, "exec is in no node; add node:")
	case run == nil:
		return nil, p.errorf(e.line, "exec has nothing to run; add run: with a shell line or a list of words")
	}
	return append([]string{node, "--"}, run...), nil
}

// duration reads 5s, 500ms or 1m30s, or a plain number of seconds.
func (p *parser) duration(e entry, least time.Duration) (time.Duration, error) {
	text, err := p.word(e.value, e.key)
	if err != nil {
		return 0, err
	}
	d, err := time.ParseDuration(text)
	if n, plain := number(text); plain {
		d, err = time.Duration(n)*time.Second, nil
	}
	if err != nil || d < least || d > maxKillSeconds*time.Second {
		return 0, p.errorf(e.line, "%s %s must be a time from %v to %v, such as 5s or 500ms", e.key, quote(text), least, maxKillSeconds*time.Second)
	}
	return d, nil
}
