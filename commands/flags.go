package commands

import (
	"os"

	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/settings"
	"vagganet/netcmd/addresses"
	"vagganet/netcmd/gateway"
)

func globalFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "file", EnvVars: []string{"VAGGANET_FILE"}, DefaultText: "vagga.yaml here or in a folder above",
			Usage: "read commands from `FILE`"},
		&cli.StringFlag{Name: "interface", EnvVars: []string{"VAGGANET_INTERFACE"}, Value: addresses.UsualInterface,
			Usage: "the host's device: one gateway for each `NAME`, one user for each gateway"},
		&cli.StringFlag{Name: "network", EnvVars: []string{"VAGGANET_NETWORK"}, Value: addresses.DefaultNetwork.String(),
			Usage: "the /16 that host and gateway addresses come from, as `CIDR`"},
		&cli.StringFlag{Name: "guest-network", EnvVars: []string{"VAGGANET_GUEST_NETWORK"}, DefaultText: addresses.DefaultGuestNetwork.String(),
			Usage: "the guests' network as `CIDR`, /24 to /17"},
		&cli.StringFlag{Name: "sudo", EnvVars: []string{"VAGGANET_SUDO"}, Value: "sudo",
			Usage: "how to become root, as `WORDS`: \"sudo -n\", \"doas\""},
		&cli.BoolFlag{Name: "trace", Aliases: []string{"x"}, EnvVars: []string{"VAGGANET_TRACE"},
			Usage: "write each command line to stderr as it is run"},
	}
}

func dryRunFlag() cli.Flag {
	return &cli.BoolFlag{Name: "dry-run", Usage: "print a shell script that does the same, and do nothing"}
}

func runFlag() cli.Flag {
	return &cli.StringFlag{Name: "run", EnvVars: []string{"VAGGANET_RUN"},
		Usage: "the name of the `RUN`, if more than one is up"}
}

// gateway is the gateway that the flags tell of, without facts.
func (a App) gateway(c *cli.Context) (gateway.Gateway, error) {
	g := gateway.Gateway{Interface: c.String("interface")}
	if err := addresses.CheckInterface(g.Interface); err != nil {
		return g, cmdline.AsUsage(err)
	}
	var err error
	if g.Network, err = addresses.ParseNetwork(c.String("network")); err != nil {
		return g, cmdline.AsUsage(err)
	}
	if c.IsSet("guest-network") {
		if _, err := addresses.ParseGuestNetwork(c.String("guest-network")); err != nil {
			return g, cmdline.AsUsage(err)
		}
	}
	g.Tools, err = settings.Tools(a.Machine)
	return g, err
}

// gatewayToMake is the same for who makes something there. It is asked only then
// whether the kernel has use for ebtables: that may take reading its configuration.
func (a App) gatewayToMake(c *cli.Context) (gateway.Gateway, error) {
	g, err := a.gateway(c)
	if os.Getenv(settings.Variable("ebtables")) == "" && g.Tools.Ebtables != nil && a.Machine.Lacks("nf_tables") {
		g.Tools.Ebtables = nil
	}
	return g, err
}

// sudo is how to become root: not at all for root.
func sudo(c *cli.Context, uid int) ([]string, error) {
	if uid == 0 {
		return nil, nil
	}
	words, ok := settings.SplitCommand(c.String("sudo"))
	if !ok {
		return nil, cmdline.Usagef("--sudo %q is no command", c.String("sudo"))
	}
	return words, settings.MakeAbsolute(words)
}
