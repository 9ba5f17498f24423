package kinds

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/events"
	"vagganet/commands/faults"
	"vagganet/commands/groups"
	"vagganet/commands/hints"
	"vagganet/netcmd/links"
)

// The functions here read the arguments of the kinds of partition.

func fullMesh(c *cli.Context) (ForGuests, error) {
	return func(Nodes) (faults.Change, error) {
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
	return replacing(c, [][]string{nodes}, func(guests []string, lists [][]string) (links.Cuts, error) { return links.Isolate(guests, lists[0]) })
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
		return replacing(c, lists, build)
	}
}

func named(n links.NamedPartition) func(*cli.Context) (ForGuests, error) {
	return func(c *cli.Context) (ForGuests, error) {
		if err := noNodes(c); err != nil {
			return nil, err
		}
		how, err := howOf(c)
		if err != nil {
			return nil, err
		}
		seed := c.Uint64("seed")
		if n.Random && !c.IsSet("seed") {
			seed = uint64(rand.Uint32())
			c.Set("seed", fmt.Sprint(seed)) // for whoever tells of it
		}
		var cuts links.Cuts
		read, err := replacing(c, nil, func(guests []string, _ [][]string) (links.Cuts, error) {
			cuts = n.Build(guests, seed)
			return cuts, nil
		})
		return func(nodes Nodes) (faults.Change, error) {
			change, err := read(nodes)
			if n.Random {
				change.Whom, change.Lines = whom(cuts), []string{fmt.Sprintf("seed %d", seed)}
			}
			if lines := groups.Describe(cuts.By(how)); lines != nil {
				change.Lines = append(change.Lines, lines...)
			} else {
				change.Lines = append(change.Lines, "with so few nodes, nothing is cut")
			}
			return change, err
		}, err
	}
}

// replacing reads how links are cut, by a kind that replaces what is cut. Lists are the
// nodes that it is about, in groups that --one-way goes by.
func replacing(c *cli.Context, lists [][]string, build func(guests []string, lists [][]string) (links.Cuts, error)) (ForGuests, error) {
	how, err := howOf(c)
	if err != nil {
		return nil, err
	}
	sets := setsOf(c, slices.Concat(lists...))
	return func(n Nodes) (faults.Change, error) {
		groups, err := sets.inLists(n, lists)
		if err != nil {
			return faults.Change{}, err
		}
		cuts, err := build(n.Guests, groups)
		if c.Bool("one-way") {
			cuts = cuts.OneWay(groups)
		}
		change := faults.Change{Replaces: []faults.Layer{faults.Cuts}, State: events.State{Cut: cuts.By(how).BySender()}}
		if err == nil && sets.used {
			change.Whom = whom(cuts)
			change.Lines = sets.lines(change.Whom)
		}
		return change, err
	}, nil
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
	if err != nil {
		return nil, err
	}
	sets := setsOf(c, words)
	return func(n Nodes) (faults.Change, error) {
		found, err := sets.in(n)
		if err != nil {
			return faults.Change{}, err
		}
		rows, err := links.Pairs(n.Guests, found, how.String())
		return sets.said(faults.Change{State: events.State{Cut: rows}}, found), err
	}, nil
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
	sets := setsOf(c, words[1:])
	return func(n Nodes) (faults.Change, error) {
		change := faults.Change{State: events.State{Uplinks: []links.Row{}}}
		nodes, err := sets.in(n)
		if err == nil && len(nodes) == 0 {
			nodes = []string{"*"}
		}
		if err == nil {
			nodes, err = checked(n.Guests, nodes)
		}
		for _, node := range nodes {
			change.Uplinks = append(change.Uplinks, links.Row{From: node, How: how.String()})
		}
		return sets.said(change, nodes), err
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
