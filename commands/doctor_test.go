package commands

import (
	"context"
	"flag"
	"path/filepath"
	"slices"
	"testing"

	"github.com/urfave/cli/v2"

	"vagganet/commands/doctor"
	"vagganet/commands/machine"
	"vagganet/netcmd"
)

// A tool that a plan calls has a row of doctor's that tells its package.
func TestDoctorKnowsThePlansTools(t *testing.T) {
	for _, brctl := range []netcmd.Tool{{"busybox", "brctl"}, {"brctl"}, nil} {
		tools := netcmd.UsualTools()
		tools.Brctl, tools.Sysctl = brctl, netcmd.Tool{"busybox", "sysctl"}
		g := netcmd.Gateway{Interface: "vagga", Network: netcmd.DefaultNetwork, Tools: tools,
			Host: netcmd.HostFacts{Modules: []string{"xt_physdev"}}}
		g.User = netcmd.User{UID: 1000, SubUIDs: netcmd.IDRange{First: 1, Count: 1}, SubGIDs: netcmd.IDRange{First: 1, Count: 1}, MapTools: true}
		needed := neededTools(g)
		for _, tool := range needed {
			if !slices.Contains(doctor.Tools(), filepath.Base(tool)) {
				t.Errorf("no row tells of %s", tool)
			}
		}
		for _, tool := range []string{"ip", "iptables", "iptables-restore", "mount", "nsenter", "newuidmap", "modprobe", "sh"} {
			if !slices.Contains(needed, tool) {
				t.Errorf("the plans don't call %s, they say: %q", tool, needed)
			}
		}
	}
}

// Where br_netfilter can't be had, create doesn't load it, and doctor wants no
// tool for that.
func TestDoctorWantsNoModprobeForNothing(t *testing.T) {
	c := cli.NewContext(nil, flag.NewFlagSet("doctor", flag.ContinueOnError), &cli.Context{Context: context.Background()})
	g := netcmd.Gateway{Interface: "vagga", Network: netcmd.DefaultNetwork, Tools: netcmd.UsualTools()}
	for _, none := range []bool{false, true} {
		g.Host = hostFacts(c, machine.Facts{NoBridgeFilter: none})
		if slices.Contains(neededTools(g), "modprobe") == none {
			t.Errorf("modprobe is needed: %v, though br_netfilter can't be had: %v", !none, none)
		}
	}
}
