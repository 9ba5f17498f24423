// Package kinds has the kinds of faults, such as isolate, as words of a command line or of
// a timeline, and reads them into a faults.Change.
package kinds

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/events"
	"vagganet/commands/faults"
	"vagganet/netcmd/links"
)

// Kind is a way to change the links of a run: a kind of partition, or a verb of its own.
type Kind struct {
	Name, args, usage string
	// flags are those that it takes besides the usual ones.
	flags []cli.Flag
	// read reads the command line, before a run is looked for.
	read func(c *cli.Context) (ForGuests, error)
}

// ForGuests makes a change of what was read, for the guests of a run.
type ForGuests func(Nodes) (faults.Change, error)

// All returns the kinds of partition.
func All() []Kind {
	how, oneWay, until, seed := howFlag(), oneWayFlag(), forFlag(), seedFlag()
	list := []Kind{
		{"fullmesh", "", "every link works again, shapes and uplinks included", nil, fullMesh},
		{"disjoint", "NODE ... -- NODE ...", "clusters; every node is named exactly once",
			[]cli.Flag{how, oneWay, until, seed}, clusters(links.Disjoint)},
		{"split", "NODE ... -- NODE ...", "clusters that may overlap; a node not named is isolated",
			[]cli.Flag{how, until, seed}, clusters(links.Split)},
		{"isolate", "NODE ...", "nodes cut from everybody and from each other", []cli.Flag{how, oneWay, until, seed}, isolate},
		{"cut", "FROM:TO ...", "what FROM sends to TO is cut as well", []cli.Flag{how, oneWay, until, seed}, cut},
		{"heal", "FROM:TO ...", "what FROM sends to TO arrives again", []cli.Flag{seed}, heal},
		{"uplink", "off|on [NODE ...]", "host and internet, for some nodes or all", []cli.Flag{how, until, seed}, uplink},
	}
	for _, n := range links.Named {
		k := Kind{n.Name, "", n.About, []cli.Flag{how, until}, named(n)}
		if n.Random {
			k.flags = append(k.flags, seedFlag())
		}
		list = append(list, k)
	}
	return list
}

// Command returns the kind as a verb, or as a kind of one.
func (k Kind) Command(do cli.ActionFunc, flags ...cli.Flag) *cli.Command {
	return &cli.Command{Name: k.Name, ArgsUsage: k.args, Usage: k.usage, Flags: slices.Concat(k.flags, flags),
		HideHelpCommand: true, OnUsageError: cmdline.OnUsageError, Action: do}
}

// Change reads a command line, and returns what makes a change of it. The error is what
// is wrong with it whatever run it is for.
func (k Kind) Change(c *cli.Context) (ForGuests, error) {
	asked := events.Clock()
	read, err := k.read(c)
	if err != nil {
		return nil, err
	}
	limit, err := duration(c)
	return func(n Nodes) (faults.Change, error) {
		change, err := read(n)
		change.By, change.For, change.Asked = By(), limit, asked
		if change.What == "" {
			change.What = what(c)
		}
		return change, err
	}, err
}

// what returns a partition as one would type it, with what was drawn.
func what(c *cli.Context) string {
	words := []string{c.Command.Name}
	if c.IsSet("how") {
		words = append(words, "--how", c.String("how"))
	}
	if c.Bool("one-way") {
		words = append(words, "--one-way")
	}
	if c.IsSet("signal") {
		words = append(words, "--signal", c.String("signal"))
	}
	words = append(words, c.Args().Slice()...)
	if c.IsSet("seed") {
		words = append(words, "--seed", c.String("seed"))
	}
	return strings.Join(words, " ")
}
