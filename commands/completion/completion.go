// Package completion completes command lines: whole words and the definitions of verbs and
// options in, candidates for the next word out.
package completion

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/terminal"
)

// Candidate is a word that a command line may go on with.
type Candidate struct {
	Word  string
	About string // a short description; may be empty
}

// Kind is what a shell is to complete by itself, besides the candidates.
type Kind string

// The kinds of words that a shell knows better.
const (
	Words    Kind = "words" // none
	Files    Kind = "files"
	YAML     Kind = "yaml" // files, and those of YAML first
	Commands Kind = "commands"
)

// Answer is what a word may become.
type Answer struct {
	Kind       Kind
	Candidates []Candidate
}

// Values returns what an argument or the value of an option may be, of which some is typed.
// Arguments are named as in the usage of their verb, such as NODE, and options as --how.
type Values func(name string, line cmdline.Partial, typed string) Answer

// Complete completes the last of the words, which may be empty. The first one is the
// name that the program is called by.
func Complete(app *cli.App, args []string, values Values) Answer {
	if len(args) < 2 {
		return Answer{Kind: Words}
	}
	typed := args[len(args)-1]
	line := cmdline.ReadPartial(app, whole(app, args))
	answer := candidates(app, line, typed, values)
	answer.Candidates = slices.DeleteFunc(answer.Candidates, func(c Candidate) bool {
		return !strings.HasPrefix(c.Word, typed) || terminal.CleanLine(c.Word) != c.Word
	})
	return answer
}

// whole returns all words but the last, as they are where the program is called by its own
// name.
func whole(app *cli.App, args []string) []string {
	last := len(args) - 1
	if last == 1 && strings.HasPrefix(args[last], "_") {
		return args[:1] // the last word is a verb, also of vagga
	}
	typed := "" // the alias depends on whether the last word is an option, and on no more of it
	if strings.HasPrefix(args[last], "-") {
		typed = "-"
	}
	called := cmdline.Alias(app, append(slices.Clone(args[:last]), typed))
	return called[:len(called)-1]
}

// candidates returns what the word may be that follows a line, whatever is typed of it but
// for how it begins.
func candidates(app *cli.App, line cmdline.Partial, typed string, values Values) Answer {
	name, value, isValue := strings.Cut(typed, "=")
	switch {
	case line.Awaits != nil:
		return ofOption(line.Awaits, line, typed, values)
	case line.Ended || !strings.HasPrefix(typed, "-"):
		return arguments(app, line, typed, values)
	case !isValue:
		list := options(line)
		if slices.Contains(line.ArgumentNames(), "--") {
			list = append(list, Candidate{Word: "--"})
		}
		return Answer{Words, list}
	}
	flag := cmdline.FindFlag(line.Flags, name)
	if !cmdline.TakesValue(flag) {
		return Answer{Kind: Words}
	}
	answer := ofOption(flag, line, value, values)
	for i, c := range answer.Candidates {
		answer.Candidates[i].Word = name + "=" + c.Word
	}
	return answer
}

// ofOption returns the values of an option.
func ofOption(flag cli.Flag, line cmdline.Partial, typed string, values Values) Answer {
	switch placeholder, _ := cmdline.Placeholder(flag); {
	case placeholder == "FILE" && slices.Contains(flag.Names(), "file"):
		return Answer{Kind: YAML}
	case placeholder == "FILE", placeholder == "FILE@TIME", placeholder == "DIRECTORY":
		return Answer{Kind: Files}
	case placeholder == "WORDS": // of a command line
		return Answer{Kind: Commands}
	}
	return values("--"+flag.Names()[0], line, typed)
}

// options returns the options that may still be given.
func options(line cmdline.Partial) (list []Candidate) {
	for _, f := range line.Flags {
		_, repeatable := f.(*cli.StringSliceFlag)
		if visible, ok := f.(cli.VisibleFlag); ok && !visible.IsVisible() || line.Has(f) && !repeatable {
			continue
		}
		_, usage := cmdline.Placeholder(f)
		for _, name := range cmdline.OptionNames(f) {
			list = append(list, Candidate{name, usage})
		}
	}
	return list
}

// arguments returns what the next argument may be.
func arguments(app *cli.App, line cmdline.Partial, typed string, values Values) Answer {
	if len(line.Path) == 0 && len(line.Arguments) == 0 {
		return Answer{Words, commands(verbs(app), strings.HasPrefix(typed, "_"))}
	}
	answer := Answer{Kind: Words}
	names := line.ArgumentNames()
	if len(line.Arguments) == 0 && !slices.Contains(names, "KIND") {
		answer.Candidates = commands(line.Command.Subcommands, false) // of a verb that does something without
	}
	for _, name := range names {
		switch {
		case name == "KIND":
			answer.Candidates = append(answer.Candidates, commands(kindsOf(app, line), false)...)
		case name == "VERB":
			answer.Candidates = append(answer.Candidates, commands(app.Commands, false)...)
		case name == strings.ToLower(name): // to be typed as it is there
			answer.Candidates = append(answer.Candidates, Candidate{Word: name})
		default:
			more := values(name, line, typed)
			answer.Kind, answer.Candidates = more.Kind, append(answer.Candidates, more.Candidates...)
		}
	}
	return answer
}

// verbs returns the commands that do something.
func verbs(app *cli.App) []*cli.Command {
	return slices.DeleteFunc(slices.Clone(app.Commands), cmdline.IsTopic)
}

// kindsOf returns the kinds of the verb on a line, or of the one that help is asked for.
func kindsOf(app *cli.App, line cmdline.Partial) []*cli.Command {
	if len(line.Command.Subcommands) == 0 && len(line.Arguments) > 0 {
		if verb := cmdline.FindCommand(app.Commands, line.Arguments[0]); verb != nil {
			return verb.Subcommands
		}
	}
	return line.Command.Subcommands
}

// commands returns verbs or kinds: by their names, or by the names of old, which have an
// underscore in front.
func commands(all []*cli.Command, old bool) (list []Candidate) {
	for _, c := range all {
		if c.Hidden {
			continue
		}
		for i, name := range c.Names() {
			if strings.HasPrefix(name, "_") == old && (i == 0 || old) {
				list = append(list, Candidate{name, c.Usage})
			}
		}
	}
	return list
}

// Write writes an answer as the shells' functions read it: a line ":KIND", and one for
// each candidate, with a tab before its description.
func (a Answer) Write(w io.Writer) error {
	text := ":" + string(a.Kind) + "\n"
	for _, c := range a.Candidates {
		text += c.Word
		if about := strings.Join(strings.Fields(c.About), " "); about != "" {
			text += "\t" + terminal.CleanLine(about)
		}
		text += "\n"
	}
	_, err := fmt.Fprint(w, text)
	return err
}
