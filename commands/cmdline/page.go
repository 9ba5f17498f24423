package cmdline

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"vagganet/commands/pages"
)

// TopicCategory is the category of what has a page to read and does nothing.
const TopicCategory = "topic"

// IsTopic reports whether a command is a page to read, and no verb.
func IsTopic(c *cli.Command) bool { return c.Category == TopicCategory }

// Page is the help of the program, of a verb, of a kind of one, or of a topic.
type Page struct {
	// Name is how it is called: "vagganet partition cut"; of a topic its own name.
	Name string
	// Summary is a line without a full stop.
	Summary  string
	Sections []Section
}

// Section is a part of a page: either lines of text or rows.
type Section struct {
	Title string
	Lines []string
	Rows  []Row
}

// PageOf returns the page of what a path leads to, verbs and kinds by any of their
// names; that of the program where the path is empty.
func PageOf(app *cli.App, path []string) (Page, error) {
	command := &cli.Command{Subcommands: app.Commands}
	var names []string
	for _, word := range path {
		next := FindCommand(command.Subcommands, word)
		switch {
		case next == nil && len(names) == 0:
			return Page{}, unknownVerb(app, word)
		case next == nil && len(command.Subcommands) == 0:
			return Page{}, Usagef("%s has no kinds, but help was asked for %q", strings.Join(names, " "), word)
		case next == nil:
			return Page{}, UnknownKind(command, word)
		}
		command, names = next, append(names, next.Name)
	}
	switch {
	case len(names) == 0:
		return appPage(app), nil
	case IsTopic(command):
		return Page{Name: command.Name, Summary: command.Usage, Sections: Written(command.Name)}, nil
	}
	return commandPage(command, names), nil
}

func appPage(app *cli.App) Page {
	return Page{Name: app.Name, Summary: app.Usage, Sections: []Section{
		{Title: "USAGE", Lines: []string{app.Name + " [GLOBAL OPTIONS] VERB [OPTIONS] [ARGUMENTS]"}},
		{Title: "VERSION", Lines: []string{app.Version}},
		{Title: "VERBS", Rows: commandRows(app.Commands, false)},
		{Title: "PAGES TO READ", Rows: commandRows(app.Commands, true)},
		{Title: "GLOBAL OPTIONS", Rows: flagRows(append(slices.Clone(app.Flags), cli.HelpFlag))},
	}}
}

func commandPage(c *cli.Command, names []string) Page {
	p := Page{Name: "vagganet " + strings.Join(names, " "), Summary: c.Usage}
	add := func(s Section) { p.Sections = append(p.Sections, s) }
	add(Section{Title: "USAGE", Lines: []string{strings.TrimSpace(p.Name + " [OPTIONS] " + c.ArgsUsage)}})
	// What a text begins with is printed before the options, and the rest after them.
	text := Written(strings.Join(names, "-"))
	if len(text) > 0 {
		add(text[0])
		text = text[1:]
	}
	if len(c.Subcommands) > 0 {
		add(Section{Title: "KINDS", Rows: kindRows(c)})
	}
	add(Section{Title: "OPTIONS", Rows: flagRows(append(slices.Clone(c.Flags), cli.HelpFlag))})
	if rows := kindOptions(c); len(rows) > 0 {
		add(Section{Title: "OPTIONS OF KINDS", Rows: rows})
	}
	p.Sections = append(p.Sections, text...)
	return p
}

// kindRows has a row for each kind of a verb, with its arguments.
func kindRows(c *cli.Command) (rows []Row) {
	for _, kind := range c.Subcommands {
		rows = append(rows, Row{strings.TrimSpace(kind.Name + " " + kind.ArgsUsage), kind.Usage})
	}
	return rows
}

// kindOptions has a row for each option that kinds of a verb have and the verb has not,
// with the kinds that have it.
func kindOptions(c *cli.Command) (rows []Row) {
	own := flagRows(c.Flags)
	index, of := map[string]int{}, map[string][]string{}
	for _, kind := range c.Subcommands {
		for _, row := range flagRows(kind.Flags) {
			if slices.Contains(own, row) {
				continue
			}
			if _, known := index[row.Name]; !known {
				index[row.Name] = len(rows)
				rows = append(rows, row)
			}
			of[row.Name] = append(of[row.Name], kind.Name)
		}
	}
	for name, i := range index {
		rows[i].Text += " (" + someOf(of[name], c.Subcommands) + ")"
	}
	return rows
}

// someOf returns which of the kinds are named, or which are not where that is shorter.
func someOf(names []string, kinds []*cli.Command) string {
	var others []string
	for _, kind := range kinds {
		if !slices.Contains(names, kind.Name) {
			others = append(others, kind.Name)
		}
	}
	if len(others) < len(names) {
		return "not of " + strings.Join(others, ", ")
	}
	return "of " + strings.Join(names, ", ")
}

// Written returns what was written by hand for a page.
func Written(name string) (sections []Section) {
	for _, s := range pages.Of(name) {
		sections = append(sections, Section{Title: s.Title, Lines: s.Lines})
	}
	return sections
}

// String returns the page for a terminal.
func (p Page) String() string {
	var text strings.Builder
	section := func(title string, lines []string) {
		if text.Len() > 0 {
			text.WriteString("\n")
		}
		text.WriteString(title + "\n")
		for _, line := range lines {
			text.WriteString(strings.TrimRight(strings.Repeat(" ", indent)+line, " ") + "\n")
		}
	}
	section("NAME", wrap(p.Name+" - "+p.Summary, HelpWidth-indent))
	for _, s := range p.Sections {
		section(s.Title, append(s.Lines, Table(s.Rows)...))
	}
	return text.String()
}
