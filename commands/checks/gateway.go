// Package checks returns why a gateway, or a run, can't be as it is asked for: errors with
// their cures.
package checks

import (
	"errors"
	"fmt"
	"os/user"
	"strconv"
	"strings"

	"vagganet/commands/hints"
	"vagganet/commands/machine"
	"vagganet/netcmd"
	"vagganet/netcmd/addresses"
	"vagganet/netcmd/gateway"
)

// Gateway returns why a run can't use the gateway.
func Gateway(g gateway.Gateway, facts machine.Facts) error {
	found := facts.Gateway
	switch {
	case found.Foreign != "":
		return errors.New(found.Foreign)
	case !found.Parts.Any():
		return NoGateway(g)
	case !found.Parts.Whole():
		return hints.With(fmt.Errorf("the gateway %s is half there", g.Interface),
			"make it anew by: vagganet%s create", InterfaceOption(g))
	}
	return Owner(g, facts)
}

// Owner returns whose gateway it is, as an error, if it is not the user's.
func Owner(g gateway.Gateway, facts machine.Facts) error {
	if owner := facts.Gateway.Owner; owner >= 0 && owner != facts.User.UID {
		return OthersGateway(g, owner)
	}
	return nil
}

// NoGateway returns the error that there is none.
func NoGateway(g gateway.Gateway) error {
	return hints.With(fmt.Errorf("there is no gateway %s", g.Interface), "make it by: vagganet%s create", InterfaceOption(g))
}

// OthersGateway returns the error that it belongs to another user.
func OthersGateway(g gateway.Gateway, owner int) error {
	name := "user " + strconv.Itoa(owner)
	if u, err := user.LookupId(strconv.Itoa(owner)); err == nil {
		name = u.Username
	}
	err := fmt.Errorf("the gateway %s belongs to %s", g.Interface, name)
	const own = "make one of your own by: vagganet --interface NAME --network 10.123.0.0/16 create"
	if owner == 0 {
		return hints.With(err, "it was made by root; make it as yourself, without sudo in front (vagganet calls sudo where it must):\n"+
			"sudo vagganet%s destroy; vagganet%s create", InterfaceOption(g), InterfaceOption(g))
	}
	return hints.With(err, own)
}

// Isolated returns why a run can't be without a gateway.
func Isolated(run netcmd.Run) error {
	if run.Isolated.RunDir == "" {
		return hints.With(fmt.Errorf("an isolated run needs an empty folder to mount its own on, but there is none"),
			"make one of these: %s", strings.Join(netcmd.IsolatedRunDirs, " "))
	}
	if run.Isolated.RunsDir == "" {
		dirs := machine.IsolatedRunsDirs(run.Gateway)
		return hints.With(fmt.Errorf("an isolated run needs a folder to be found in, but %s can't be made, or isn't yours alone", dirs[len(dirs)-1]),
			"have XDG_RUNTIME_DIR name a folder that only you can write to")
	}
	return nil
}

// InTheWay returns an error if the host has a route to addresses that it would see of a
// gateway.
func InTheWay(g gateway.Gateway, routes []machine.Route) error {
	r, taken := machine.Overlapping(routes, g.Interface, g.Network.HostLink(), g.Network.SlotRange())
	if !taken {
		return nil
	}
	return hints.With(fmt.Errorf("network %s is in use on this host: device %s has %s", g.Network, r.Device, r.Prefix),
		"choose a /16 that is free, such as: vagganet%s --network 10.123.0.0/16 create", InterfaceOption(g))
}

// InterfaceOption is what must be added to a command line in a hint, where the
// gateway isn't the usual one.
func InterfaceOption(g gateway.Gateway) string {
	if g.Interface == addresses.UsualInterface {
		return ""
	}
	return " --interface " + g.Interface
}

// Resolver returns that guests will find no name, and why: the host's own
// resolver is one that this gateway leads nobody to.
func Resolver(g gateway.Gateway, facts machine.Facts) error {
	local, note := facts.Resolver.Local(), facts.Gateway.Parts.Note
	if !local.IsValid() || note == nil || local == note.Resolver {
		return nil
	}
	err := fmt.Errorf("guests can't look names up: the host's resolver is %s, and the gateway does not lead to it", local)
	if note.NoIptables {
		return hints.With(err, "it was made with --no-iptables")
	}
	return hints.With(err, "make the gateway again: vagganet%s destroy; vagganet%s create", InterfaceOption(g), InterfaceOption(g))
}
