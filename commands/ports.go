package commands

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/urfave/cli/v2"

	"vagganet/commands/hints"
	"vagganet/commands/ports"
	"vagganet/commands/terminal"
	"vagganet/netcmd"
	"vagganet/netcmd/gateway"
)

// sweepPorts closes ports that runs left open which were killed, and says so.
func (a App) sweepPorts(c *cli.Context, g gateway.Gateway) error {
	if a.Machine.Inside(g) != nil {
		return nil // from in there, other runs' processes can't be seen
	}
	gone, err := ports.Sweep(c.Context, newRunner(c), g)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, line := range ports.Describe(gone) {
		terminal.Say(terminal.Err, "%s", line)
	}
	return err
}

// closePorts closes the ports of a run that has ended, in whatever way. By then
// the run's own rules are those of a run that is no more; others of that kind
// may be there, too.
func closePorts(c *cli.Context, run netcmd.Run, token string) {
	if !run.HasPorts() {
		return
	}
	gone, err := ports.Sweep(context.WithoutCancel(c.Context), newRunner(c), run.Gateway)
	if err != nil {
		hints.Report(terminal.Err, fmt.Errorf("the run's ports could not be closed: %w", err))
	}
	gone = slices.DeleteFunc(gone, func(f gateway.Forwarded) bool { return f.Token == token })
	for _, line := range ports.Describe(gone) {
		terminal.Say(terminal.Err, "%s", line)
	}
}
