package commands

import (
	"errors"
	"fmt"
	"io"
	"os/user"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"vagganet/commands/hints"
	"vagganet/commands/machine"
	"vagganet/commands/runstate"
	"vagganet/netcmd"
	"vagganet/netcmd/gateway"
)

// useGateway keeps the gateway from being removed until what it returns is
// closed: from before it is looked at. That there is none, or somebody else's,
// is for who looks to say.
func (a App) useGateway(c *cli.Context) (io.Closer, error) {
	g, err := a.gateway(c)
	if err != nil || c.Bool("dry-run") || c.Bool("isolated") {
		return io.NopCloser(nil), err
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
// unless the user asks for another one.
func adoptNetwork(c *cli.Context, g *gateway.Gateway, facts machine.Facts) error {
	note := facts.Gateway.Parts.Note
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

// checkPlace says why a run can't be where it is to be: in the gateway, or
// isolated.
func (a App) checkPlace(c *cli.Context, run netcmd.Run, facts machine.Facts) error {
	g := run.Gateway
	if own := a.Machine.Inside(g); own != nil {
		return fmt.Errorf("this is inside of run %s: there can't be a run in a run", own.Name)
	}
	if g.Isolated != nil {
		return checkIsolated(run)
	}
	if c.Bool("dry-run") {
		return nil
	}
	err := checkGateway(g, facts)
	if err != nil && !facts.Gateway.Parts.Whole() {
		return hints.With(err, "%s\nor do without host and internet, and without root: vagganet run --isolated …", hints.For(err))
	}
	return err
}

func checkIsolated(run netcmd.Run) error {
	g := run.Gateway
	for _, child := range run.Children {
		if child.UserID != 0 && g.Isolated.OwnUser {
			return hints.With(fmt.Errorf("%s has user-id %d, but an isolated run has no other user than you", child.Name, child.UserID),
				"run it with a gateway, which has your subordinate ids, or as root")
		}
	}
	if g.Isolated.RunDir == "" {
		return hints.With(fmt.Errorf("an isolated run needs an empty folder to mount its own on, but there is none"),
			"make one of these: %s", strings.Join(gateway.IsolatedRunDirs, " "))
	}
	if g.Isolated.RunsDir == "" {
		dirs := machine.IsolatedRunsDirs(g)
		return hints.With(fmt.Errorf("an isolated run needs a folder to be found in, but %s can't be made, or isn't yours alone", dirs[len(dirs)-1]),
			"have XDG_RUNTIME_DIR name a folder that only you can write to")
	}
	return nil
}

// checkGateway says why a run can't use the gateway.
func checkGateway(g gateway.Gateway, facts machine.Facts) error {
	found := facts.Gateway
	switch {
	case found.Foreign != "":
		return errors.New(found.Foreign)
	case !found.Parts.Any():
		return noGateway(g)
	case !found.Parts.Whole():
		return hints.With(fmt.Errorf("the gateway %s is half there", g.Interface),
			"make it anew by: vagganet%s create", interfaceOption(g))
	}
	return checkOwner(g, facts)
}

// checkOwner says whose gateway it is, if it is not the user's.
func checkOwner(g gateway.Gateway, facts machine.Facts) error {
	if owner := facts.Gateway.Owner; owner >= 0 && owner != facts.User.UID {
		return othersGateway(g, owner)
	}
	return nil
}

func noGateway(g gateway.Gateway) error {
	return hints.With(fmt.Errorf("there is no gateway %s", g.Interface), "make it by: vagganet%s create", interfaceOption(g))
}

func othersGateway(g gateway.Gateway, owner int) error {
	name := "user " + strconv.Itoa(owner)
	if u, err := user.LookupId(strconv.Itoa(owner)); err == nil {
		name = u.Username
	}
	err := fmt.Errorf("the gateway %s belongs to %s", g.Interface, name)
	const own = "make one of your own by: vagganet --interface NAME --network 10.123.0.0/16 create"
	if owner == 0 {
		return hints.With(err, "it was made by root; make it as yourself, without sudo in front (vagganet calls sudo where it must):\n"+
			"sudo vagganet%s destroy; vagganet%s create", interfaceOption(g), interfaceOption(g))
	}
	return hints.With(err, own)
}
