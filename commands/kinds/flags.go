package kinds

import (
	"os"
	"time"

	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/faults"
	"vagganet/commands/supervisor"
	"vagganet/netcmd/links"
)

func howFlag() cli.Flag {
	return &cli.StringFlag{Name: "how", Value: links.Drop.String(),
		Usage: "the `WAY` to cut: drop packets, reject them with an answer, or drop only what is new and opens a connection"}
}

func oneWayFlag() cli.Flag {
	return &cli.BoolFlag{Name: "one-way", Usage: "cut only what the nodes send, or what clusters send to those named after them"}
}

// SeedFlag is the option by which nodes are drawn.
func SeedFlag() cli.Flag { return seedFlag() }

func seedFlag() cli.Flag {
	return &cli.Uint64Flag{Name: "seed", DefaultText: "another one each time", Usage: "draw the nodes by `NUMBER`; the same one draws the same nodes"}
}

func forFlag() cli.Flag {
	return &cli.DurationFlag{Name: "for", DefaultText: "until another command",
		Usage: "heal it after `HOW-LONG`, such as 2s or 500ms, also if this command is killed"}
}

// duration is what --for says; 0 if it isn't there.
func duration(c *cli.Context) (time.Duration, error) {
	d := c.Duration("for")
	if c.IsSet("for") && d < time.Millisecond {
		return 0, cmdline.Usagef("--for %v is less than 1ms", d)
	}
	return d, nil
}

// By returns who has called a verb, as the run's events have it.
func By() string {
	if os.Getenv(supervisor.TimelineVariable) != "" {
		return faults.ByTimeline
	}
	return faults.ByCommand
}
