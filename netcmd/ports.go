package netcmd

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"vagganet/netcmd/plan"
)

// PortForward is a port at the gateway's address that leads to a guest.
type PortForward struct {
	// Protocol is tcp or udp.
	Protocol string `json:"protocol"`
	// External is the port at the gateway's address, Internal the guest's.
	External uint16 `json:"external"`
	Internal uint16 `json:"internal"`
}

// String is the external port as a config file has it: 8000, or 53/udp.
func (p PortForward) String() string {
	if p.Protocol == "udp" {
		return fmt.Sprintf("%d/udp", p.External)
	}
	return strconv.Itoa(int(p.External))
}

// same says whether two forwards want the same port of the gateway.
func (p PortForward) same(other PortForward) bool {
	return p.Protocol == other.Protocol && p.External == other.External
}

// CheckPorts says which guest wants a port that another guest of the run has.
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

// ScriptToken is the token of a run that a printed script makes. Such a run
// holds no file in the gateway's folder.
const ScriptToken = "script"

// portMark is on the run's rules in the gateway, which go on being there when
// the run is killed. The token tells the run from a later one of its name.
func (r Run) portMark() string { return r.Name + "/" + r.Token }

// HasPorts says whether a guest of the run has a forwarded port.
func (r Run) HasPorts() bool {
	for _, g := range r.Guests {
		if len(g.Ports) > 0 {
			return true
		}
	}
	return false
}

// Forward is the plan that leads ports of the gateway to the run's bridge, for
// the host alone; from the bridge on they are led by portRules. Unlike all else
// of a run these rules don't hang from its processes: they must be undone.
func (r Run) Forward() plan.Plan {
	if !r.HasPorts() {
		return nil
	}
	g := r.Gateway
	var add, remove []string
	for _, guest := range r.Guests {
		for _, p := range guest.Ports {
			rule := fmt.Sprintf("PREROUTING -i %s -s %s -d %s -p %s --dport %d -m comment --comment %s -j DNAT --to-destination %s:%d",
				peerDevice(g.Interface), g.Network.Host(), g.Network.Gateway(), p.Protocol, p.External, r.portMark(), r.Slot.Bridge, p.External)
			add, remove = append(add, "-A "+rule), append(remove, "-D "+rule)
		}
	}
	s := g.natStep("gateway: forwarded ports", r.GatewayEnter(), add)
	s.Undo = []plan.Step{g.natStep("gateway: forwarded ports", r.GatewayEnter(), remove)}
	return plan.Plan{s}
}

// portRules are the rules in the bridge's namespace that lead a port from the
// bridge's own address to the guest.
func (r Run) portRules() []string {
	var rules []string
	for _, guest := range r.Guests {
		for _, p := range guest.Ports {
			rules = append(rules, fmt.Sprintf("-A PREROUTING -i %s -d %s -p %s --dport %d -j DNAT --to-destination %s:%d",
				r.Slot.BridgeDevice(), r.Slot.Bridge, p.Protocol, p.External, guest.IP, p.Internal))
		}
	}
	return rules
}

// Forwarded is a rule of the gateway's for a port of some run.
type Forwarded struct {
	PortForward
	// Run and Token are the mark of the run that made the rule.
	Run, Token string
	// Slot is the number of that run's slot.
	Slot int
	// rule is the rule as iptables lists it.
	rule string
}

// ListForwards is the step that reads the forwarded ports of all runs, into the
// variable "forwards". Enter is the way into the gateway; nil inside of it.
func (g Gateway) ListForwards(enter []string) plan.Step {
	s := g.portStep("gateway: ports that are forwarded", enter, g.Tools.Iptables.With("--wait", "-t", "nat", "-S", "PREROUTING"))
	s.Capture = "forwards"
	return s
}

// ReadForwards reads what ListForwards captured. Rules that no run of ours
// would have made are passed over.
func (g Gateway) ReadForwards(rules string) []Forwarded {
	var list []Forwarded
	for line := range strings.Lines(rules) {
		words := strings.Fields(line)
		mark := strings.Trim(after(words, "--comment"), `"`)
		run, token, marked := strings.Cut(mark, "/")
		port, err1 := strconv.ParseUint(after(words, "--dport"), 10, 16)
		bridge, err2 := netip.ParseAddrPort(after(words, "--to-destination"))
		if !strings.HasPrefix(line, "-A PREROUTING ") || !marked || err1 != nil || err2 != nil || !g.Network.SlotRange().Contains(bridge.Addr()) {
			continue
		}
		list = append(list, Forwarded{
			PortForward: PortForward{Protocol: after(words, "-p"), External: uint16(port)},
			Run:         run,
			Token:       token,
			Slot:        g.Network.slotOf(bridge.Addr()),
			rule:        strings.TrimSpace(line),
		})
	}
	return list
}

// RemoveForwards is the step that removes these rules.
func (g Gateway) RemoveForwards(enter []string, list []Forwarded) plan.Step {
	var rules []string
	for _, f := range list {
		rules = append(rules, "-D"+strings.TrimPrefix(f.rule, "-A"))
	}
	return g.natStep("gateway: forwarded ports of runs that are no more", enter, rules)
}

// Taken finds a port of the run's that another run has.
func (r Run) Taken(list []Forwarded) (Forwarded, bool) {
	for _, f := range list {
		for _, guest := range r.Guests {
			for _, p := range guest.Ports {
				if f.same(p) {
					return f, true
				}
			}
		}
	}
	return Forwarded{}, false
}

// natStep changes rules of the gateway's nat table in one transaction.
func (g Gateway) natStep(about string, enter, rules []string) plan.Step {
	s := g.portStep(about, enter, g.Tools.Restore().With("--noflush", "--wait"))
	s.Stdin = "*nat\n" + lines(rules...) + "COMMIT\n"
	return s
}

func (g Gateway) portStep(about string, enter, argv []string) plan.Step {
	return plan.Step{
		About: about,
		Place: plan.Place{Name: "gateway", Enter: enter},
		Env:   []string{lockFile(g.RunsDir(), Bridge)},
		Argv:  argv,
	}
}
