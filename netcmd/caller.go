package netcmd

import "vagganet/netcmd/plan"

// Caller is the node of a child that is in none: it runs in the network that
// the run was started from.
const Caller = ""

// IsGuest reports whether the child runs in a guest.
func (c Child) IsGuest() bool { return c.Node != Bridge && c.Node != Caller }

// InCallersNet reports whether the run's first process stays in the caller's
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
	switch {
	case r.InCallersNet() && r.isolated():
		words := r.Isolated.enter(r.Gateway.Tools)
		return words[:len(words)-1] // without --net
	case r.isolated():
		return r.Isolated.enter(r.Gateway.Tools)
	case r.InCallersNet():
		return r.Gateway.Tools.Nsenter.With("--user=" + r.Gateway.UserNS())
	}
	return r.Gateway.Enter()
}

// GatewayEnter are the words that lead from the run's first process into the
// gateway's network namespace; none if it is there.
func (r Run) GatewayEnter() []string {
	if !r.InCallersNet() {
		return nil
	}
	return r.Gateway.Tools.Nsenter.With("--net=" + r.Gateway.NetNS())
}

// inGateway is a step in the gateway's network namespace, wherever the run's
// first process is.
func (r Run) inGateway(about string, argv ...string) plan.Step {
	return plan.Step{About: about, Place: plan.Place{Name: "gateway", Enter: r.GatewayEnter()}, Argv: argv}
}

// covered are the files of the host that the run's own are mounted over.
func (r Run) covered() []string {
	files := []string{"/etc/hosts"}
	if r.ResolvConf != "" {
		files = append(files, "/etc/resolv.conf")
	}
	return files
}
