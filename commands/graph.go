package commands

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/graph"
	"vagganet/commands/hints"
	"vagganet/commands/terminal"
	"vagganet/netcmd/live"
)

func (a App) graphVerb() *cli.Command {
	names := formatNames()
	return &cli.Command{
		Name:  "graph",
		Usage: "draw a run's nodes and links as they are, or as they were",
		Flags: []cli.Flag{runFlag(),
			&cli.StringFlag{Name: "format", Value: names[0], Usage: "draw by `FORMAT`: " + strings.Join(names, ", ")},
			&cli.StringFlag{Name: "at", Usage: "draw what events say: those of `FILE@TIME`, such as events.jsonl@12.5s"}},
		Action: a.graphHere,
	}
}

// graphHere draws of a file without asking a run, also where only the run can do what else
// there is.
func (a App) graphHere(c *cli.Context) error {
	if c.IsSet("at") {
		return a.graphAt(c)
	}
	return a.orAsk(a.graph, "graph")(c)
}

func (a App) graph(c *cli.Context) error {
	format, err := formatOf(c)
	if err != nil {
		return err
	}
	l, err := a.liveRun(c)
	if err != nil {
		return err
	}
	now, err := a.readFaults(c, l)
	if err != nil {
		return err
	}
	network := graph.Live(l.Run, now.Cuts, now.Shapes.Links())
	network.Marks = a.nodeMarks(l)
	_, err = fmt.Fprint(terminal.Out, format.Draw(network))
	return err
}

// nodeMarks returns which nodes of a run are down or paused, by their names.
func (a App) nodeMarks(l live.Run) map[string]string {
	marks := map[string]string{}
	for _, n := range a.Machine.Nodes(l) {
		switch {
		case n.Down:
			marks[n.Name] = graph.Down
		case n.Paused:
			marks[n.Name] = graph.Paused
		}
	}
	return marks
}

// formatOf returns the format that is asked for by a command line.
func formatOf(c *cli.Context) (graph.Format, error) {
	if err := noArguments(c); err != nil {
		return graph.Format{}, err
	}
	name := c.String("format")
	for _, f := range graph.Formats {
		if f.Name == name {
			return f, nil
		}
	}
	return graph.Format{}, hints.With(cmdline.Usagef("there is no --format %q", name), "there are: %s", strings.Join(formatNames(), ", "))
}

func formatNames() []string {
	var names []string
	for _, f := range graph.Formats {
		names = append(names, f.Name)
	}
	return names
}
