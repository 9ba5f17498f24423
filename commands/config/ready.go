package config

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"time"

	"vagganet/netcmd"
)

// DefaultReadyWithin is how long a child may take to be ready where no file says.
const DefaultReadyWithin = 30 * time.Second

// restartNames are the kinds of restart as the file spells them, by their values.
var restartNames = []string{"no", "on-failure", "always"}

func (p *parser) parseReady(e entry, what string) (*Ready, error) {
	what = "ready of " + what
	if err := p.checkPlain(e.value, what); err != nil {
		return nil, err
	}
	r := &Ready{Line: e.line, Within: DefaultReadyWithin}
	var given []string
	one := func(read func(entry, string, *Ready) error) func(entry) error {
		return func(e entry) error {
			given = append(given, e.key)
			return read(e, what, r)
		}
	}
	err := p.parseFields(e.value, what, fieldMap{
		"port":   one(p.parseReadyPort),
		"run":    one(func(e entry, what string, r *Ready) (err error) { r.Run, err = p.parseRun(e, what); return err }),
		"log":    one(p.parseReadyLog),
		"within": func(e entry) (err error) { r.Within, err = p.duration(e, shortest); return err },
	}, nil)
	switch {
	case err != nil:
		return nil, err
	case len(given) == 0:
		return nil, p.errorf(e.line, "%s says nothing to wait for; add port:, run: or log:", what)
	case len(given) > 1:
		return nil, p.errorf(e.line, "%s has %s, but can have only one of them; remove the others", what, strings.Join(given, " and "))
	}
	return r, nil
}

func (p *parser) parseReadyPort(e entry, what string, r *Ready) error {
	text, err := p.word(e.value, "port of "+what)
	if err != nil {
		return err
	}
	port, ok := portNumber(text)
	if !ok {
		return p.errorf(e.line, "port %s of %s must be a number from 1 to 65535", quote(text), what)
	}
	r.Port = int(port)
	return nil
}

func (p *parser) parseReadyLog(e entry, what string, r *Ready) (err error) {
	if r.Log, err = p.word(e.value, "log of "+what); err != nil {
		return err
	}
	if _, err := regexp.Compile(r.Log); err != nil {
		// Its own text has the expression as it is, with whatever a terminal makes of it.
		var wrong *syntax.Error
		errors.As(err, &wrong)
		return p.errorf(e.line, "log %s of %s is no regular expression: %s", quote(r.Log), what, wrong.Code)
	}
	return nil
}

func (p *parser) parseRestart(e entry, what string) (Restart, error) {
	text, err := p.word(e.value, "restart of "+what)
	if err != nil {
		return netcmd.NoRestart, err
	}
	i := slices.Index(restartNames, hyphenate(text))
	if i < 0 {
		return netcmd.NoRestart, p.errorf(e.line, "%s has the unknown restart %s; use one of %s", what, quote(text),
			strings.Join(restartNames, ", "))
	}
	return Restart(i), nil
}
