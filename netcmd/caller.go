package netcmd

import (
	"strings"

	"vagganet/netcmd/plan"
)

// Caller is the node of a child that is in none: it runs in the network that
// the run was started from.
const Caller = ""

// IsGuest says whether the child runs in a guest.
func (c Child) IsGuest() bool { return c.Node != Bridge && c.Node != Caller }

// InCallersNet says whether the run's first process stays in the caller's
// network. It may leave it for the gateway's, which belongs to the same user
// namespace; there would be no way back for it, nor for its children.
func (r Run) InCallersNet() bool {
	for _, c := range r.Children {
		if c.Node == Caller {
			return true
		}
	}
	return false
}

// enter are the words that lead into the gateway's namespaces as far as all of
// the run is in them.
func (r Run) enter() []string {
	if r.InCallersNet() {
		return []string{"nsenter", "--user=" + r.Gateway.UserNS()}
	}
	return r.Gateway.Enter()
}

// inGateway is a step in the gateway's network namespace, wherever the run's
// first process is.
func (r Run) inGateway(about string, argv ...string) plan.Step {
	s := r.step(about, argv...)
	if r.InCallersNet() {
		s.Place.Enter = []string{"nsenter", "--net=" + r.Gateway.NetNS()}
	}
	return s
}

// covered are the files of the host that the run's own are mounted over.
func (r Run) covered() []string { return []string{"/etc/hosts"} }

// callersChild starts a process in the caller's network. The names and the name
// servers there are the caller's as well, so it gets the host's files back.
func (r Run) callersChild(c Child, s plan.Step) plan.Step {
	s.Place = plan.Place{Name: "the caller's network"}
	s.Argv = []string{"unshare", "--mount"}
	if c.WorkDir != "" {
		s.Argv = append(s.Argv, "--wd="+c.WorkDir)
	}
	script := "umount " + strings.Join(r.covered(), " ") + ` || exit 125; exec "$@"`
	s.Argv = append(append(s.Argv, "sh", "-c", script, "sh"), c.Argv...)
	return s
}
