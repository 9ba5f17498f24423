package commands

import (
	"fmt"
	"os"
	"strings"

	"github.com/google/shlex"
	"github.com/urfave/cli/v2"

	"vagganet/netcmd"
)

func globalFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "file", EnvVars: []string{"VAGGANET_FILE"}, DefaultText: "vagga.yaml here or in a folder above",
			Usage: "the config `FILE`"},
		&cli.StringFlag{Name: "interface", EnvVars: []string{"VAGGANET_INTERFACE"}, Value: "vagga",
			Usage: "the host's device: one gateway for each `NAME`, one user for each gateway"},
		&cli.StringFlag{Name: "network", EnvVars: []string{"VAGGANET_NETWORK"}, Value: netcmd.DefaultNetwork.String(),
			Usage: "the /16 that host and gateway addresses come from, as `CIDR`"},
		&cli.StringFlag{Name: "guest-network", EnvVars: []string{"VAGGANET_GUEST_NETWORK"}, DefaultText: netcmd.DefaultGuestNetwork.String(),
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
		Usage: "the `RUN`, if there is more than one"}
}

// gateway is the gateway that the flags tell of, without facts.
func (a App) gateway(c *cli.Context) (netcmd.Gateway, error) {
	g := netcmd.Gateway{Interface: c.String("interface")}
	if err := netcmd.CheckInterface(g.Interface); err != nil {
		return g, usageError{err}
	}
	var err error
	if g.Network, err = netcmd.ParseNetwork(c.String("network")); err != nil {
		return g, usageError{err}
	}
	if c.IsSet("guest-network") {
		if _, err := netcmd.ParseGuestNetwork(c.String("guest-network")); err != nil {
			return g, usageError{err}
		}
	}
	g.Tools, err = a.tools()
	return g, err
}

// sudo is how to become root: not at all for root.
func sudo(c *cli.Context, uid int) ([]string, error) {
	if uid == 0 {
		return nil, nil
	}
	words, err := shlex.Split(c.String("sudo"))
	if err != nil || len(words) == 0 {
		return nil, usageError{fmt.Errorf("--sudo %q is no command", c.String("sudo"))}
	}
	return words, nil
}

// tools names the host's tools: as the settings have them, else by the first
// name that is there.
func (a App) tools() (netcmd.Tools, error) {
	var tools netcmd.Tools
	for _, t := range []struct {
		tool    *netcmd.Tool
		name    string
		choices []string
	}{
		{&tools.IP, "ip", nil},
		{&tools.Iptables, "iptables", nil},
		{&tools.Sysctl, "sysctl", []string{"sysctl", "busybox sysctl"}},
		// The other hostname refuses names with an underscore.
		{&tools.Hostname, "hostname", []string{"busybox hostname", "hostname"}},
		{&tools.Nsenter, "nsenter", nil},
		{&tools.Brctl, "brctl", []string{"busybox brctl", "brctl"}},
	} {
		var err error
		if *t.tool, err = a.tool(t.name, append(t.choices, t.name)); err != nil {
			return tools, err
		}
	}
	a.standIns(&tools)
	if !a.Machine.Has(tools.Brctl[0]) {
		tools.Brctl = nil // ip makes the bridge
	}
	return tools, nil
}

// tool is the one that the settings name, or else the first one that is there,
// or else the last one.
func (a App) tool(name string, choices []string) (netcmd.Tool, error) {
	variable := settingVariable(name)
	if set := os.Getenv(variable); set != "" {
		words, err := shlex.Split(set)
		if err != nil || len(words) == 0 {
			return nil, usagef("%s=%q is no command", variable, set)
		}
		return words, nil
	}
	var words []string
	for _, choice := range choices {
		if words = strings.Fields(choice); a.Machine.Has(words[0]) {
			break
		}
	}
	return words, nil
}
