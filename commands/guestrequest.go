package commands

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/hints"
	"vagganet/commands/messages"
)

// A guest has no rights over the network of its run. The verbs below are carried
// out for it by the run's first process.

// byRequest are the verbs that a guest may ask the run for. Of partition, that is
// all kinds.
var byRequest = []string{"partition", "shape", "kill", "pause", "resume", "start", "check", "status", "graph"}

// orAsk is a verb that a guest has the run carry out.
func (a App) orAsk(do cli.ActionFunc, verb ...string) cli.ActionFunc {
	return func(c *cli.Context) error {
		g, err := a.gateway(c)
		if err != nil {
			return err
		}
		own := a.Machine.Inside(g)
		if own == nil || !own.FromGuest {
			return do(c)
		}
		if wanted := c.String("run"); wanted != "" && wanted != own.Name {
			return othersFromInside(own.Name)
		}
		code, err := request(c, verb).Send(c.Context, own.Dir)
		if errors.Is(err, messages.ErrNobody) {
			return noRequests(own.Name, err)
		}
		if err != nil {
			return err
		}
		return cmdline.PassOn(code)
	}
}

func othersFromInside(run string) error {
	return fmt.Errorf("this is inside of run %s: others can't be reached from here", run)
}

// noRequests returns the error that a run takes no requests: only user 0 may send
// them, and a script has nobody to take them.
func noRequests(run string, err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return onlyUserZero(run)
	}
	return hints.With(fmt.Errorf("run %s was started by a script, so nobody in it does this for a guest", run),
		"from outside of the run, and from its bridge commands, it works")
}

// request is what the command line asks for.
func request(c *cli.Context, verb []string) messages.Request {
	r := messages.Request{Verb: verb, Args: c.Args().Slice()}
	for _, flag := range c.Command.Flags {
		if name := flag.Names()[0]; name != "run" && c.IsSet(name) {
			r.Options = append(r.Options, messages.RequestOption{Name: name, Value: fmt.Sprint(c.Value(name))})
		}
	}
	return r
}

// allowed checks a guest's request: it must not lead to anything but those verbs
// with their own options. It returns the program's arguments.
func (a App) allowed(r messages.Request) ([]string, error) {
	verb, err := a.requestedVerb(r.Verb)
	if err != nil {
		return nil, err
	}
	words := slices.Clone(r.Verb)
	for _, option := range r.Options {
		if !slices.ContainsFunc(verb.Flags, func(f cli.Flag) bool { return f.Names()[0] == option.Name && option.Name != "run" }) {
			return nil, fmt.Errorf("a guest can't ask for --%q", option.Name)
		}
		words = append(words, "--"+option.Name+"="+option.Value)
	}
	for _, arg := range r.Args {
		if strings.HasPrefix(arg, "-") && arg != "--" {
			return nil, fmt.Errorf("a guest can't ask for %q", arg)
		}
	}
	words = append(words, r.Args...)
	if slices.ContainsFunc(words, func(w string) bool { return strings.ContainsRune(w, 0) }) {
		return nil, errors.New("a guest can't ask for words with a zero byte")
	}
	return words, nil
}

// requestedVerb finds the verb of a request. One with kinds is none without.
func (a App) requestedVerb(names []string) (*cli.Command, error) {
	refused := fmt.Errorf("a guest can't ask for the verb %q", names)
	if len(names) == 0 || !slices.Contains(byRequest, names[0]) {
		return nil, refused
	}
	verbs := a.cli().Commands
	var verb *cli.Command
	for _, name := range names {
		i := slices.IndexFunc(verbs, func(c *cli.Command) bool { return c.Name == name })
		if i < 0 || len(names) > 1 && name == "run" {
			return nil, refused
		}
		verb, verbs = verbs[i], verbs[i].Subcommands
	}
	if len(verbs) > 0 {
		return nil, refused
	}
	return verb, nil
}
