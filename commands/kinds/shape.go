package kinds

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/faults"
	"vagganet/commands/hints"
	"vagganet/netcmd/links"
	"vagganet/netcmd/tc"
)

// percentFlags are the flags of shape that take a percentage of the packets.
var percentFlags = []struct {
	name, usage string
	of          func(*links.Shape) *float64
}{
	{"loss", "drop `PERCENT` of the packets", func(s *links.Shape) *float64 { return &s.Loss }},
	{"duplicate", "duplicate `PERCENT` of the packets", func(s *links.Shape) *float64 { return &s.Duplicate }},
	{"reorder", "send `PERCENT` of the packets without --delay, ahead of others", func(s *links.Shape) *float64 { return &s.Reorder }},
	{"corrupt", "flip a bit in `PERCENT` of the packets", func(s *links.Shape) *float64 { return &s.Corrupt }},
}

const (
	longestDelay    = time.Minute
	shortestDelay   = time.Microsecond
	smallestPercent = 0.0001
	lowestRate      = 8_000 // bits per second
	highestRate     = 100_000_000_000
)

// Shape is the verb shape; lacks reports whether the kernel surely has no such
// module.
func Shape(lacks func(module string) bool) Kind {
	flags := []cli.Flag{
		&cli.DurationFlag{Name: "delay", Usage: "delay each packet by `HOW-LONG`, such as 50ms"},
		&cli.DurationFlag{Name: "jitter", Usage: "vary the delay by up to `HOW-LONG`, each packet for itself"},
	}
	for _, f := range percentFlags {
		flags = append(flags, &cli.StringFlag{Name: f.name, Usage: f.usage})
	}
	flags = append(flags,
		&cli.StringFlag{Name: "rate", Usage: "limit the link to `RATE`: 64kbit, 1mbit, 2.5gbit; more waits up to 0.4s, and is then dropped"},
		&cli.BoolFlag{Name: "clear", Usage: "remove the shapes of the links"},
		forFlag(), seedFlag())
	return Kind{"shape", "[FROM:TO ...]", "make links of a run slow, lossy, or narrow", flags, func(c *cli.Context) (ForGuests, error) { return readShape(c, lacks) }}
}

// readShape reads a shape and the links that it is for: all, if none is named.
func readShape(c *cli.Context, lacks func(module string) bool) (ForGuests, error) {
	shape, err := shapeOf(c)
	if err == nil {
		err = checkShape(shape, lacks)
	}
	sets := setsOf(c, c.Args().Slice())
	return func(n Nodes) (faults.Change, error) {
		words := c.Args().Slice()
		change := faults.Change{Shape: shape, What: strings.Join(slices.Concat([]string{"shape"}, words, strings.Fields(shape.String())), " ")}
		if c.Bool("clear") {
			change.What += " clear"
		}
		if drawsNodes(words) {
			change.What += fmt.Sprintf(" --seed %d", sets.seed)
		}
		words, err := sets.in(n)
		if len(words) == 0 {
			words = []string{"*:*"}
		}
		if err == nil {
			change.Shapes, err = links.Pairs(n.Guests, words, shape.String())
		}
		return sets.said(change, words), err
	}, err
}

// shapeOf is the shape that the flags tell of.
func shapeOf(c *cli.Context) (links.Shape, error) {
	var s links.Shape
	var err error
	if s.Delay, err = milliseconds(c, "delay"); err != nil {
		return s, err
	}
	if s.Jitter, err = milliseconds(c, "jitter"); err != nil {
		return s, err
	}
	for _, f := range percentFlags {
		if *f.of(&s), err = percentOf(c, f.name); err != nil {
			return s, err
		}
	}
	if s.Rate, err = rateOf(c); err != nil {
		return s, err
	}
	switch {
	case c.Bool("clear") && s != links.Shape{}:
		return s, cmdline.Usagef("--clear leaves links without a shape: leave out the rest")
	case c.Bool("clear") && c.IsSet("for"):
		return s, cmdline.Usagef("--clear does nothing that could be healed: leave out --for")
	case !c.Bool("clear") && s == links.Shape{}:
		return s, cmdline.Usagef("shape takes what links are to do, such as --delay 50ms, or --clear")
	case s.Jitter > s.Delay:
		return s, cmdline.Usagef("--jitter takes a --delay of at least as much")
	case s.Reorder > 0 && s.Delay == 0:
		return s, cmdline.Usagef("--reorder takes a --delay: it is the others that come late")
	}
	return s, nil
}

func milliseconds(c *cli.Context, flag string) (float64, error) {
	d := c.Duration(flag)
	if c.IsSet(flag) && (d < shortestDelay || d > longestDelay) {
		return 0, cmdline.Usagef("--%s %s is not from %s to %s", flag, d, shortestDelay, longestDelay)
	}
	return float64(d) / float64(time.Millisecond), nil
}

func percentOf(c *cli.Context, flag string) (float64, error) {
	if !c.IsSet(flag) {
		return 0, nil
	}
	percent, err := strconv.ParseFloat(strings.TrimSuffix(c.String(flag), "%"), 64)
	if err != nil || !(percent >= smallestPercent && percent <= 100) {
		return 0, cmdline.Usagef("--%s %q is not from 0.0001%% to 100%%", flag, c.String(flag))
	}
	return math.Round(percent*1e4) / 1e4, nil
}

var rateWords = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^([0-9.]+)(bit|kbit|mbit|gbit)$`)
})

// rateOf is the rate in whole bytes per second, as the kernel counts it, given in
// bits.
func rateOf(c *cli.Context) (float64, error) {
	if !c.IsSet("rate") {
		return 0, nil
	}
	words := rateWords().FindStringSubmatch(strings.ToLower(c.String("rate")))
	if words == nil {
		return 0, cmdline.Usagef("--rate %q is not like 64kbit, 1mbit or 2.5gbit", c.String("rate"))
	}
	number, err := strconv.ParseFloat(words[1], 64)
	rate := number * map[string]float64{"bit": 1, "kbit": 1e3, "mbit": 1e6, "gbit": 1e9}[words[2]]
	if err != nil || rate < lowestRate || rate > highestRate {
		return 0, cmdline.Usagef("--rate %q is not from 8kbit to 100gbit", c.String("rate"))
	}
	return math.Floor(rate/8) * 8, nil
}

// checkShape returns an error if the kernel lacks something for a shape, before
// anything is changed.
func checkShape(s links.Shape, lacks func(module string) bool) error {
	for _, module := range tc.Modules(s) {
		switch {
		case !lacks(module):
		case module == "sch_netem":
			return hints.With(fmt.Errorf("this kernel can't delay, reorder or corrupt what is sent: it has no sch_netem"),
				"%s\n--loss, --duplicate and --rate work without it", hints.NetemPackages)
		default:
			return fmt.Errorf("this kernel can't shape links like that: it has no %s", module)
		}
	}
	return nil
}
