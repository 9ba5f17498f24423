package kinds

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/sys/unix"

	"vagganet/commands/cmdline"
	"vagganet/commands/events"
	"vagganet/commands/faults"
	"vagganet/commands/groups"
	"vagganet/commands/hints"
	"vagganet/netcmd/links"
	"vagganet/netcmd/live"
)

// ForNodes are the verbs about the processes of nodes.
func ForNodes() []Kind {
	return []Kind{Kill(), Pause(), Resume(), Start()}
}

// Kill is the verb kill.
func Kill() Kind {
	signal := &cli.StringFlag{Name: "signal", Aliases: []string{"s"}, Value: "KILL", Usage: "send `SIGNAL`, such as TERM, in place of KILL"}
	return Kind{"kill", "NODE ...", "kill all processes of nodes, which keep network and files", []cli.Flag{signal, forNodesFlag("start them again"), seedFlag()}, kill}
}

// Pause is the verb pause.
func Pause() Kind {
	return Kind{"pause", "NODE ...", "stop all processes of nodes, until they are resumed", []cli.Flag{forNodesFlag("resume them"), seedFlag()}, nodesAre(events.Paused)}
}

// Resume is the verb resume.
func Resume() Kind {
	return Kind{"resume", "NODE ...", "have the processes of paused nodes go on", []cli.Flag{seedFlag()}, nodesAre("")}
}

// Start is the verb start.
func Start() Kind {
	return Kind{"start", "NODE ...", "start nodes again that were killed, or whose process has ended", []cli.Flag{seedFlag()}, nodesAre("")}
}

func forNodesFlag(what string) cli.Flag {
	f := forFlag().(*cli.DurationFlag)
	f.Usage = what + " after `HOW-LONG`, such as 2s or 500ms, also if this command is killed"
	return f
}

func kill(c *cli.Context) (ForGuests, error) {
	signal, err := signalOf(c)
	if err != nil {
		return nil, err
	}
	how := ""
	if live.Ends(signal) {
		how = events.Down
	} else if c.IsSet("for") {
		return nil, cmdline.Usagef("by %s, a node isn't down: leave out --for", c.String("signal"))
	}
	forGuests, err := nodesAre(how)(c)
	return func(n Nodes) (faults.Change, error) {
		change, err := forGuests(n)
		change.Signal = signal
		return change, err
	}, err
}

// signalOf reads a signal's name, with or without SIG, or its number.
func signalOf(c *cli.Context) (unix.Signal, error) {
	name := strings.ToUpper(c.String("signal"))
	var number int
	if n, _ := fmt.Sscanf(name+" ", "%d ", &number); n == 1 {
		name = unix.SignalName(unix.Signal(number))
	}
	if !strings.HasPrefix(name, "SIG") {
		name = "SIG" + name
	}
	signal := unix.SignalNum(name)
	switch {
	case signal == 0:
		return 0, cmdline.Usagef("--signal %q is no signal: say TERM, HUP, or another one that kill -l lists", c.String("signal"))
	case signal == unix.SIGSTOP:
		return 0, hints.With(cmdline.Usagef("--signal STOP would stop nodes for ever"), "this is what pause and resume do")
	}
	return signal, nil
}

// nodesAre reads nodes that are all to be like that: events.Down, events.Paused, or
// running for "".
func nodesAre(how string) func(c *cli.Context) (ForGuests, error) {
	return func(c *cli.Context) (ForGuests, error) {
		words, err := arguments(c)
		if err == nil && (len(words) == 0 || slices.Contains(words, "--")) {
			err = cmdline.Usagef("%s takes a list of nodes, such as n1 n2, @any, or all", c.Command.Name)
		}
		if err != nil {
			return nil, err
		}
		sets := setsOf(c, words)
		sets.lists = true
		return func(n Nodes) (faults.Change, error) {
			change := faults.Change{State: events.State{Nodes: []links.Row{}}}
			nodes, err := sets.in(n)
			if err != nil {
				return change, err
			}
			change.FromSet = slices.ContainsFunc(nodes, func(word string) bool { return links.MeansAll(n.Guests, word) })
			nodes, err = checked(n.Guests, nodes)
			for _, node := range nodes {
				change.Nodes = append(change.Nodes, links.Row{From: node, How: how})
			}
			return sets.said(change, nodes), err
		}, nil
	}
}

// checked checks names, and returns each once, sorted; "all" and "*" are all guests.
func checked(guests, words []string) ([]string, error) {
	var nodes []string
	for _, word := range words {
		switch {
		case links.MeansAll(guests, word):
			nodes = append(nodes, guests...)
		case !slices.Contains(guests, word):
			return nil, links.NoGuest(guests, word)
		default:
			nodes = append(nodes, word)
		}
	}
	slices.Sort(nodes)
	return slices.Compact(nodes), nil
}

// Nodes are the guests of a run, and what finds those of a role.
type Nodes struct {
	Guests []string
	// InRole returns the guests that are in a role now.
	InRole func(role string) ([]string, error)
}

// sets are the words of a command line in which some stand for sets of nodes: "@any",
// or "@leader". A word may have several parts, as links do.
type sets struct {
	words []string
	seed  uint64
	used  bool
	// lists reports whether words may be lists with commas, also without a set.
	lists bool
}

