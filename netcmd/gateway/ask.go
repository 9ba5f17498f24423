package gateway

import (
	"path/filepath"
	"slices"
	"strings"

	"vagganet/netcmd/plan"
)

// The steps below only ask: they change nothing, and what they answer is their
// output, or whether they succeed.

// answer is the variable that takes what a tool says.
const answer = "answer"

// Ask is a step that asks a host tool something.
func Ask(argv ...string) plan.Step {
	s := hostStep("host: ask "+filepath.Base(argv[0]), argv...)
	s.Capture = answer
	return s
}

// AskRoot asks whether the user becomes root without a password, and whether root
// then finds the tools that make a gateway and remove it. There is nothing to ask
// for root, and for other words than those of sudo and doas it isn't known how to
// ask without waiting for a person.
func (g Gateway) AskRoot() (plan.Step, bool) {
	words := g.quietSudo()
	if words == nil {
		return plan.Step{}, false
	}
	return Ask(append(words, g.lookForTools(slices.Concat(g.Create(), g.Destroy()))...)...), true
}

// quietSudo is how the user becomes root, told to fail rather than to ask for a
// password; nil if that can't be told.
func (g Gateway) quietSudo() []string {
	if len(g.Sudo) == 0 {
		return nil
	}
	if tool := filepath.Base(g.Sudo[0]); tool != "sudo" && tool != "doas" {
		return nil
	}
	if slices.Contains(g.Sudo, "-n") {
		return slices.Clone(g.Sudo)
	}
	return slices.Concat(g.Sudo[:1], []string{"-n"}, g.Sudo[1:])
}

// TryNamespaces makes all the kinds of namespaces that a gateway and a run have,
// as the user, and does something there that needs rights: some systems give out
// the namespaces, but no rights in them. They end with the step. NoProc is Run's.
func (g Gateway) TryNamespaces(noProc bool) plan.Step {
	argv := g.Tools.Unshare.With("--user", "--map-root-user", "--net", "--uts",
		"--mount", "--propagation", "private", "--pid", "--fork", "--kill-child")
	if !noProc {
		argv = append(argv, "--mount-proc")
	}
	return Ask(append(argv, g.Tools.IP.With("link", "set", "dev", "lo", "up")...)...)
}

// AskRules asks for each of the gateway's rules in the host's firewall whether
// it is there. Only a gateway that stands may be asked about: where nobody has
// used a table yet, asking makes it.
func (g Gateway) AskRules() []plan.Step {
	g = g.asMade()
	var steps []plan.Step
	for _, r := range g.hostRules() {
		argv := g.Tools.Iptables.With(append([]string{"--wait", "-t", r.table, "-C", r.chain}, strings.Fields(r.rule)...)...)
		steps = append(steps, Ask(append(g.quietSudo(), argv...)...))
	}
	return steps
}
