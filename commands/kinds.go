package commands

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"vagganet/netcmd"
)

// The functions here make cuts from a kind's arguments.

func fullMesh(c *cli.Context, now netcmd.Cuts) (netcmd.Cuts, []string, error) {
	return now, nil, noNodes(c)
}

func noNodes(c *cli.Context) error {
	if c.Args().Present() {
		return usagef("%s takes no node, but got %q", c.Command.Name, c.Args().First())
	}
	return nil
}

func isolate(c *cli.Context, now netcmd.Cuts) (netcmd.Cuts, []string, error) {
	nodes := c.Args().Slice()
	if len(nodes) == 0 {
		return now, nil, usagef("isolate takes at least one node")
	}
	if slices.Contains(nodes, "--") {
		return now, nil, usagef("isolate takes one list of nodes, without -- (see split)")
	}
	cuts, err := netcmd.Isolate(now.Guests, nodes)
	if err != nil {
		return now, nil, err
	}
	return asTold(c, cuts, [][]string{nodes})
}

func clusters(build func(guests []string, clusters [][]string) (netcmd.Cuts, error)) func(*cli.Context, netcmd.Cuts) (netcmd.Cuts, []string, error) {
	return func(c *cli.Context, now netcmd.Cuts) (netcmd.Cuts, []string, error) {
		lists := [][]string{{}}
		for _, arg := range c.Args().Slice() {
			if arg == "--" {
				lists = append(lists, nil)
				continue
			}
			lists[len(lists)-1] = append(lists[len(lists)-1], arg)
		}
		if !c.Args().Present() {
			return now, nil, usagef("clusters are lists of nodes with -- between them")
		}
		cuts, err := build(now.Guests, lists)
		if err != nil {
			return now, nil, err
		}
		return asTold(c, cuts, lists)
	}
}

func named(n netcmd.NamedPartition) func(*cli.Context, netcmd.Cuts) (netcmd.Cuts, []string, error) {
	return func(c *cli.Context, now netcmd.Cuts) (netcmd.Cuts, []string, error) {
		if err := noNodes(c); err != nil {
			return now, nil, err
		}
		var told []string
		seed := c.Uint64("seed")
		if n.Random && !c.IsSet("seed") {
			seed = uint64(rand.Uint32())
			c.Set("seed", fmt.Sprint(seed)) // for whoever tells of it
		}
		if n.Random {
			told = append(told, fmt.Sprintf("seed %d", seed))
		}
		cuts := n.Build(now.Guests, seed)
		if lines := cuts.Describe(); lines != nil {
			told = append(told, lines...)
		} else {
			told = append(told, "with so few nodes, nothing is cut")
		}
		cuts, _, err := asTold(c, cuts, nil)
		return cuts, told, err
	}
}

// asTold are the cuts as --how and --one-way have them.
func asTold(c *cli.Context, cuts netcmd.Cuts, groups [][]string) (netcmd.Cuts, []string, error) {
	how, err := howOf(c)
	if err != nil {
		return cuts, nil, err
	}
	if c.Bool("one-way") {
		cuts = cuts.OneWay(groups)
	}
	return cuts.By(how), nil, nil
}

func howOf(c *cli.Context) (netcmd.How, error) {
	how := netcmd.How(c.String("how"))
	if !slices.Contains(netcmd.Hows, how) {
		return how, usagef("--how %q is none of drop, reject and new", how)
	}
	return how, nil
}

func cut(c *cli.Context, now netcmd.Cuts) (netcmd.Cuts, []string, error) {
	how, err := howOf(c)
	if err != nil {
		return now, nil, err
	}
	return change(c, now, netcmd.State{How: how})
}

func healLinks(c *cli.Context, now netcmd.Cuts) (netcmd.Cuts, []string, error) {
	return change(c, now, netcmd.State{})
}

func change(c *cli.Context, now netcmd.Cuts, s netcmd.State) (netcmd.Cuts, []string, error) {
	if !c.Args().Present() {
		return now, nil, usagef("%s takes links, such as a:b for what a sends to b", c.Command.Name)
	}
	links, err := netcmd.Pairs(now.Guests, c.Args().Slice(), s)
	if err != nil {
		return now, nil, err
	}
	cuts, err := now.With(links)
	return cuts, nil, err
}

func uplink(c *cli.Context, now netcmd.Cuts) (netcmd.Cuts, []string, error) {
	how, err := howOf(c)
	if err != nil {
		return now, nil, err
	}
	nodes := c.Args().Tail()
	switch c.Args().First() {
	case "off":
	case "on":
		if c.IsSet("how") {
			return now, nil, usagef("an uplink that is on is cut in no way: leave out --how")
		}
		how = netcmd.Up
	default:
		return now, nil, usagef("uplink takes off or on, and then nodes; none means all")
	}
	if len(nodes) == 0 {
		nodes = now.Guests
	}
	cuts, err := now.WithUplinks(nodes, netcmd.State{How: how})
	return cuts, nil, err
}

func noKind(c *cli.Context) error {
	if !c.Args().Present() {
		return withHint(usagef("%s takes a kind", c.Command.Name), "%s", strings.Join(kindNames(c.Command), ", "))
	}
	return unknownKind(c.Command, c.Args().First())
}

func kindNames(verb *cli.Command) (names []string) {
	for _, sub := range verb.Subcommands {
		names = append(names, sub.Name)
	}
	return names
}

// unknownKind says that a verb has no such kind, and what was meant.
func unknownKind(verb *cli.Command, word string) error {
	names := kindNames(verb)
	return withHint(usagef("%q is no kind of %s: there are %s", word, verb.Name, strings.Join(names, ", ")), "%s", nearest(word, names))
}
