// Package cmdline has what is peculiar about the command line, beside what its library
// does: options among arguments, other names of the program, help, errors in the words
// of a call, and exit codes.
package cmdline

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// Call is a command line, taken apart.
type Call struct {
	// Path are the names of the verb and, if it has kinds, of the kind: empty
	// where there is none.
	Path []string
	// Args are the words as the library wants them: the program, global options,
	// the verb, its options, its arguments.
	Args []string
}

// Verb is the name of the verb, without an alias; empty where there is none.
func (c Call) Verb() string {
	if len(c.Path) == 0 {
		return ""
	}
	return c.Path[0]
}

// Arrange puts options before the arguments they may stand among, since the
// library wants them there: global ones before the verb, the verb's own before
// its arguments. Words after "--", or from the command of exec and partition run
// on, are left alone. Options that the verb hasn't got, and values that they
// can't have, are errors; the call is of use then, too.
func Arrange(app *cli.App, args []string) (Call, error) {
	w := words{known: AllFlags(app), rest: args[1:]}
	c := Call{Args: args}
	var command *cli.Command
	c.Path, command = w.takePath(app)
	if c.Verb() == HelpName {
		w.takeArguments(-1)
		c.Args = slices.Concat(args[:1], c.Path, w.arguments)
		return c, nil
	}
	if len(c.Path) == 0 && len(w.rest) > 0 {
		return c, unknownVerb(app, w.rest[0])
	}
	if WrapsCommand(c.Path) {
		w.takeArguments(1)
	} else {
		w.takeArguments(-1)
	}
	if FindCommand(app.Commands, HelpName) != nil && w.has(cli.HelpFlag) {
		c.Args = slices.Concat(args[:1], []string{HelpName}, c.Path)
		return c, nil
	}
	if slices.Equal(c.Path, []string{"run"}) && len(w.arguments) == 0 && len(w.rest) > 0 {
		w.rest = append([]string{"--"}, w.rest...) // the library takes one away
	}
	globals, own, err := w.sort(app, command, c.Path)
	c.Args = slices.Concat(args[:1], globals, c.Path, own, w.arguments, w.rest)
	return c, err
}

// WrapsCommand reports whether a verb takes a command line behind its first
// argument.
func WrapsCommand(path []string) bool {
	return slices.Equal(path, []string{"exec"}) || slices.Equal(path, []string{"partition", "run"})
}

// words are the words of a command line while it is taken apart.
type words struct {
	known     []cli.Flag // of any verb
	options   []option
	arguments []string
	rest      []string // not looked at yet, or not to be
}

// option is one as it was given: by its word, and by the next one where that is
// its value.
type option struct {
	flag  cli.Flag // nil if no verb has it
	words []string
}

// name is the option's word without a value.
func (o option) name() string {
	name, _, _ := strings.Cut(o.words[0], "=")
	return name
}

// value is what the option was given; given is false if it was nothing.
func (o option) value() (value string, given bool) {
	if len(o.words) > 1 {
		return o.words[1], true
	}
	_, value, given = strings.Cut(o.words[0], "=")
	return value, given
}

// takeOptions takes options from the front, known or not.
func (w *words) takeOptions() {
	for len(w.rest) > 0 && strings.HasPrefix(w.rest[0], "-") && w.rest[0] != "-" && w.rest[0] != "--" {
		n := optionWords(w.rest, w.known)
		w.options = append(w.options, option{FindFlag(w.known, w.rest[0]), w.rest[:n]})
		w.rest = w.rest[n:]
	}
}

// takePath takes the verb and its kind, as far as they are there, with the options among
// them. Where there is no verb, the command has all verbs for its kinds.
func (w *words) takePath(app *cli.App) (path []string, command *cli.Command) {
	command = &cli.Command{Subcommands: app.Commands}
	for w.takeOptions(); len(w.rest) > 0; w.takeOptions() {
		next := FindCommand(command.Subcommands, w.rest[0])
		if next == nil {
			break
		}
		command, w.rest = next, w.rest[1:]
		path = append(path, command.Name)
		w.known = slices.Concat(command.Flags, w.known) // others may have some of the same name
	}
	return path, command
}

// takeArguments takes arguments and the options among them, up to "--", or until
// there are as many as most, if that is not negative.
func (w *words) takeArguments(most int) {
	for w.takeOptions(); len(w.rest) > 0 && w.rest[0] != "--" && most != 0; w.takeOptions() {
		w.arguments, w.rest = append(w.arguments, w.rest[0]), w.rest[1:]
		most--
	}
}

// has reports whether an option was given.
func (w *words) has(flag cli.Flag) bool {
	return slices.ContainsFunc(w.options, func(o option) bool { return FindFlag([]cli.Flag{flag}, o.words[0]) != nil })
}

// sort parts the options into global ones and the verb's own, each under its
// first name: by two names, the library takes it for two options.
func (w *words) sort(app *cli.App, command *cli.Command, path []string) (globals, own []string, err error) {
	var unchosen []cli.Flag
	for _, kind := range command.Subcommands {
		unchosen = append(unchosen, kind.Flags...)
	}
	for _, o := range w.options {
		flag, list := FindFlag(command.Flags, o.words[0]), &own
		if flag == nil {
			flag, list = FindFlag(app.Flags, o.words[0]), &globals
		}
		if flag == nil && len(path) == 0 {
			flag = FindFlag([]cli.Flag{cli.VersionFlag}, o.words[0])
		}
		if flag == nil && len(path) > 0 && FindFlag(unchosen, o.words[0]) != nil {
			continue // that there is no kind is the greater trouble
		}
		if flag == nil {
			return globals, own, noSuchOption(app, path, o)
		}
		if err := checkOption(flag, o); err != nil {
			return globals, own, err
		}
		*list = append(*list, "--"+flag.Names()[0]+strings.TrimPrefix(o.words[0], o.name()))
		*list = append(*list, o.words[1:]...)
	}
	return globals, own, nil
}

// FindCommand returns the command of that name, or alias; nil if there is none.
func FindCommand(commands []*cli.Command, name string) *cli.Command {
	for _, c := range commands {
		if c.HasName(name) {
			return c
		}
	}
	return nil
}

// AllFlags are those of the program and of all its verbs and their kinds. Flags
// of one name are of one kind.
func AllFlags(app *cli.App) []cli.Flag {
	all := slices.Concat(app.Flags, []cli.Flag{cli.HelpFlag, cli.VersionFlag})
	for _, c := range app.Commands {
		all = append(all, c.Flags...)
		for _, sub := range c.Subcommands {
			all = append(all, sub.Flags...)
		}
	}
	return all
}

// optionWords is how many words the option at the front takes: with a value of
// its own, two.
func optionWords(words []string, known []cli.Flag) int {
	if !TakesValue(FindFlag(known, words[0])) || strings.Contains(words[0], "=") || len(words) < 2 {
		return 1
	}
	return 2
}

// TakesValue reports whether a flag takes a value.
func TakesValue(flag cli.Flag) bool {
	_, boolean := flag.(*cli.BoolFlag)
	return flag != nil && !boolean
}

// FindFlag returns the flag that a word, such as --name=x, is; nil if it is none.
func FindFlag(flags []cli.Flag, word string) cli.Flag {
	name, _, _ := strings.Cut(strings.TrimLeft(word, "-"), "=")
	for _, f := range flags {
		if slices.Contains(f.Names(), name) {
			return f
		}
	}
	return nil
}
