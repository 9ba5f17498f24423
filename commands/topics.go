package commands

import (
	_ "embed" // for the page
	"fmt"

	"github.com/urfave/cli/v2"
)

// faultsPage is the page about what can be done to links.
//
//go:embed faults.txt
var faultsPage string

// faultsTopic is a page to read; help shows it as it shows verbs.
func faultsTopic() *cli.Command {
	return &cli.Command{
		Name:               "faults",
		Usage:              "a page to read: what can be done to links, and what programs see of it",
		CustomHelpTemplate: faultsPage,
		Action: func(c *cli.Context) error {
			fmt.Fprint(c.App.Writer, faultsPage)
			return noArguments(c)
		},
	}
}