// setsOf finds out whether words have sets. If some of them are drawn, there is a seed,
// of which the command's description tells.
func setsOf(c *cli.Context, words []string) sets {
	s := sets{words: words}
	for _, part := range partsOf(words) {
		s.used = s.used || IsSet(part)
	}
	if drawsNodes(words) {
		if !c.IsSet("seed") {
			c.Set("seed", fmt.Sprint(rand.Uint32()))
		}
		s.seed = c.Uint64("seed")
	}
	return s
}

// IsSet reports whether a word, or a part of one, stands for a set of nodes.
func IsSet(part string) bool { return strings.HasPrefix(part, setMark) }

const setMark = "@"

// SetNames are the sets of nodes that a run with these roles has, as they are written.
func SetNames(roles map[string]string) []string {
	names := slices.Concat([]string{"all"}, links.DrawnSets(), slices.Sorted(maps.Keys(roles)))
	for i := range names {
		names[i] = setMark + names[i]
	}
	return names
}

// drawsNodes reports whether words have sets that are drawn by a seed.
func drawsNodes(words []string) bool {
	return slices.ContainsFunc(partsOf(words), func(part string) bool {
		return IsSet(part) && links.IsDrawn(part[1:])
	})
}

func partsOf(words []string) []string {
	var parts []string
	for _, word := range words {
		parts = append(parts, strings.FieldsFunc(word, func(r rune) bool { return r == ':' || r == ',' })...)
	}
	return parts
}

// in returns the words with the nodes of a run in place of the sets. A word that is a list
// becomes as many words, unless it is one of links, which have a ":".
func (s sets) in(n Nodes) ([]string, error) {
	draw := links.NewDraw(n.Guests, s.seed)
	var all []string
	var none error
	for _, word := range s.words {
		var sides []string
		for side := range strings.SplitSeq(word, ":") {
			nodes, err := n.findAll(side, draw)
			// One node that is drawn for both sides makes no link, and of several there is another.
			for err == nil && len(sides) == 1 && nodes == sides[0] && n.has(nodes) && len(n.Guests) > 1 && drawsNodes([]string{side}) {
				nodes, err = n.findAll(side, draw)
			}
			if err != nil {
				return nil, err
			}
			sides = append(sides, nodes)
		}
		switch found := strings.Join(sides, ":"); {
		case len(sides) == 2 && sides[0] == sides[1] && n.has(sides[0]) && found != word:
			none = fmt.Errorf("%s is %s now: what a node sends to itself is never cut", word, found)
		case len(sides) == 1 && (s.lists || strings.Contains(word, setMark)):
			all = append(all, strings.Split(sides[0], ",")...)
		default:
			all = append(all, found)
		}
	}
	if len(all) == 0 {
		return nil, none
	}
	return all, nil
}

// findAll returns the nodes of a list with sets, with commas between them.
func (n Nodes) findAll(list string, draw links.Draw) (string, error) {
	var nodes []string
	for part := range strings.SplitSeq(list, ",") {
		found, err := n.find(part, draw)
		if err != nil {
			return "", err
		}
		for _, node := range found {
			if !slices.Contains(nodes, node) {
				nodes = append(nodes, node)
			}
		}
	}
	return strings.Join(nodes, ","), nil
}

// has reports whether a word is the name of one node.
func (n Nodes) has(name string) bool { return slices.Contains(n.Guests, name) }

// find returns the nodes of a set, or the word itself if it is none.
func (n Nodes) find(part string, draw links.Draw) ([]string, error) {
	set := strings.TrimPrefix(part, setMark)
	switch {
	case !IsSet(part):
		return []string{part}, nil
	case set == "all":
		return n.Guests, nil
	case links.IsDrawn(set):
		if nodes := draw.Set(set); len(nodes) > 0 {
			return nodes, nil
		}
		return nil, fmt.Errorf("%s of %d nodes is none", part, len(n.Guests))
	}
	return n.InRole(set)
}

// Find returns the nodes that a word of a command line stands for.
func Find(c *cli.Context, n Nodes, word string) ([]string, error) {
	nodes, err := setsOf(c, []string{word}).in(n)
	if err != nil {
		return nil, err
	}
	return checked(n.Guests, nodes)
}

// inLists is in for lists of words.
func (s sets) inLists(n Nodes, lists [][]string) ([][]string, error) {
	// One after another, with what draws going on from list to list.
	var all []string
	for i, list := range lists {
		if i > 0 {
			all = append(all, "--")
		}
		all = append(all, list...)
	}
	s.words = all
	words, err := s.in(n)
	found := [][]string{{}}
	for _, word := range words {
		if last := len(found) - 1; word == "--" {
			found = append(found, nil)
		} else {
			found[last] = append(found[last], word)
		}
	}
	return found, err
}

// said adds to a change which nodes the sets are, where there are sets.
func (s sets) said(change faults.Change, words []string) faults.Change {
	if s.used {
		change.Whom = strings.Join(words, " ")
		change.Lines = s.lines(change.Whom)
		change.FromSet = true
	}
	return change
}

// lines say to a person which nodes the sets are, and by which seed they were drawn.
func (s sets) lines(whom string) []string {
	line := strings.Join(s.words, " ") + ": " + groups.BriefSummary(whom)
	if drawsNodes(s.words) {
		return []string{fmt.Sprintf("seed %d", s.seed), line}
	}
	return []string{line}
}

// PatienceWithRoles is how long the command of a role may take in a node.
const PatienceWithRoles = 5 * time.Second
