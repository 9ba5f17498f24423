package commands

import (
	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/config"
	"vagganet/netcmd"
	"vagganet/netcmd/addresses"
)

// guestNetwork is the option's, else the file's, else the /24 that all addresses of
// the file lie in, else the usual one.
func guestNetwork(c *cli.Context, file *config.File) (addresses.GuestNetwork, error) {
	if c.IsSet("guest-network") {
		network, err := addresses.ParseGuestNetwork(c.String("guest-network"))
		if err != nil {
			return network, cmdline.AsUsage(err)
		}
		return network, nil
	}
	if file != nil && file.GuestNetwork.IsValid() {
		return addresses.NewGuestNetwork(file.GuestNetwork)
	}
	if file != nil {
		if network := file.Network(); network.Bits() == 24 {
			return addresses.NewGuestNetwork(network)
		}
	}
	return addresses.DefaultGuestNetwork, nil
}

// guestNetwork6 is the guests' IPv6 network, if they are to have one.
func guestNetwork6(command *config.Command, file *config.File) addresses.GuestNetwork6 {
	switch {
	case command.NoIPv6:
		return addresses.GuestNetwork6{}
	case file != nil && file.GuestNetwork6.IsValid():
		return file.GuestNetwork6
	}
	return addresses.DefaultGuestNetwork6
}

// addIPv6 gives the guests their IPv6 addresses, where the kernel has IPv6, what
// cuts links sees it, and it fits through.
func addIPv6(run *netcmd.Run) {
	if !run.IPv6 || run.Gateway.Tools.Ebtables == nil || run.MTU > 0 && run.MTU < addresses.MinMTU6 {
		run.Network6 = addresses.GuestNetwork6{}
	}
	if !run.Network6.IsValid() {
		return
	}
	for i, g := range run.Guests {
		run.Guests[i].IP6 = run.Network6.Of(run.Network, g.IP)
	}
}
