package cmdline

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"vagganet/commands/hints"
)

// UsageError is a call whose words are wrong.
type UsageError struct{ error }

func (u UsageError) Unwrap() error { return u.error }

// AsUsage makes an error one of a call whose words are wrong.
func AsUsage(err error) error { return UsageError{err} }

// OnUsageError makes an error of the library one of a call whose words are wrong.
func OnUsageError(_ *cli.Context, err error, _ bool) error { return AsUsage(err) }

// Usagef returns an error of that kind.
func Usagef(format string, args ...any) error { return UsageError{fmt.Errorf(format, args...)} }

// WithUsage adds to an error in a verb's words where the verb's help is. Other
// errors stay as they are.
func WithUsage(err error, path []string) error {
	var usage UsageError
	if !errors.As(err, &usage) {
		return err
	}
	help := "vagganet help"
	if len(path) > 0 && path[0] != HelpName {
		help = "vagganet " + strings.Join(path, " ") + " --help"
	}
	if hint := hints.For(err); hint != "" {
		help = hint + "\n" + help
	}
	return hints.With(err, "%s", help)
}

// checkOption returns an error if an option can't be what it was given. The library has
// one, too, but in Go's words.
func checkOption(flag cli.Flag, o option) error {
	value, given := o.value()
	if _, boolean := flag.(*cli.BoolFlag); boolean {
		if _, err := strconv.ParseBool(value); given && err != nil {
			return Usagef("%s takes no value, but got %q", o.name(), value)
		}
		return nil
	}
	switch {
	case !given:
		return Usagef("%s needs a value%s", o.name(), example(flag))
	case value == "":
		return Usagef("%s is empty%s", o.name(), example(flag))
	}
	switch flag.(type) {
	case *cli.DurationFlag:
		return checkDuration(o.name(), value)
	case *cli.Uint64Flag:
		if _, err := strconv.ParseUint(value, 0, 64); err != nil {
			return Usagef("%s %q is no whole number from 0 to %d", o.name(), value, uint64(1<<64-1))
		}
	}
	return nil
}

func checkDuration(name, value string) error {
	_, err := time.ParseDuration(value)
	if err == nil {
		return nil
	}
	if _, err := strconv.ParseFloat(value, 64); err == nil {
		return Usagef("%s %s needs a unit: %ss or 500ms", name, value, value)
	}
	return Usagef("%s %q is no length of time, such as 2s or 500ms", name, value)
}

// example shows the form of an option that takes a value.
func example(flag cli.Flag) string {
	if value, _ := Placeholder(flag); value != "" {
		return ": --" + flag.Names()[0] + " " + value
	}
	return ""
}

// noSuchOption returns the error that a verb has no such option, with what was meant.
func noSuchOption(app *cli.App, path []string, o option) error {
	var known []string
	flags := slices.Clone(app.Flags)
	if command := CommandAt(app, path); command != nil {
		flags = append(flags, command.Flags...)
	}
	for _, f := range flags {
		known = append(known, f.Names()[0])
	}
	err := Usagef("%s has no option %s", cmp.Or(strings.Join(path, " "), app.Name), o.name())
	if strings.Trim(o.name(), "-") == "" {
		err = Usagef("%q is no option", o.words[0])
	}
	if hint := hints.Nearest(strings.TrimLeft(o.name(), "-"), known); hint != "" {
		return hints.With(err, "did you mean --%s?", strings.Trim(strings.TrimPrefix(hint, "did you mean "), `"?`))
	}
	if verbs := verbsWith(app, path, o); verbs != nil {
		const most = 6
		if more := len(verbs) - most; more > 0 {
			verbs = append(verbs[:most], fmt.Sprintf("and %d more", more))
		}
		return hints.With(err, "it is an option of: %s", strings.Join(verbs, ", "))
	}
	return err
}

// verbsWith are the verbs that have an option, and of the verb in question the
// kinds.
func verbsWith(app *cli.App, path []string, o option) (verbs []string) {
	has := func(c *cli.Command) bool { return FindFlag(c.Flags, o.words[0]) != nil }
	for _, c := range app.Commands {
		switch {
		case c.Hidden:
		case has(c), len(path) < 2 && slices.ContainsFunc(c.Subcommands, has):
			verbs = append(verbs, c.Name)
		case len(path) == 2 && path[0] == c.Name:
			for _, kind := range c.Subcommands {
				if has(kind) {
					verbs = append(verbs, c.Name+" "+kind.Name)
				}
			}
		}
	}
	return verbs
}

