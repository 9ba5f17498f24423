package project

import (
	"fmt"
	"os"
	"path/filepath"

	"vagganet/netcmd"
	"vagganet/netcmd/plan"
)

// WithoutEbtables has iptables make all cuts of a run where a child's root has that
// one alone: whoever is in there can't see what ebtables has cut. It returns what is
// to be told of that; empty for nothing.
func WithoutEbtables(run *netcmd.Run) string {
	tools := &run.Gateway.Tools
	if tools.Ebtables == nil || !run.BridgeFilter {
		return ""
	}
	for _, child := range run.Children {
		asks := child.IsGuest() && !run.OneUserNS // the run makes its partitions
		if child.Files != nil && !asks && hasTool(child.Files.Base, tools.Iptables) && !hasTool(child.Files.Base, tools.Ebtables) {
			ebtables := filepath.Base(tools.Ebtables.Last())
			tools.Ebtables = nil
			return fmt.Sprintf("the root of %s has iptables, but no %s: links are cut by iptables, ARP passes a cut, and guests have no IPv6", child.Name, ebtables)
		}
	}
	return ""
}

// hasTool reports whether a root has a tool where tools are.
func hasTool(root string, tool plan.Tool) bool {
	for _, dir := range []string{"usr/sbin", "sbin", "usr/bin", "bin", "usr/local/sbin", "usr/local/bin"} {
		if _, err := os.Lstat(filepath.Join(root, dir, filepath.Base(tool.Last()))); err == nil {
			return true
		}
	}
	return false
}
