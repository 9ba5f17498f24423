package commands

import (
	"path/filepath"
	"slices"
	"testing"

	"vagganet/commands/doctor"
	"vagganet/commands/machine"
	"vagganet/netcmd/addresses"
	"vagganet/netcmd/gateway"
	"vagganet/netcmd/plan"
)

// A tool that a plan calls has a row of doctor's that names its package, and no
// row is about a tool that no plan calls.
func TestDoctorKnowsThePlansTools(t *testing.T) {
	called := map[string]bool{}
	for _, brctl := range []plan.Tool{{"busybox", "brctl"}, {"brctl"}, nil} {
		for _, uid := range []int{0, 1000} {
			tools := plan.UsualTools()
			tools.Brctl = brctl
			g := gateway.Gateway{Interface: "vagga", Network: addresses.DefaultNetwork, Tools: tools, Sudo: []string{"sudo"},
				Host: gateway.HostFacts{Modules: []string{"xt_physdev"}, Restricted: true}}
			g.User = gateway.User{UID: uid, SubUIDs: gateway.IDRange{First: 1, Count: 1}, SubGIDs: gateway.IDRange{First: 1, Count: 1}, MapTools: true}
			for _, tool := range doctor.Needed(g) {
				called[filepath.Base(tool)] = true
			}
		}
	}
	known := doctor.Tools()
	for tool := range called {
		if !slices.Contains(known, tool) {
			t.Errorf("no row is about %s", tool)
		}
	}
	for _, tool := range known {
		// Shapes alone need tc, and doctor has a row of its own for it.
		if !called[tool] && tool != "tc" {
			t.Errorf("a row is about %s, which no plan calls", tool)
		}
	}
}

// Where br_netfilter can't be had, create doesn't load it, and doctor wants no
// tool for that.
func TestDoctorWantsNoModprobeForNothing(t *testing.T) {
	g := gateway.Gateway{Interface: "vagga", Network: addresses.DefaultNetwork, Tools: plan.UsualTools()}
	g.Tools.Ebtables = nil
	for _, none := range []bool{false, true} {
		g.Host = machine.Facts{NoBridgeFilter: none}.ForGateway(false, false)
		if slices.Contains(doctor.Needed(g), "modprobe") == none {
			t.Errorf("modprobe is needed: %v, though br_netfilter can't be had: %v", !none, none)
		}
	}
}
