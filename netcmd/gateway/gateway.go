// Package gateway has the plans that make a gateway, ask about it, and remove it, and
// those that lead ports from it to runs.
package gateway

import (
	"fmt"
	"slices"

	"vagganet/netcmd/addresses"
	"vagganet/netcmd/plan"
)

// StateDir is where the gateways' folders are, one for each interface name.
const StateDir = "/run/vagganet"

// Gateway is all that the plans for making and removing a gateway depend on.
type Gateway struct {
	Interface string
	Network   addresses.Network
	Tools     plan.Tools
	// Program is the absolute path of this program, which tries what the host's
	// firewall lets through; empty if that isn't to be tried.
	Program string
	// Sudo is how the user becomes root; empty for root.
	Sudo []string
	User User
	// ForOther reports whether root makes the gateway for a user who is not the
	// caller. What the user's processes say is then not to be trusted.
	ForOther bool
	Host     HostFacts
}

// Paths of one gateway.

// Dir is the gateway's folder, root's.
func (g Gateway) Dir() string { return StateDir + "/" + g.Interface }

// UserNS is the file on which the gateway's user namespace is mounted.
func (g Gateway) UserNS() string { return g.Dir() + "/userns" }

// NetNS is the file on which the gateway's network namespace is mounted.
func (g Gateway) NetNS() string { return g.Dir() + "/netns" }

// RunsDir is the user's folder with one locked file for each run.
func (g Gateway) RunsDir() string {
	return g.Dir() + "/runs"
}

// RunDir is where every run mounts a folder of its own, in a mount namespace
// of its own.
func (g Gateway) RunDir() string {
	return g.Dir() + "/run"
}

// NoteFile has the gateway's Note, as JSON.
func (g Gateway) NoteFile() string { return g.Dir() + "/made.json" }

// part is something that Create makes and Destroy removes. The first step of up
// makes it, whole or not at all, and down takes it away; further steps of up
// only fill it.
type part struct {
	there    bool
	up, down []plan.Step
}

// parts lists a gateway's parts in the order in which they are made.
func (g Gateway) parts() []part {
	found := g.Host.Found
	rules := g.hostRules()
	return []part{
		{there: found.Dir, up: g.makeStateDir(), down: g.removeStateDir()},
		{there: found.Dir, up: g.makeDir(), down: g.removeDir()},
		{there: found.Forwarding, up: g.forwardingOn(), down: g.forwardingOff()},
		{there: found.Neighbours, up: g.raiseNeighbours(), down: g.lowerNeighbours()},
		{up: g.loadModules()},
		{up: g.hold()},
		{up: g.knowHolder(), down: g.release(true)},
		{there: found.UserNS, up: g.mount("user", g.UserNS()), down: g.umount(g.UserNS())},
		{there: found.NetNS, up: g.mount("net", g.NetNS()), down: g.umount(g.NetNS())},
		{up: g.release(false)},
		{there: found.Dir, up: g.addRules(rules, "mangle"), down: g.removeRules(rules, "mangle")},
		{there: found.Dir, up: g.addRules(rules, "nat"), down: g.removeRules(rules, "nat")},
		{there: found.Dir, up: g.addRules(rules, "filter"), down: g.removeRules(rules, "filter")},
		// Without it the gateway isn't whole, so it is the first to be removed.
		{there: found.Link, up: g.makeLink(), down: g.removeLink()},
		{up: g.configureGateway()},
		{up: g.leadToResolver(g.Host.resolver())},
		{up: g.closeToIPv6()},
		{up: g.configureLink()},
		{up: g.tryReach()},
	}
}

// Create is the plan that makes the gateway. That the host's device is up is
// the last of it: while it isn't, the gateway isn't whole.
func (g Gateway) Create() plan.Plan {
	var p plan.Plan
	for _, part := range g.parts() {
		if len(part.up) == 0 {
			continue
		}
		part.up[0].Undo = part.down
		p = append(p, part.up...)
	}
	return p
}

// Destroy is the plan that removes what is there of the gateway, whole or
// half made: the undoing of Create, by what was noted then.
func (g Gateway) Destroy() plan.Plan {
	g = g.asMade()
	var p plan.Plan
	for _, part := range slices.Backward(g.parts()) {
		if part.there {
			p = append(p, part.down...)
		}
	}
	return p
}

// asMade is the gateway as it was made, by what was noted then: options and the
// host's resolver may be others by now.
//
// Root runs no tool that another user has named: that user may have changed it
// since. Root's own iptables takes the rules away, if it is of their kind, or else
// the usual one of that kind.
func (g Gateway) asMade() Gateway {
	note := g.Host.Found.Note
	if note == nil {
		return g
	}
	g.Network = note.Network
	g.Host.Resolver, g.Host.NoIptables, g.Host.NoHost = note.Resolver, note.NoIptables, note.NoHost
	switch {
	case !g.othersGateway():
		g.Tools.Iptables = note.Iptables
	case note.Legacy != g.Host.Legacy:
		g.Tools.Iptables = plan.UsualIptables(note.Legacy)
	}
	return g
}

// othersGateway reports whether root removes the gateway of another user.
func (g Gateway) othersGateway() bool {
	return (g.User.UID == 0 || g.ForOther) && g.Host.Found.Owner > 0
}

// root is a step on the host as root.
func (g Gateway) root(about string, argv ...string) plan.Step {
	return plan.Step{About: about, Place: plan.Place{Name: "host", Enter: g.Sudo}, Argv: argv}
}

// user is a step on the host as the user whose gateway it is.
func (g Gateway) user(about string, argv ...string) plan.Step {
	s := hostStep(about, argv...)
	if g.ForOther {
		s.Place.Enter = ownSession(g.asUser())
	}
	return s
}

// asUser are the words by which root becomes the user.
func (g Gateway) asUser() []string {
	return g.Tools.Setpriv.With(fmt.Sprintf("--reuid=%d", g.User.UID), fmt.Sprintf("--regid=%d", g.User.GID), "--clear-groups")
}

// ownSession has a process of another user's start in a session of its own: that
// user could take it over, and type into root's terminal.
func ownSession(words []string) []string { return append([]string{"setsid"}, words...) }

// hostStep is a step on the host as the caller.
func hostStep(about string, argv ...string) plan.Step {
	return plan.Step{About: about, Place: plan.Place{Name: "host"}, Argv: argv}
}

// inside is a step in the gateway.
func (g Gateway) inside(about string, argv ...string) plan.Step {
	s := plan.Step{About: about, Place: plan.Place{Name: "gateway", Enter: g.Enter()}, Argv: argv}
	if g.ForOther {
		s.Place.Enter = ownSession(s.Place.Enter)
	}
	return s
}

// Enter is the way into a gateway that stands.
func (g Gateway) Enter() []string {
	return g.Tools.Nsenter.With("--user="+g.UserNS(), "--net="+g.NetNS())
}
