package cmdline

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// Partial is a command line that is being typed: what its whole words are.
type Partial struct {
	// Path are the names of the verb and, if it has kinds, of the kind: as far as they
	// are there.
	Path []string
	// Command is what the path leads to: without a verb, one that has all verbs for its
	// kinds.
	Command *cli.Command
	// Flags are those that may be given, the global ones included.
	Flags []cli.Flag
	// Arguments are the words that are no options, with each "--".
	Arguments []string
	// Awaits is the option that the next word is the value of; nil if it is of none.
	Awaits cli.Flag
	// Ended reports whether no options may come any more: they ended by "--", or by the
	// command of exec and partition run.
	Ended   bool
	options []option
}

// ReadPartial takes the whole words of a command line apart, the program's name first. It
// checks none of them.
func ReadPartial(app *cli.App, args []string) Partial {
	w := words{known: AllFlags(app), rest: args[1:]}
	var p Partial
	p.Path, p.Command = w.takePath(app)
	most := -1
	if WrapsCommand(p.Path) {
		most = 1
	}
	w.takeArguments(most)
	p.Arguments, p.Ended, p.options = slices.Concat(w.arguments, w.rest), len(w.rest) > 0, w.options
	p.Flags = slices.Concat(p.Command.Flags, app.Flags)
	if FindCommand(app.Commands, HelpName) != nil {
		p.Flags = append(p.Flags, cli.HelpFlag)
	}
	if len(p.Path) == 0 {
		p.Flags = append(p.Flags, cli.VersionFlag)
	}
	if n := len(w.options); n > 0 && !p.Ended {
		last := w.options[n-1]
		if _, given := last.value(); !given && TakesValue(last.flag) && last.words[0] == args[len(args)-1] {
			p.Awaits = last.flag
		}
	}
	return p
}

// Has reports whether an option was given.
func (p Partial) Has(flag cli.Flag) bool {
	w := words{options: p.options}
	return w.has(flag)
}

// Values returns the values that an option was given.
func (p Partial) Values(name string) (values []string) {
	for _, o := range p.options {
		if value, given := o.value(); given && o.flag != nil && slices.Contains(o.flag.Names(), name) {
			values = append(values, value)
		}
	}
	return values
}

// ArgumentNames returns what the next argument may be, in the words of the command's
// usage, such as NODE or "off". It is empty where no argument may follow.
func (p Partial) ArgumentNames() []string {
	usage := strings.Fields(strings.NewReplacer("[", "", "]", "").Replace(p.Command.ArgsUsage))
	at := 0 // the place in usage
	repeats := func() bool { return at+1 < len(usage) && usage[at+1] == "..." }
	for _, word := range p.Arguments {
		switch next := slices.Index(usage[at:], "--"); {
		case word == "--" && next >= 0:
			at += next + 1
		case at < len(usage) && usage[at] == "--" && word != "--":
			return nil
		case word == "--": // it only ends the options, or begins one more cluster
		case at < len(usage) && !repeats():
			at++
		}
	}
	if at >= len(usage) {
		return nil
	}
	names := strings.Split(usage[at], "|")
	if repeats() && at+2 < len(usage) && usage[at+2] == "--" {
		names = append(names, "--")
	}
	return names
}