// CommandAt is the verb, or the kind of one, that a path leads to; nil if there
// is none.
func CommandAt(app *cli.App, path []string) *cli.Command {
	command := &cli.Command{Subcommands: app.Commands}
	for _, name := range path {
		if command = FindCommand(command.Subcommands, name); command == nil {
			return nil
		}
	}
	return command
}

// OtherNames returns verbs of other tools, and how their users get the same here.
func OtherNames() map[string]string {
	return map[string]string{
		"ps": statusIs, "ls": statusIs, "list": statusIs, "top": statusIs, "info": statusIs, "inspect": statusIs, "show": statusIs,
		"log": "vagganet logs", "tail": "vagganet logs -f",
		"up": "vagganet create makes the gateway, and vagganet run COMMAND starts a system", "start": "vagganet run COMMAND starts a system",
		"down": "vagganet stop ends a run; vagganet destroy removes the gateway",
		"rm":   removeIs, "remove": removeIs, "delete": removeIs, "clean": removeIs, "prune": removeIs, "teardown": removeIs,
		"reset": healIs, "restore": healIs, "recover": healIs, "unpartition": healIs,
		"network": "vagganet partition",
		"shell":   shellIs, "sh": shellIs, "bash": shellIs, "ssh": shellIs, "attach": shellIs, "enter": shellIs, "console": shellIs,
		"delay": shapeIs, "loss": shapeIs, "slow": shapeIs, "netem": shapeIs, "limit": shapeIs, "rate": shapeIs,
		"tcpdump": captureIs, "dump": captureIs, "sniff": captureIs, "pcap": captureIs, "trace": captureIs,
		"ping": checkIs, "test": checkIs, "probe": checkIs, "verify": checkIs,
		"validate": validateIs, "config": validateIs, "lint": validateIs,
		"draw": "vagganet graph", "plot": "vagganet graph", "new": "vagganet init",
	}
}

const (
	statusIs   = "vagganet status"
	removeIs   = "vagganet destroy removes the gateway; a run leaves nothing behind"
	healIs     = "vagganet partition fullmesh has every link work again"
	shellIs    = "vagganet exec NODE sh"
	shapeIs    = "vagganet shape FROM:TO --delay 50ms; see vagganet shape --help for the rest"
	captureIs  = "vagganet capture NODE --write FILE"
	checkIs    = "vagganet check probes every link of a run"
	validateIs = "vagganet run --dry-run COMMAND reads the file, and says what is wrong in it"
)

// unknownVerb returns the error that there is no such verb, with what was meant.
func unknownVerb(app *cli.App, verb string) error {
	var known []string
	for _, c := range app.Commands {
		if !c.Hidden {
			known = append(known, c.Names()...)
		}
	}
	err := Usagef("unknown verb %q", verb)
	if FindCommand(CommandAt(app, []string{"partition"}).Subcommands, verb) != nil {
		return hints.With(err, "it is a kind of partition: vagganet partition %s", verb)
	}
	if here := OtherNames()[verb]; here != "" {
		return hints.With(err, "here it is: %s", here)
	}
	return hints.With(err, "%s", hints.Nearest(verb, known))
}

// UnknownKind returns the error that a verb has no such kind, with what was meant.
func UnknownKind(verb *cli.Command, word string) error {
	names := KindNames(verb)
	return hints.With(Usagef("%q is no kind of %s: there are %s", word, verb.Name, strings.Join(names, ", ")), "%s", hints.Nearest(word, names))
}

// KindNames returns the names of a verb's kinds.
func KindNames(verb *cli.Command) (names []string) {
	for _, sub := range verb.Subcommands {
		names = append(names, sub.Name)
	}
	return names
}

// NoKind is the action of a verb that has kinds.
func NoKind(c *cli.Context) error {
	if !c.Args().Present() {
		return hints.With(Usagef("%s takes a kind", c.Command.Name), "%s", strings.Join(KindNames(c.Command), ", "))
	}
	return UnknownKind(c.Command, c.Args().First())
}
