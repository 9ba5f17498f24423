package commands

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// arrange puts options before the arguments they may stand among, since the
// library wants them there: global ones before the verb, the verb's own before
// its arguments. Words after "--", or after the command of exec and partition
// run, are left alone. It returns the verb's name, too.
func arrange(app *cli.App, args []string) (string, []string) {
	globals, rest := takeOptions(args[1:], app.Flags, true)
	if len(rest) == 0 {
		return "", args
	}
	command := findCommand(app.Commands, rest[0])
	if command == nil {
		return rest[0], args
	}
	name, verb, rest := command.Name, rest[:1:1], rest[1:]
	var options []string
	for command != nil {
		// Of a verb with kinds, the options before the kind are the kind's.
		known := slices.Concat(app.Flags, command.Flags)
		wraps := len(command.Subcommands) > 0 || name == "exec" || command.Name == "run" && name != "run"
		more, others := takeOptions(rest, known, wraps)
		options, rest = append(options, more...), others
		last := command
		command = nil
		if len(last.Subcommands) > 0 && len(rest) > 0 {
			command = findCommand(last.Subcommands, rest[0])
		}
		if command == nil {
			more, options = splitOptions(options, app.Flags, last.Flags)
			globals = append(globals, more...)
			if asksForHelp(options, known) {
				rest = nil // the library would take it for a topic
			}
			break
		}
		verb, rest = append(verb, rest[0]), rest[1:]
	}
	return name, slices.Concat(args[:1], globals, verb, options, rest)
}

// asksForHelp says whether --help is among the options, and not the value of one.
func asksForHelp(options []string, known []cli.Flag) bool {
	for len(options) > 0 {
		if findFlag([]cli.Flag{cli.HelpFlag}, options[0]) != nil {
			return true
		}
		options = options[optionWords(options, known):]
	}
	return false
}

func findCommand(commands []*cli.Command, name string) *cli.Command {
	for _, c := range commands {
		if c.HasName(name) {
			return c
		}
	}
	return nil
}

// splitOptions parts options into global ones and the verb's own.
func splitOptions(options []string, global, own []cli.Flag) (globals, owns []string) {
	for len(options) > 0 {
		n := optionWords(options, slices.Concat(global, own))
		// One that lacks its value must not take the verb for it.
		lacks := n == 1 && takesValue(findFlag(global, options[0])) && !strings.Contains(options[0], "=")
		if findFlag(global, options[0]) != nil && findFlag(own, options[0]) == nil && !lacks {
			globals = append(globals, options[:n]...)
		} else {
			owns = append(owns, options[:n]...)
		}
		options = options[n:]
	}
	return globals, owns
}

// takeOptions takes options, known or not, out of the words: up to the first
// argument, or wherever they stand.
func takeOptions(words []string, known []cli.Flag, untilArgument bool) (options, rest []string) {
	for len(words) > 0 {
		switch {
		case words[0] == "--":
			return options, append(rest, words...)
		case strings.HasPrefix(words[0], "-") && words[0] != "-":
			n := optionWords(words, known)
			options, words = append(options, words[:n]...), words[n:]
		case untilArgument:
			return options, append(rest, words...)
		default:
			rest, words = append(rest, words[0]), words[1:]
		}
	}
	return options, rest
}

// optionWords is how many words the option at the front takes: with a value of
// its own, two.
func optionWords(words []string, known []cli.Flag) int {
	if !takesValue(findFlag(known, words[0])) || strings.Contains(words[0], "=") || len(words) < 2 {
		return 1
	}
	return 2
}

func takesValue(flag cli.Flag) bool {
	_, boolean := flag.(*cli.BoolFlag)
	return flag != nil && !boolean
}

func findFlag(flags []cli.Flag, word string) cli.Flag {
	name, _, _ := strings.Cut(strings.TrimLeft(word, "-"), "=")
	for _, f := range flags {
		if slices.Contains(f.Names(), name) {
			return f
		}
	}
	return nil
}
