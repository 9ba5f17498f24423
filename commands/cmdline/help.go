package cmdline

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/urfave/cli/v2"
)

const (
	// HelpName is the verb that shows help.
	HelpName = "help"
	// HelpWidth is how long a line of help may be.
	HelpWidth = 100
	// widestName is how long the left column may be: what belongs to a longer
	// name stands below it.
	widestName = 28
	indent     = 3
)

// HelpVerb shows the help of the program, of a verb, or of a kind of one.
func HelpVerb() *cli.Command {
	return &cli.Command{
		Name:      HelpName,
		Aliases:   []string{"h"},
		Usage:     "list the verbs, or tell about one",
		ArgsUsage: "[VERB [KIND]]",
		Action: func(c *cli.Context) error {
			path := c.Args().Slice()
			text, err := HelpOf(c.App, path)
			if err == nil {
				_, err = io.WriteString(c.App.Writer, text)
			}
			return err
		},
	}
}

// HelpOf is the help of what a path leads to, verbs and kinds by any of their
// names.
func HelpOf(app *cli.App, path []string) (string, error) {
	command := &cli.Command{Subcommands: app.Commands}
	var names []string
	for _, word := range path {
		next := FindCommand(command.Subcommands, word)
		switch {
		case next == nil && len(names) == 0:
			return "", unknownVerb(app, word)
		case next == nil && len(command.Subcommands) == 0:
			return "", Usagef("%s has no kinds, but help was asked for %q", strings.Join(names, " "), word)
		case next == nil:
			return "", UnknownKind(command, word)
		}
		command, names = next, append(names, next.Name)
	}
	if len(names) == 0 {
		return appHelp(app), nil
	}
	return commandHelp(command, names), nil
}

func appHelp(app *cli.App) string {
	var p helpPage
	p.section("NAME", wrap(app.Name+" - "+app.Usage, HelpWidth-indent)...)
	p.section("USAGE", app.Name+" [GLOBAL OPTIONS] VERB [OPTIONS] [ARGUMENTS]")
	p.section("VERSION", app.Version)
	p.section("VERBS", Table(commandRows(app.Commands))...)
	p.section("GLOBAL OPTIONS", Table(flagRows(append(slices.Clone(app.Flags), cli.HelpFlag)))...)
	return p.String()
}

func commandHelp(c *cli.Command, names []string) string {
	if c.CustomHelpTemplate != "" {
		return c.CustomHelpTemplate
	}
	var p helpPage
	name := "vagganet " + strings.Join(names, " ")
	p.section("NAME", wrap(name+" - "+c.Usage, HelpWidth-indent)...)
	p.section("USAGE", strings.TrimSpace(name+" [OPTIONS] "+c.ArgsUsage))
	if c.Description != "" {
		p.section("DESCRIPTION", strings.Split(c.Description, "\n")...)
	}
	if len(c.Subcommands) > 0 {
		p.section("KINDS", Table(commandRows(c.Subcommands))...)
	}
	p.section("OPTIONS", Table(flagRows(append(slices.Clone(c.Flags), cli.HelpFlag)))...)
	return p.String()
}

// helpPage is a text of sections.
type helpPage struct{ strings.Builder }

func (p *helpPage) section(title string, lines ...string) {
	if p.Len() > 0 {
		p.WriteString("\n")
	}
	p.WriteString(title + ":\n")
	for _, line := range lines {
		p.WriteString(strings.TrimRight(strings.Repeat(" ", indent)+line, " ") + "\n")
	}
}

// Row is a name, and what is said about it.
type Row struct{ Name, Text string }

func commandRows(commands []*cli.Command) (rows []Row) {
	for _, c := range commands {
		if !c.Hidden {
			rows = append(rows, Row{strings.Join(c.Names(), ", "), c.Usage})
		}
	}
	return rows
}

func flagRows(flags []cli.Flag) (rows []Row) {
	for _, f := range flags {
		value, text := Placeholder(f)
		name := ""
		for _, n := range f.Names() {
			dashes := "--"
			if len(n) == 1 {
				dashes = "-"
			}
			name += ", " + dashes + n
		}
		rows = append(rows, Row{strings.TrimSpace(name[2:] + " " + value), text + defaultOf(f)})
	}
	return rows
}

// Placeholder is the word for an option's value, which its usage has between
// backquotes, and the usage without those. There is none for an option that takes
// no value.
func Placeholder(f cli.Flag) (value, usage string) {
	doc, ok := f.(cli.DocGenerationFlag)
	if !ok {
		return "", ""
	}
	before, rest, found := strings.Cut(doc.GetUsage(), "`")
	value, after, _ := strings.Cut(rest, "`")
	if found {
		return value, before + value + after
	}
	return "", doc.GetUsage()
}

// defaultOf returns what an option is where it is not given, unless that is
// nothing, and the variable that gives it.
func defaultOf(f cli.Flag) (text string) {
	doc, ok := f.(cli.DocGenerationFlag)
	if !ok {
		return ""
	}
	if usual := doc.GetDefaultText(); !slices.Contains([]string{"", "false", `""`, "0s", "0"}, usual) {
		text += fmt.Sprintf(" (default: %s)", strings.Trim(usual, `"`))
	}
	for _, name := range doc.GetEnvVars() {
		text += " [$" + name + "]"
	}
	return text
}

// Table is rows in two columns, in lines that are not too long.
func Table(rows []Row) (lines []string) {
	column := 0
	for _, r := range rows {
		if n := utf8.RuneCountInString(r.Name); n <= widestName {
			column = max(column, n)
		}
	}
	const gap = 2
	for _, r := range rows {
		name := r.Name
		if utf8.RuneCountInString(name) > column {
			lines, name = append(lines, name), ""
		}
		for _, text := range wrap(r.Text, HelpWidth-indent-gap-column) {
			lines = append(lines, fmt.Sprintf("%-*s  %s", column, name, text))
			name = ""
		}
	}
	return lines
}

// wrap breaks a text between its words into lines of a width.
func wrap(text string, width int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && utf8.RuneCountInString(line+" "+word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return append(lines, line)
}
