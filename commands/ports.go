package commands

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/urfave/cli/v2"

	"vagganet/commands/hints"
	"vagganet/commands/machine"
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

// withoutPorts leaves an isolated run's ports out, and says so: there is no
// gateway that they could be ports of.
func withoutPorts(run *netcmd.Run) {
	if !run.HasPorts() {
		return
	}
	for i := range run.Guests {
		run.Guests[i].Ports = nil
	}
	terminal.Say(terminal.Err, "an isolated run has no gateway, so its ports can't be reached from the host")
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

// warnOfResolver says that guests will find no name, and why: the host's own
// resolver is one that this gateway leads nobody to.
func warnOfResolver(g gateway.Gateway, facts machine.Facts) {
	local, note := facts.Resolver.Local(), facts.Gateway.Parts.Note
	if !local.IsValid() || note == nil || local == note.Resolver {
		return
	}
	err := fmt.Errorf("guests can't look names up: the host's resolver is %s, and the gateway does not lead to it", local)
	if note.NoIptables {
		hints.Report(terminal.Err, hints.With(err, "it was made with --no-iptables"))
		return
	}
	hints.Report(terminal.Err, hints.With(err, "make the gateway again: vagganet%s destroy; vagganet%s create", interfaceOption(g), interfaceOption(g)))
}
