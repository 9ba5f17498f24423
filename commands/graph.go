package commands

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/graph"
	"vagganet/commands/groups"
	"vagganet/commands/hints"
	"vagganet/commands/terminal"
	"vagganet/netcmd/links"
	"vagganet/netcmd/live"
)

func (a App) graphVerb() *cli.Command {
	names := formatNames()
	return &cli.Command{
		Name:  "graph",
		Usage: "draw a run's nodes and links as they are now",
		Flags: []cli.Flag{runFlag(),
			&cli.StringFlag{Name: "format", Value: names[0], Usage: "draw by `FORMAT`: " + strings.Join(names, ", ")}},
		Action: a.orAsk(a.graph, "graph"),
	}
}

func (a App) graph(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	format, err := formatNamed(c.String("format"))
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
	network := graph.Network{Run: l.Run, View: groups.Of(groups.Live(now.Cuts, now.Shapes.Links())), Uplinks: map[string]links.How{}, Marks: a.nodeStates(l)}
	for _, u := range now.Cuts.Uplinks() {
		network.Uplinks[u.Guest] = u.How
	}
	_, err = fmt.Fprint(terminal.Out, format.Draw(network))
	return err
}

// nodeStates returns which nodes of a run are down or paused, by their names.
func (a App) nodeStates(l live.Run) map[string]string {
	states := map[string]string{}
	for _, n := range a.Machine.Nodes(l) {
		switch {
		case n.Down:
			states[n.Name] = graph.Down
		case n.Paused:
			states[n.Name] = graph.Paused
		}
	}
	return states
}

func formatNamed(name string) (graph.Format, error) {
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
