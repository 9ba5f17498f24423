package commands

import (
	"encoding/json"
	"slices"

	"github.com/fatih/color"
	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/doctor"
	"vagganet/commands/project"
	"vagganet/commands/terminal"
)

func (a App) doctorVerb() *cli.Command {
	return &cli.Command{
		Name:   "doctor",
		Usage:  "check this machine for what runs need, and name cures",
		Flags:  []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print JSON"}},
		Action: a.doctor,
	}
}

func (a App) doctor(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	facts, err := a.doctorFacts(c)
	if err != nil {
		return err
	}
	report := doctor.Examine(facts)
	if c.Bool("json") {
		out := json.NewEncoder(terminal.Out.JSON())
		out.SetIndent("", "  ")
		out.SetEscapeHTML(false) // commands have "&&"
		err = out.Encode(report)
	} else {
		err = report.Write(terminal.Out.Raw(), !color.NoColor)
	}
	if err == nil && !report.OK {
		return cmdline.ExitCode(cmdline.ExitFailed)
	}
	return err
}

// doctorFacts looks at the machine, and then asks its tools.
func (a App) doctorFacts(c *cli.Context) (doctor.Facts, error) {
	g, err := a.gatewayToMake(c)
	if err != nil {
		return doctor.Facts{}, err
	}
	guests, err := project.GuestNetwork(c.String("guest-network"), nil)
	if err != nil {
		return doctor.Facts{}, err
	}
	f := doctor.Facts{Interface: g.Interface, Network: g.Network, GuestNetwork: guests,
		Brctl: g.Tools.Brctl, Iptables: g.Tools.Iptables.Last(), Ebtables: g.Tools.Ebtables != nil}
	facts := a.Machine.Facts(g)
	if g.Sudo, err = sudo(c, facts.User.UID); err != nil {
		return f, err
	}
	g.User = facts.User
	g.Host = facts.ForGateway(c.Bool("no-iptables"), c.Bool("no-host"))
	f.Sudo, f.Needed = g.Sudo, doctor.Needed(g)
	f.Survey = a.Machine.Survey(facts, slices.Concat(f.Needed, doctor.Tools(), g.Sudo[:min(1, len(g.Sudo))]))
	if note := facts.Gateway.Parts.Note; note != nil {
		g.Host.NoHost, g.Host.NoIptables = note.NoHost, note.NoIptables
	}
	g.Program, _ = a.Machine.Program()
	f.Reach = g.Reach()
	f.Ask(c.Context, g, newRunner(c).Trace)
	return f, nil
}
