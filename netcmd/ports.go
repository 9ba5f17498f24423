package netcmd

import (
	"fmt"
	"slices"

	"vagganet/netcmd/gateway"
	"vagganet/netcmd/plan"
)

// CheckPorts returns a GuestError if a guest wants a port that another one of the run has.
func CheckPorts(guests []Guest) error {
	taken := map[string]string{}
	for _, g := range guests {
		for _, p := range g.Ports {
			if other := taken[p.String()]; other != "" {
				return &GuestError{g.Name, fmt.Errorf("port %s leads to guest %s already", p, other)}
			}
			taken[p.String()] = g.Name
		}
	}
	return nil
}

// portMark is on the run's rules in the gateway, which go on being there when
// the run is killed. The token tells the run from a later one of its name.
func (r Run) portMark() string { return plan.Var(nameVar) + "/" + plan.Var(tokenVar) }

// ports are all that are forwarded to guests of the run.
func (r Run) ports() []gateway.PortForward {
	var ports []gateway.PortForward
	for _, g := range r.Guests {
		ports = append(ports, g.Ports...)
	}
	return ports
}

// HasPorts reports whether a guest of the run has a forwarded port.
func (r Run) HasPorts() bool { return len(r.ports()) > 0 }

// forward is the plan that leads ports of the gateway to the run's bridge, for
// the host alone; from the bridge on they are led by portRules. Unlike all else
// of a run these rules don't hang from its processes: they must be undone.
func (r Run) forward() plan.Plan {
	ports := r.ports()
	if len(ports) == 0 {
		return nil
	}
	return plan.Plan{r.Gateway.Forward(r.GatewayEnter(), r.portMark(), r.slot(), ports)}
}

// portRules are the rules in the bridge's namespace that lead a port from the
// bridge's own address to the guest.
func (r Run) portRules() []string {
	var rules []string
	for _, guest := range r.Guests {
		for _, p := range guest.Ports {
			rules = append(rules, fmt.Sprintf("-A PREROUTING -i %s -d %s -p %s --dport %d -j DNAT --to-destination %s:%d",
				r.slot().BridgeDevice, r.slot().Bridge, p.Protocol, p.External, guest.IP, p.Internal))
		}
	}
	return rules
}

// Taken finds a port of the run's that another run has.
func (r Run) Taken(list []gateway.Forwarded) (gateway.Forwarded, bool) {
	for _, f := range list {
		if slices.ContainsFunc(r.ports(), f.Same) {
			return f, true
		}
	}
	return gateway.Forwarded{}, false
}
