package commands

import (
	"os"

	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/inner"
	"vagganet/commands/settings"
	"vagganet/netcmd/addresses"
	"vagganet/netcmd/gateway"
	"vagganet/netcmd/plan"
)

func globalFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "file", EnvVars: []string{"VAGGANET_FILE"}, DefaultText: "vagga.yaml here or in a folder above",
			Usage: "the config `FILE`"},
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
		Usage: "the `RUN`, if there is more than one"}
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
	g.Tools, err = a.tools()
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

// tools names the host's tools: as the settings have them, else by the first
// name that is there.
func (a App) tools() (plan.Tools, error) {
	tools := plan.UsualTools()
	// The other hostname refuses names with an underscore.
	tools.Hostname = a.firstOf(plan.Tool{"busybox", "hostname"}, tools.Hostname)
	tools.Brctl = a.firstOf(plan.Tool{"busybox", "brctl"}, tools.Brctl)
	tools.Sysctl = a.firstOf(tools.Sysctl, plan.Tool{"busybox", "sysctl"})
	for name, tool := range map[string]*plan.Tool{
		"ip": &tools.IP, "iptables": &tools.Iptables, "ebtables": &tools.Ebtables, "brctl": &tools.Brctl, "sysctl": &tools.Sysctl,
		"hostname": &tools.Hostname, "nsenter": &tools.Nsenter, "unshare": &tools.Unshare,
		"mount": &tools.Mount, "umount": &tools.Umount, "setpriv": &tools.Setpriv, "modprobe": &tools.Modprobe,
		"newuidmap": &tools.Newuidmap, "newgidmap": &tools.Newgidmap,
		"tc": &tools.TC, "dumpcap": &tools.Dumpcap, "tcpdump": &tools.Tcpdump,
	} {
		set := os.Getenv(settings.Variable(name))
		if set == "" {
			continue
		}
		words, ok := settings.SplitCommand(set)
		if !ok {
			return tools, cmdline.Usagef("%s=%q is no command", settings.Variable(name), set)
		}
		*tool = words
	}
	program, _ := a.Machine.Program()
	inner.UseStandIns(&tools, a.Machine.Has, program)
	if set := os.Getenv(settings.Variable("brctl")); set == "ip" || set == "" && !a.Machine.Has(tools.Brctl[0]) {
		tools.Brctl = nil // ip makes the bridge
	}
	if set := os.Getenv(settings.Variable("ebtables")); set == "none" || set == "" && !a.Machine.CanCut(tools.Ebtables) {
		tools.Ebtables = nil // iptables cuts
	}
	return tools, nil
}

// firstOf is the first tool that is there, or else the last one.
func (a App) firstOf(tools ...plan.Tool) plan.Tool {
	for _, tool := range tools {
		if a.Machine.Has(tool[0]) {
			return tool
		}
	}
	return tools[len(tools)-1]
}
