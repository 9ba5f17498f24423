package config

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

// expandedText is text with the caller's variables in place of ${NAME}.
func (p *parser) expandedText(n *yaml.Node, what string) (string, error) {
	text, err := p.text(n, what)
	if err != nil {
		return "", err
	}
	return p.expand(text, what, resolve(n).Line)
}

// expandedWord is expandedText that may not be empty.
func (p *parser) expandedWord(n *yaml.Node, what string) (string, error) {
	written, err := p.word(n, what)
	if err != nil {
		return "", err
	}
	line := resolve(n).Line
	text, err := p.expand(written, what, line)
	if err == nil && text == "" {
		err = p.errorf(line, "%s is %s, which is empty here", what, quote(written)).
			hint("set the variable, or write ${NAME:-default}")
	}
	return text, err
}

// expand replaces ${NAME} and ${NAME:-default} by what the caller's environment has,
// and $$ by $. Any other dollar stays, and what comes from a variable stays as it is.
func (p *parser) expand(text, what string, line int) (string, error) {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "$")
		b.WriteString(before)
		switch {
		case !found:
			return b.String(), nil
		case strings.HasPrefix(after, "$"):
			b.WriteString("$")
			text = after[1:]
		case strings.HasPrefix(after, "{"):
			inside, rest, closed := strings.Cut(after[1:], "}")
			value, err := p.variable(inside, closed, what, line)
			if err != nil {
				return "", err
			}
			b.WriteString(value)
			text = rest
		default:
			b.WriteString("$")
			text = after
		}
	}
}

// variable returns the value of what is inside of ${ and }.
func (p *parser) variable(inside string, closed bool, what string, line int) (string, error) {
	name, fallback, hasFallback := strings.Cut(inside, ":-")
	switch {
	case !closed:
		return "", p.errorf(line, "%s has ${ without }", what).hint("write $$ for a dollar")
	case !isVariable(name):
		return "", p.errorf(line, "%s has %s, which is no variable", what, quote("${"+inside+"}")).
			hint("write ${NAME} or ${NAME:-default}, and $$ for a dollar")
	case strings.Contains(fallback, "${"):
		return "", p.errorf(line, "%s has a variable in the default of %s", what, name).
			hint("a default is taken as it is written, up to the first }")
	}
	// As a shell has it, a default is for an empty variable, too.
	value, set := p.lookup(name)
	switch {
	case hasFallback && value == "":
		return fallback, nil
	case !set:
		return "", p.errorf(line, "%s needs the variable %s, which is not set", what, name).
			hint("set it, or write ${" + name + ":-default}")
	}
	return value, nil
}

// isVariable reports whether a shell would take name for that of a variable.
func isVariable(name string) bool {
	notNameChar := func(r rune) bool { return r != '_' && !isAlnum(r) }
	return name != "" && !('0' <= name[0] && name[0] <= '9') && !strings.ContainsFunc(name, notNameChar)
}
