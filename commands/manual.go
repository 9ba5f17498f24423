package commands

import (
	"slices"

	"vagganet/commands/cmdline"
)

// ManualPage is a page with its place in the manual.
type ManualPage struct {
	cmdline.Page
	// Title and Number are as in vagganet-run(1).
	Title  string
	Number int
}

// Manual returns the pages of the manual: the program's, those of its verbs, and the
// topics.
func Manual(version string) ([]ManualPage, error) {
	app := App{Version: version}.cli()
	app.Setup() // which adds --version
	var all []ManualPage
	add := func(title string, number int, path ...string) error {
		page, err := cmdline.PageOf(app, path)
		all = append(all, ManualPage{page, title, number})
		return err
	}
	if err := add(app.Name, 1); err != nil {
		return nil, err
	}
	// Its help is a list; what there is to know besides is in the manual alone.
	text := cmdline.Written(app.Name)
	all[0].Sections = append(slices.Insert(all[0].Sections, 1, text[0]), text[1:]...)
	for _, c := range app.Commands {
		if c.Hidden || c.Name == cmdline.HelpName || cmdline.IsTopic(c) {
			continue
		}
		if err := add(app.Name+"-"+c.Name, 1, c.Name); err != nil {
			return nil, err
		}
	}
	for _, t := range topics {
		if err := add(t.manual, t.section, t.name); err != nil {
			return nil, err
		}
	}
	return all, nil
}
