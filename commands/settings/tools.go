package settings

import (
	"os"

	"vagganet/commands/cmdline"
	"vagganet/commands/inner"
	"vagganet/netcmd/plan"
)

// Machine is what the package asks of the machine that it runs on.
type Machine interface {
	// Has reports whether a program is there: by its path, or in PATH.
	Has(program string) bool
	// CanCut reports whether a tool is an ebtables that cuts links.
	CanCut(ebtables plan.Tool) bool
	// Program is this program's absolute path, and whether it lacks some of
	// its names beside it.
	Program() (path string, lacksNames bool)
}

// Tools names the host's tools: as the settings have them, else by the first
// name that is there.
func Tools(m Machine) (plan.Tools, error) {
	tools := plan.UsualTools()
	// The other hostname refuses names with an underscore.
	tools.Hostname = firstOf(m, plan.Tool{"busybox", "hostname"}, tools.Hostname)
	tools.Brctl = firstOf(m, plan.Tool{"busybox", "brctl"}, tools.Brctl)
	tools.Sysctl = firstOf(m, tools.Sysctl, plan.Tool{"busybox", "sysctl"})
	for name, tool := range tools.ByName() {
		set := os.Getenv(Variable(name))
		if set == "" {
			continue
		}
		words, ok := SplitCommand(set)
		if !ok {
			return tools, cmdline.Usagef("%s=%q is no command", Variable(name), set)
		}
		*tool = words
	}
	program, _ := m.Program()
	inner.UseStandIns(&tools, m.Has, program)
	if set := os.Getenv(Variable("brctl")); set == "ip" || set == "" && !m.Has(tools.Brctl[0]) {
		tools.Brctl = nil // ip makes the bridge
	}
	if set := os.Getenv(Variable("ebtables")); set == "none" || set == "" && !m.CanCut(tools.Ebtables) {
		tools.Ebtables = nil // iptables cuts
	}
	return tools, nil
}

// firstOf is the first tool that is there, or else the last one.
func firstOf(m Machine, tools ...plan.Tool) plan.Tool {
	for _, tool := range tools {
		if m.Has(tool[0]) {
			return tool
		}
	}
	return tools[len(tools)-1]
}
