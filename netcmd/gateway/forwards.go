package gateway

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"vagganet/netcmd/addresses"
	"vagganet/netcmd/firewall"
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

// Same reports whether two forwards want the same port of the gateway.
func (p PortForward) Same(other PortForward) bool {
	return p.Protocol == other.Protocol && p.External == other.External
}

// Forward is the step that leads ports to the bridge of a slot, for the host alone. The
// mark is the run's. It must be undone. Enter is the way into the gateway; nil inside
// of it.
func (g Gateway) Forward(enter []string, mark string, slot addresses.SlotWords, ports []PortForward) plan.Step {
	var nat, raw []string
	holders := &plan.Holders{Lock: g.RunsDir(), List: g.ListForwards(enter)}
	for _, p := range ports {
		nat = append(nat, fmt.Sprintf("%s -m comment --comment %s -j DNAT --to-destination %s:%d", g.toPort(p), mark, slot.Bridge, p.External))
		raw = append(raw, g.zoneRules(slot, mark, p)...)
		holders.What = append(holders.What, plan.Holding{
			Name:   fmt.Sprintf("port %s of the gateway", p),
			Before: fmt.Sprintf("-p %s -m %[1]s --dport %d -m comment --comment", p.Protocol, p.External),
		})
	}
	s := g.restoreStep("gateway: forwarded ports", enter, withPrefix("-A ", nat), withPrefix("-A ", raw))
	s.Undo = []plan.Step{g.restoreStep("gateway: forwarded ports", enter, withPrefix("-D ", nat), withPrefix("-D ", raw))}
	s.Holders = holders
	return s
}

// toPort matches what the host sends to a forwarded port.
func (g Gateway) toPort(p PortForward) string {
	return fmt.Sprintf("PREROUTING -i %s -s %s -d %s -p %s --dport %d",
		addresses.PeerDevice(g.Interface), g.Network.Host(), g.Network.Gateway(), p.Protocol, p.External)
}

// zoneRules give what is sent to a UDP port, and what answers, a conntrack zone of
// the slot's own. An address is translated by what conntrack knows of earlier
// packets, as long as they keep coming: without it, a client that has sent before
// the port was open would never get through, and one of a run before would be led
// to that run's slot.
func (g Gateway) zoneRules(slot addresses.SlotWords, mark string, p PortForward) []string {
	if p.Protocol != "udp" {
		return nil
	}
	zone := fmt.Sprintf(" -m comment --comment %s -j CT --zone %s", mark, slot.Zone)
	back := fmt.Sprintf("PREROUTING -i %s -s %s -d %s -p udp --sport %d", slot.GatewayDevice, slot.Bridge, g.Network.Host(), p.External)
	return []string{g.toPort(p) + zone, back + zone}
}

func withPrefix(prefix string, list []string) []string {
	var all []string
	for _, text := range list {
		all = append(all, prefix+text)
	}
	return all
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
// variable "_forwards". Enter is the way into the gateway; nil inside of it.
func (g Gateway) ListForwards(enter []string) plan.Step {
	s := g.portStep("gateway: ports that are forwarded", enter, g.Tools.Iptables.With("--wait", "-t", "nat", "-S", "PREROUTING"))
	s.Capture = "_forwards"
	return s
}

// ReadForwards reads what ListForwards captured. Rules that no run of ours
// would have made are passed over.
func (g Gateway) ReadForwards(rules string) []Forwarded {
	var list []Forwarded
	for line := range strings.Lines(rules) {
		words := strings.Fields(line)
		mark := strings.Trim(firewall.OptionValue(words, "--comment"), `"`)
		run, token, marked := strings.Cut(mark, "/")
		port, err1 := strconv.ParseUint(firewall.OptionValue(words, "--dport"), 10, 16)
		bridge, err2 := netip.ParseAddrPort(firewall.OptionValue(words, "--to-destination"))
		if !strings.HasPrefix(line, "-A PREROUTING ") || !marked || err1 != nil || err2 != nil || !g.Network.SlotRange().Contains(bridge.Addr()) {
			continue
		}
		list = append(list, Forwarded{
			PortForward: PortForward{Protocol: firewall.OptionValue(words, "-p"), External: uint16(port)},
			Run:         run,
			Token:       token,
			Slot:        g.Network.SlotOf(bridge.Addr()),
			rule:        strings.TrimSpace(line),
		})
	}
	return list
}

// RemoveForwards is the plan that removes these rules, and those of UDP ports'
// zones before. A run has all of the latter, or none, if it was killed between the
// two tables.
func (g Gateway) RemoveForwards(enter []string, list []Forwarded) plan.Plan {
	const about = "gateway: forwarded ports of runs that are no more"
	var p plan.Plan
	var nat, marks []string
	zones := map[string][]string{}
	for _, f := range list {
		nat = append(nat, "-D"+strings.TrimPrefix(f.rule, "-A"))
		mark := f.Run + "/" + f.Token
		if !slices.Contains(marks, mark) {
			marks = append(marks, mark)
		}
		zones[mark] = append(zones[mark], withPrefix("-D ", g.zoneRules(g.Network.Slot(f.Slot).Words(), mark, f.PortForward))...)
	}
	for _, mark := range marks {
		if len(zones[mark]) > 0 {
			s := g.restoreStep(about, enter, nil, zones[mark])
			s.Gone = append(slices.Clone(noSuchRule), "RULE_DELETE failed")
			p = append(p, s)
		}
	}
	return append(p, g.restoreStep(about, enter, nat, nil))
}

// restoreStep changes rules of the gateway's tables nat and raw, each in one
// transaction. A packet that came in between would be known to conntrack for as
// long as its sender tries. So a zone has nothing in it before the port is led to
// the bridge, nor after: the table raw is the last to get its rules, and the first
// to lose them.
func (g Gateway) restoreStep(about string, enter, nat, raw []string) plan.Step {
	s := g.portStep(about, enter, g.Tools.Restore().With("--noflush", "--wait"))
	tables := []string{tableInput("nat", nat), tableInput("raw", raw)}
	if len(raw) > 0 && strings.HasPrefix(raw[0], "-D") {
		slices.Reverse(tables)
	}
	s.Stdin = strings.Join(tables, "")
	return s
}

// tableInput is what changes one table, for iptables-restore.
func tableInput(table string, rules []string) string {
	if len(rules) == 0 {
		return ""
	}
	return "*" + table + "\n" + plan.Lines(rules...) + "COMMIT\n"
}

func (g Gateway) portStep(about string, enter, argv []string) plan.Step {
	return plan.Step{
		About: about,
		Place: plan.Place{Name: "gateway", Enter: enter},
		Env:   []string{firewall.LockFile(g.RunsDir())},
		Argv:  argv,
	}
}
