package commands

import (
	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
)

// topic is a page to read.
type topic struct {
	// name is what help calls it, manual and section what man does.
	name, manual string
	section      int
	summary      string
}

var topics = []topic{
	{"faults", "vagganet-faults", 7, "what can be done to links, and what programs see of it"},
	{"vagga.yaml", "vagga.yaml", 5, "the config file of a project"},
	{"settings", "vagganet-settings", 5, "options, variables and files that are for more than one run"},
	{"network", "vagganet-network", 7, "what a run's network is made of, and what remains when it is killed"},
	{"examples", "vagganet-examples", 7, "runs, faults and tests to begin with"},
}

// command shows the topic, as the help of a verb is shown.
func (t topic) command() *cli.Command {
	return &cli.Command{Name: t.name, Usage: t.summary, Category: cmdline.TopicCategory,
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			return cmdline.WriteHelp(c.App, []string{t.name})
		}}
}
