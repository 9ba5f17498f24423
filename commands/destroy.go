package commands

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/urfave/cli/v2"

	"vagganet/commands/checks"
	"vagganet/commands/hints"
	"vagganet/commands/runstate"
	"vagganet/commands/terminal"
	"vagganet/netcmd/gateway"
)

func (a App) destroyVerb() *cli.Command {
	return &cli.Command{
		Name:    "destroy",
		Aliases: []string{"_destroy_netns"},
		Usage:   "remove the gateway (with sudo)",
		Flags: []cli.Flag{
			ownerFlag("only if it is the gateway of `USER`: for root, who may remove all others', too"),
			dryRunFlag(),
		},
		Action: a.destroy,
	}
}

func (a App) destroy(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	making, err := a.makingAlone(c)
	if err != nil {
		return err
	}
	defer making.Close()
	g, facts, err := a.hostGateway(c)
	if err != nil {
		return err
	}
	if !facts.Gateway.Parts.Any() {
		terminal.Say(terminal.Err, "there is no gateway %s: nothing is to be removed", g.Interface)
		return a.apply(c, title(c, "there is no gateway "+g.Interface), nil)
	}
	if err := checks.Owner(g, facts); err != nil && (facts.User.UID != 0 || c.IsSet("owner")) {
		return err
	}
	retired, err := a.retire(c, g)
	if err != nil {
		return err
	}
	defer retired.Close()
	return a.apply(c, title(c, "remove the gateway "+g.Interface), g.AsRoot(g.Destroy()))
}

// retire returns an error if runs use a gateway that is to be removed, and keeps others
// from starting until what it returns is closed. One that was half made may have
// no place for runs yet.
func (a App) retire(c *cli.Context, g gateway.Gateway) (io.Closer, error) {
	if err := a.checkUnused(g); err != nil || c.Bool("dry-run") {
		return io.NopCloser(nil), err
	}
	retired, err := runstate.Retire(g)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return io.NopCloser(nil), nil
	case errors.Is(err, runstate.ErrInUse):
		return nil, hints.With(fmt.Errorf("a run is starting on the gateway %s", g.Interface), "try again in a moment")
	}
	return retired, err
}

// checkUnused returns an error if runs use a gateway.
func (a App) checkUnused(g gateway.Gateway) error {
	runs, err := a.Machine.Runs(g)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	var names []string
	for _, r := range runs {
		if !r.Isolated {
			names = append(names, r.Name)
		}
	}
	if names == nil {
		return nil
	}
	return hints.With(fmt.Errorf("the gateway %s is in use by: %s", g.Interface, strings.Join(names, ", ")),
		"end these runs first")
}
