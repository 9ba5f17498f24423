package commands

import (
	"path/filepath"
	"slices"
	"testing"

	"vagganet/commands/doctor"
	"vagganet/netcmd"
)

// A tool that a plan calls has a row of doctor's that tells its package.
func TestDoctorKnowsThePlansTools(t *testing.T) {
	for _, brctl := range []netcmd.Tool{{"busybox", "brctl"}, {"brctl"}, nil} {
		g := netcmd.Gateway{Interface: "vagga", Network: netcmd.DefaultNetwork, Tools: netcmd.Tools{
			IP: netcmd.Tool{"ip"}, Brctl: brctl, Iptables: netcmd.Tool{"iptables"},
			Sysctl: netcmd.Tool{"busybox", "sysctl"}, Hostname: netcmd.Tool{"hostname"},
		}, Host: netcmd.HostFacts{Modules: []string{"xt_physdev"}}}
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
