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
	indent     = 2
)

// HelpVerb shows the help of the program, of a verb, or of a kind of one.
func HelpVerb() *cli.Command {
	return &cli.Command{
		Name:      HelpName,
		Aliases:   []string{"h"},
		Usage:     "show the help of a verb or a page, or list them",
		ArgsUsage: "[VERB [KIND]|PAGE]",
		Action: func(c *cli.Context) error {
			return WriteHelp(c.App, c.Args().Slice())
		},
	}
}

// WriteHelp writes the help of what a path leads to.
func WriteHelp(app *cli.App, path []string) error {
	page, err := PageOf(app, path)
	if err == nil {
		_, err = io.WriteString(app.Writer, page.String())
	}
	return err
}

// Row is a name, and what is said about it.
type Row struct{ Name, Text string }

// commandRows has a row for each topic that is shown, or for each verb.
func commandRows(commands []*cli.Command, topics bool) (rows []Row) {
	for _, c := range commands {
		if !c.Hidden && IsTopic(c) == topics {
			rows = append(rows, Row{strings.Join(c.Names(), ", "), c.Usage})
		}
	}
	return rows
}

func flagRows(flags []cli.Flag) (rows []Row) {
	for _, f := range flags {
		value, text := Placeholder(f)
		rows = append(rows, Row{strings.TrimSpace(strings.Join(OptionNames(f), ", ") + " " + value), text + defaultOf(f)})
	}
	return rows
}

// OptionNames returns the names of an option with their dashes, as one types them.
func OptionNames(f cli.Flag) (names []string) {
	for _, name := range f.Names() {
		dashes := "--"
		if len(name) == 1 {
			dashes = "-"
		}
		names = append(names, dashes+name)
	}
	return names
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
