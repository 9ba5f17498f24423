package project

import (
	"fmt"

	"vagganet/commands/cmdline"
	"vagganet/commands/config"
	"vagganet/commands/terminal"
	"vagganet/netcmd"
	"vagganet/netcmd/addresses"
)

// GuestNetwork is the option's, where there is one, else the file's, else the /24 that
// all addresses of the file lie in, else the usual one.
func GuestNetwork(option string, file *config.File) (addresses.GuestNetwork, error) {
	if option != "" {
		network, err := addresses.ParseGuestNetwork(option)
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

// GuestNetwork6 is the guests' IPv6 network, if they are to have one.
func GuestNetwork6(command *config.Command, file *config.File) addresses.GuestNetwork6 {
	switch {
	case command.NoIPv6:
		return addresses.GuestNetwork6{}
	case file != nil && file.GuestNetwork6.IsValid():
		return file.GuestNetwork6
	}
	return addresses.DefaultGuestNetwork6
}

// AddIPv6 gives the guests their IPv6 addresses, where the kernel has IPv6, what
// cuts links sees it, and it fits through. It returns why they can't have any; empty if
// they can, or are to have none.
func AddIPv6(run *netcmd.Run) (why string) {
	if !run.Network6.IsValid() {
		return ""
	}
	switch {
	case !run.IPv6:
		why = "this kernel has none"
	case run.Gateway.Tools.Ebtables == nil:
		why = "links are cut by iptables, without ebtables"
	case run.MTU > 0 && run.MTU < addresses.MinMTU6:
		why = fmt.Sprintf("mtu %d is less than %d", run.MTU, addresses.MinMTU6)
	}
	if why != "" {
		run.Network6 = addresses.GuestNetwork6{}
		return why
	}
	for i, g := range run.Guests {
		run.Guests[i].IP6 = run.Network6.Of(run.Network, g.IP)
	}
	return ""
}

// WithoutPorts leaves an isolated run's ports out, and says so: there is no
// gateway that they could be ports of.
func WithoutPorts(run *netcmd.Run) {
	if !run.HasPorts() {
		return
	}
	for i := range run.Guests {
		run.Guests[i].Ports = nil
	}
	terminal.Say(terminal.Err, "an isolated run has no gateway, so its ports can't be reached from the host")
}
