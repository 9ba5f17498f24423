package kinds

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/events"
	"vagganet/commands/faults"
	"vagganet/commands/hints"
	"vagganet/netcmd/links"
)

// The functions here read the arguments of the kinds of partition.

func fullMesh(c *cli.Context) (ForGuests, error) {
	return func([]string) (faults.Change, error) {
		return faults.Change{Replaces: []faults.Layer{faults.Cuts, faults.Uplinks, faults.Shapes}}, nil
	}, noNodes(c)
}

func noNodes(c *cli.Context) error {
	if c.Args().Present() {
		return cmdline.Usagef("%s takes no node, but got %q", c.Command.Name, c.Args().First())
	}
	return nil
}

// arguments returns nodes or links, or the error that one is an option: the library takes
// those for arguments that stand behind the first --.
func arguments(c *cli.Context) ([]string, error) {
	words := c.Args().Slice()
	for i, word := range words {
		if i > 0 && len(word) > 1 && word[0] == '-' && word != "--" {
			return nil, hints.With(cmdline.Usagef("%q stands behind --, where no options are", word), "options stand before the first --")
		}
	}
	return words, nil
}

func isolate(c *cli.Context) (ForGuests, error) {
	nodes, err := arguments(c)
	if err == nil && len(nodes) == 0 {
		err = cmdline.Usagef("isolate takes at least one node")
	}
	if err == nil && slices.Contains(nodes, "--") {
		err = cmdline.Usagef("isolate takes one list of nodes, without -- (see split)")
	}
	if err != nil {
		return nil, err
	}
	return replacing(c, [][]string{nodes}, func(guests []string) (links.Cuts, error) { return links.Isolate(guests, nodes) })
}

func clusters(build func(guests []string, clusters [][]string) (links.Cuts, error)) func(*cli.Context) (ForGuests, error) {
	return func(c *cli.Context) (ForGuests, error) {
		words, err := arguments(c)
		if err == nil && len(words) == 0 {
			err = cmdline.Usagef("clusters are lists of nodes with -- between them")
		}
		if err != nil {
			return nil, err
		}
		lists := [][]string{{}}
		for _, word := range words {
			if word == "--" {
				lists = append(lists, nil)
				continue
			}
			lists[len(lists)-1] = append(lists[len(lists)-1], word)
		}
		return replacing(c, lists, func(guests []string) (links.Cuts, error) { return build(guests, lists) })
	}
}

func named(n links.NamedPartition) func(*cli.Context) (ForGuests, error) {
	return func(c *cli.Context) (ForGuests, error) {
		if err := noNodes(c); err != nil {
			return nil, err
		}
		seed := c.Uint64("seed")
		if n.Random && !c.IsSet("seed") {
			seed = uint64(rand.Uint32())
			c.Set("seed", fmt.Sprint(seed)) // for whoever tells of it
		}
		var cuts links.Cuts
		read, err := replacing(c, nil, func(guests []string) (links.Cuts, error) {
			cuts = n.Build(guests, seed)
			return cuts, nil
		})
		return func(guests []string) (faults.Change, error) {
			change, err := read(guests)
			if n.Random {
				change.Whom, change.Lines = whom(cuts), []string{fmt.Sprintf("seed %d", seed)}
			}
			if lines := cuts.Describe(); lines != nil {
				change.Lines = append(change.Lines, lines...)
			} else {
				change.Lines = append(change.Lines, "with so few nodes, nothing is cut")
			}
			return change, err
		}, err
	}
}

// replacing reads how links are cut, by a kind that replaces what is cut. Groups are
// those that --one-way goes by.
func replacing(c *cli.Context, groups [][]string, build func(guests []string) (links.Cuts, error)) (ForGuests, error) {
	how, err := howOf(c)
	return func(guests []string) (faults.Change, error) {
		cuts, err := build(guests)
		if c.Bool("one-way") {
			cuts = cuts.OneWay(groups)
		}
		return faults.Change{Replaces: []faults.Layer{faults.Cuts}, State: events.State{Cut: cuts.By(how).BySender()}}, err
	}, err
}

func howOf(c *cli.Context) (links.How, error) {
	how, err := links.ParseHow(c.String("how"))
	if err != nil || how == links.Up {
		return how, cmdline.Usagef("--how %q is none of drop, reject and new", c.String("how"))
	}
	return how, nil
}

func cut(c *cli.Context) (ForGuests, error) {
	how, err := howOf(c)
	if err != nil {
		return nil, err
	}
	return readLinks(c, how)
}

func heal(c *cli.Context) (ForGuests, error) { return readLinks(c, links.Up) }

// readLinks reads links that are all to be cut in that way.
func readLinks(c *cli.Context, how links.How) (ForGuests, error) {
	words, err := arguments(c)
	if err == nil && len(words) == 0 {
		err = cmdline.Usagef("%s takes links, such as a:b for what a sends to b", c.Command.Name)
	}
	return func(guests []string) (faults.Change, error) {
		rows, err := links.Pairs(guests, words, how.String())
		return faults.Change{State: events.State{Cut: rows}}, err
	}, err
}

func uplink(c *cli.Context) (ForGuests, error) {
	how, err := howOf(c)
	if err != nil {
		return nil, err
	}
	words, err := arguments(c)
	if err != nil {
		return nil, err
	}
	switch first := c.Args().First(); {
	case first == "off":
	case first != "on":
		return nil, cmdline.Usagef("uplink takes off or on, and then nodes; none means all")
	case c.IsSet("how"):
		return nil, cmdline.Usagef("an uplink that is on is cut in no way: leave out --how")
	case c.Duration("for") > 0:
		return nil, cmdline.Usagef("%s cuts nothing: --for is for what does", what(c))
	default:
		how = links.Up
	}
	return func(guests []string) (faults.Change, error) {
		nodes := words[1:]
		if len(nodes) == 0 {
			nodes = guests
		}
		change := faults.Change{State: events.State{Uplinks: []links.Row{}}}
		for _, node := range nodes {
			if !slices.Contains(guests, node) {
				return change, links.NoGuest(guests, node)
			}
			change.Uplinks = append(change.Uplinks, links.Row{From: node, How: how.String()})
		}
		return change, nil
	}, nil
}

// whomMost is how many bytes the nodes of a fault may take: of many guests that are
// no clusters, the links that are cut say it better.
const whomMost = 16 << 10

// whom returns which nodes were drawn, in full where that is not too long.
func whom(cuts links.Cuts) string {
	summary := cuts.Summary()
	if len(summary) > whomMost {
		return links.BriefSummary(summary)
	}
	return summary
}
