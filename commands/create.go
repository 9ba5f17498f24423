package commands

import (
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"vagganet/commands/checks"
	"vagganet/commands/cmdline"
	"vagganet/commands/hints"
	"vagganet/commands/machine"
	"vagganet/commands/runstate"
	"vagganet/commands/terminal"
	"vagganet/netcmd/gateway"
	"vagganet/netcmd/plan"
)

func (a App) createVerb() *cli.Command {
	return &cli.Command{
		Name:    "create",
		Aliases: []string{"_create_netns"},
		Usage:   "make the gateway (with sudo, once a boot)",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "no-iptables", EnvVars: []string{"VAGGANET_NO_IPTABLES"},
				Usage: "leave the host's firewall alone: no internet for guests, unless by rules of your own"},
			&cli.BoolFlag{Name: "no-host", EnvVars: []string{"VAGGANET_NO_HOST"},
				Usage: "keep guests off this host's own addresses, by a rule of its firewall"},
			ownerFlag("make it for `USER`, who owns it then as if he had made it: for root only"),
			dryRunFlag(),
		},
		Action: a.create,
	}
}

func (a App) create(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	if c.Bool("no-host") && c.Bool("no-iptables") {
		return hints.With(cmdline.Usagef("--no-host is a rule of the host's firewall, which --no-iptables leaves alone"), "leave one of the two out")
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
	if err := checks.Owner(g, facts); err != nil {
		return err
	}
	if facts.Gateway.Parts.Whole() {
		return hints.With(fmt.Errorf("there is a gateway %s already", g.Interface),
			"use it, or remove it by: vagganet destroy%s", checks.InterfaceOption(g))
	}
	if err := checks.InTheWay(g, a.Machine.Routes()); err != nil {
		return err
	}
	if facts.NoBridgeFilter && g.Tools.Ebtables == nil {
		terminal.Say(terminal.Err, "neither ebtables nor br_netfilter is installed: links can't be cut until one of them is")
	}
	var p plan.Plan
	if found := facts.Gateway.Parts; found.Any() {
		retired, err := a.retire(c, g)
		if err != nil {
			return err
		}
		defer retired.Close()
		terminal.Say(terminal.Err, "removing what is left of a gateway %s that was half made", g.Interface)
		p = g.Destroy()
		g.Host.Forwarding = g.Host.Forwarding && !found.Forwarding
		if found.Neighbours {
			g.Host.Neighbours = g.Host.NeighboursBefore
		}
	}
	g.Program, _ = a.Machine.Program()
	r := newRunner(c)
	err = a.applyBy(c, title(c, "make the gateway "+g.Interface), g.AsRoot(append(p, g.Create()...)), r.Run)
	if err == nil && !c.Bool("dry-run") && terminal.Err.IsTerminal() {
		terminal.Say(terminal.Err, "the gateway %s is up: this host is %s, and guests' ports are at %s", g.Interface, g.Network.Host(), g.Network.Gateway())
	}
	fmt.Fprint(terminal.Err, r.Said)
	return err
}

// makingAlone waits until nobody else makes or removes the gateway, and keeps
// others waiting until what it returns is closed.
func (a App) makingAlone(c *cli.Context) (io.Closer, error) {
	g, err := a.gateway(c)
	if err != nil || c.Bool("dry-run") {
		return io.NopCloser(nil), err
	}
	return runstate.Making(c.Context, g, func(who string) {
		terminal.Say(terminal.Err, "waiting for %s, which makes or removes a gateway %s", who, g.Interface)
	})
}

// hostGateway is the gateway with the facts for making and removing it.
func (a App) hostGateway(c *cli.Context) (gateway.Gateway, machine.Facts, error) {
	g, err := a.gatewayToMake(c)
	if err != nil {
		return g, machine.Facts{}, err
	}
	if own := a.Machine.Inside(g); own != nil {
		return g, machine.Facts{}, fmt.Errorf("this is inside of run %s: gateways are made and removed from outside", own.Name)
	}
	facts := a.Machine.Facts(g)
	if g.Sudo, err = sudo(c, facts.User.UID); err != nil {
		return g, facts, err
	}
	if facts.User, g.ForOther, err = a.owner(c, facts.User); err != nil {
		return g, facts, err
	}
	g.User = facts.User
	g.Host = facts.ForGateway(c.Bool("no-iptables"), c.Bool("no-host"))
	if facts.Gateway.Foreign != "" {
		return g, facts, hints.With(fmt.Errorf("%s", facts.Gateway.Foreign),
			"remove it if nobody needs it, or choose another name by --interface NAME")
	}
	return g, facts, nil
}

// ownerFlag names the user whose gateway is meant, for root. There is no variable of
// the environment for it, nor a setting.
func ownerFlag(usage string) cli.Flag { return &cli.StringFlag{Name: "owner", Usage: usage} }

// owner is the user whose gateway is meant, and whether that is not the caller.
func (a App) owner(c *cli.Context, caller gateway.User) (owner gateway.User, other bool, err error) {
	if !c.IsSet("owner") {
		return caller, false, nil
	}
	owner, err = a.Machine.User(c.String("owner"))
	switch {
	case err != nil:
		return owner, false, cmdline.AsUsage(err)
	case owner.UID == caller.UID:
		return caller, false, nil
	case caller.UID != 0:
		return owner, false, fmt.Errorf("only root makes and removes gateways of other users")
	}
	return owner, true, nil
}

func noArguments(c *cli.Context) error {
	if c.Args().Present() {
		return cmdline.Usagef("%s takes no argument, but got %q", c.Command.Name, c.Args().First())
	}
	return nil
}

// title heads a printed script.
func title(c *cli.Context, what string) string {
	line, _, _ := strings.Cut(what, "\n")
	return fmt.Sprintf("vagganet %s: %s", c.Command.Name, line)
}
