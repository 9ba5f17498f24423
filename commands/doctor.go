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
		Name:  "doctor",
		Usage: "say what of this machine stands in the way, and what helps",
		Description: "Looks at tools, rights, kernel, network, limits and gateway. It changes nothing\n" +
			"and asks for no password. The exit code is 1 if something needed is missing.\n\n" +
			"--json prints an object with these fields:\n\n" +
			"  ok        whether nothing is missing\n" +
			"  missing   how many rows say \"missing\"\n" +
			"  warnings  how many rows say \"warning\"\n" +
			"  rows      what was looked at, each with\n" +
			"    section   tools, rights, kernel, network, limits or gateway\n" +
			"    name      of the row in its section; stays the same\n" +
			"    state     ok, warning (something won't work) or missing (nothing will)\n" +
			"    what      what was found\n" +
			"    why       why it matters; empty if ok\n" +
			"    command   the command line that cures it; empty if there is none\n" +
			"    advice    what else to do or to know for the cure; may be empty\n" +
			"  facts     what the rows were made from, for reports of bugs; may change",
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
