package commands

import (
	"errors"
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"vagganet/commands/checks"
	"vagganet/commands/hints"
	"vagganet/commands/machine"
	"vagganet/commands/runstate"
	"vagganet/netcmd"
	"vagganet/netcmd/gateway"
)

// useGateway keeps the gateway from being removed until what it returns is
// closed: from before it is looked at. That there is none, or somebody else's,
// is for who looks to say.
func (a App) useGateway(c *cli.Context, g gateway.Gateway) (io.Closer, error) {
	if c.Bool("dry-run") || c.Bool("isolated") {
		return io.NopCloser(nil), nil
	}
	use, err := runstate.Use(g)
	switch {
	case errors.Is(err, runstate.ErrInUse):
		return nil, hints.With(fmt.Errorf("the gateway %s is being removed, or made anew", g.Interface), "try again in a moment")
	case err != nil:
		return io.NopCloser(nil), nil
	}
	return use, nil
}

// adoptNetwork gives a gateway that stands the network that it was made with,
// unless the user asks for another one, and as many ids as it has.
func adoptNetwork(c *cli.Context, g *gateway.Gateway, facts machine.Facts) error {
	note := facts.Gateway.Parts.Note
	if g.User = facts.User; note != nil {
		g.User.SubUIDs.Count = note.IDs
	}
	if note == nil || note.Network == g.Network {
		return nil
	}
	if c.IsSet("network") {
		return hints.With(fmt.Errorf("the gateway %s has network %s, not %s", g.Interface, note.Network, g.Network),
			"leave --network out, or make the gateway anew")
	}
	g.Network = note.Network
	return nil
}

// checkPlace returns an error if a run can't be where it is to be: in the gateway, or
// isolated.
func (a App) checkPlace(c *cli.Context, run netcmd.Run, facts machine.Facts) error {
	g := run.Gateway
	if own := a.Machine.Inside(g); own != nil {
		return fmt.Errorf("this is inside of run %s: there can't be a run in a run", own.Name)
	}
	if run.Isolated != nil {
		return checks.Isolated(run)
	}
	if c.Bool("dry-run") {
		return nil
	}
	err := checks.Gateway(g, facts)
	if err != nil && !facts.Gateway.Parts.Whole() {
		return hints.With(err, "%s\nor do without host and internet, and without root: vagganet run --isolated …", hints.For(err))
	}
	return err
}
