package netcmd

import (
	"slices"
	"strings"

	"vagganet/netcmd/firewall"
	"vagganet/netcmd/links"
	"vagganet/netcmd/plan"
)

// bridgeSwitch makes bridged packets pass through iptables, and bridgeSwitch6
// through ip6tables.
const (
	bridgeSwitch  = "net.bridge.bridge-nf-call-iptables"
	bridgeSwitch6 = "net.bridge.bridge-nf-call-ip6tables"
	// Behind a VLAN tag there are addresses, too.
	filterTagged = "net.bridge.bridge-nf-filter-vlan-tagged=1"
)

// LiveRun is a run as a command finds it that comes later: from outside, or
// from one of its own children.
type LiveRun struct {
	Info
	Tools plan.Tools
	// Dir is the way to the run's folder: through /proc/PID/root from outside.
	Dir string
	// UserNS is the file of the run's user namespace; empty for a process that
	// is in there already.
	UserNS string
	// Legacy6 reports whether ip6tables is of the legacy kind.
	Legacy6 bool
	// IPv6 reports whether the kernel has it, BridgeFilter that br_netfilter is loaded.
	IPv6, BridgeFilter bool
	// Supervisor is the run's first process, as the caller sees it; 0 where
	// the caller doesn't.
	Supervisor int
	// Started is when that was started: another process may have its number
	// once the run has ended.
	Started int64
}

// Names lists the run's guests, sorted.
func (l LiveRun) Names() []string {
	var names []string
	for _, g := range l.Guests {
		names = append(names, g.Name)
	}
	return slices.Sorted(slices.Values(names))
}

func (l LiveRun) byName() map[string]Guest {
	guests := map[string]Guest{}
	for _, g := range l.Guests {
		guests[g.Name] = g
	}
	return guests
}

// Partition is the plan that cuts these links between guests and no others, for
// the whole network at once. What passes is judged by the ports of the bridge that
// it comes from and goes to, whatever its addresses. Uplinks stay as they are.
// Now is what there is; the zero Observed where NeedsRules reports that it need not
// be known.
//
// Where links change from one table to the other, what both partitions cut is cut
// in between, too: frames drops it until packets has the new rules.
func (l LiveRun) Partition(c links.Cuts, now Observed) plan.Plan {
	dropped, others := l.byTable(c)
	if l.Tools.Ebtables == nil {
		return l.switched(others, l.restore(firewall.Packets, l.replaceLinks(firewall.Packets, others, now.packets)))
	}
	if !others.CutsLinks() {
		return append(plan.Plan{l.restoreFrames(l.replaceLinks(firewall.Frames, dropped, now.frames))}, l.switchOff()...)
	}
	wasDropped, wasOthers := l.byTable(now.Cuts)
	meanwhile := dropped.Clone()
	for from := range c.Guests {
		for to := range c.Guests {
			if wasDropped.Has(from, to) && others.Has(from, to) {
				meanwhile.Set(from, to, wasDropped.State(from, to).How)
			}
		}
	}
	var p plan.Plan
	if !meanwhile.Equal(wasDropped) {
		s := l.restoreFrames(l.replaceLinks(firewall.Frames, meanwhile, now.frames))
		now.frames = firewall.Read(s.Stdin)
		s.Undo = []plan.Step{l.restoreFrames(l.replaceLinks(firewall.Frames, wasDropped, now.frames))}
		p = append(p, s)
	}
	tables := []firewall.Table{firewall.Packets}
	if l.cutsIPv6() {
		// Where this is as far as it comes, packets is the one that lacks the
		// rules, and the next partition makes them in both.
		tables = []firewall.Table{firewall.Packets6, firewall.Packets}
	}
	for _, t := range tables {
		s := l.restore(t, now.packets.Hooked(firewall.CutChain, l.replaceLinks(t, others, now.packets)))
		s.Undo = []plan.Step{l.restore(t, l.replaceLinks(t, wasOthers, firewall.Read(s.Stdin)))}
		p = append(p, s)
	}
	on := l.bridgeSwitch(true)
	if !wasOthers.CutsLinks() {
		on.Undo = l.switchOff()
	}
	p = append(p, on)
	if !meanwhile.Equal(dropped) {
		p = append(p, l.restoreFrames(l.replaceLinks(firewall.Frames, dropped, now.frames)))
	}
	return p
}

// byTable says which of these cuts are made by frames and which by packets.
func (l LiveRun) byTable(c links.Cuts) (dropped, others links.Cuts) {
	if l.Tools.Ebtables == nil {
		return links.FullMesh(c.Guests), c
	}
	return c.Only(func(s links.State) bool { return s.How == links.Drop }), c.Only(func(s links.State) bool { return s.How != links.Drop })
}

// NeedsBridgeFilter reports whether these cuts take br_netfilter.
func (l LiveRun) NeedsBridgeFilter(c links.Cuts) bool {
	_, others := l.byTable(c)
	return others.CutsLinks()
}

// NeedsRules reports whether Partition must know the rules that there are now, to
// replace them by these cuts at once.
func (l LiveRun) NeedsRules(c links.Cuts) bool {
	dropped, others := l.byTable(c)
	return l.Tools.Ebtables != nil && others.CutsLinks() ||
		!firewall.Frames.LinksFit(dropped, l.legacy(firewall.Frames)) || !firewall.Packets.LinksFit(others, l.legacy(firewall.Packets))
}

// legacy reports whether the run's tool for a table is of the legacy kind.
func (l LiveRun) legacy(t firewall.Table) bool {
	return t == firewall.Packets && l.Legacy || t == firewall.Packets6 && l.Legacy6
}

// replaceLinks is the input of a table's restore that cuts these links in place of those
// that are cut now.
func (l LiveRun) replaceLinks(t firewall.Table, c links.Cuts, now firewall.Rules) []string {
	return t.ReplaceLinks(c, now, l.legacy(t))
}

// Heal is the plan that takes back whatever is done to links and uplinks. Rules
// of packets that the switch keeps from working may stay.
func (l LiveRun) Heal() plan.Plan {
	p := l.switchOffFirst()
	var chains []firewall.Chain
	if l.BridgeFilter {
		chains = append(chains, firewall.Chain{Name: firewall.CutChain})
	}
	if !l.Isolated {
		chains = append(chains, firewall.Chain{Name: firewall.UplinkChain})
	}
	if chains != nil {
		p = append(p, l.restore(firewall.Packets, firewall.Packets.Transaction(chains)))
	}
	if l.Tools.Ebtables != nil {
		p = append(p, l.restoreFrames(firewall.Frames.Transaction([]firewall.Chain{{Name: firewall.CutChain}})))
	}
	return p
}

// switched are rules of packets, and the switch in the right order. Nothing cut:
// it goes off before the rules go. Something cut: it goes on after they are there.
// So whichever of two partitions comes last, no rules are left that the switch
// keeps from working.
func (l LiveRun) switched(c links.Cuts, rules plan.Step) plan.Plan {
	if c.CutsLinks() {
		return plan.Plan{rules, l.bridgeSwitch(true)}
	}
	return append(l.switchOffFirst(), rules)
}

// switchOffFirst is switchOff where more follows: if that fails, it goes on again.
func (l LiveRun) switchOffFirst() plan.Plan {
	p := l.switchOff()
	for i := range p {
		p[i].Undo = []plan.Step{l.bridgeSwitch(true)}
	}
	return p
}

// switchOff is nothing where there is no switch.
func (l LiveRun) switchOff() plan.Plan {
	if !l.BridgeFilter {
		return nil
	}
	return plan.Plan{l.bridgeSwitch(false)}
}

func (l LiveRun) bridgeSwitch(on bool) plan.Step {
	about, value := "bridged packets don't pass through iptables", "=0"
	if on {
		about, value = "bridged packets pass through iptables", "=1"
	}
	argv := l.Tools.Sysctl.With("-q", "-w")
	if on {
		argv = append(argv, filterTagged) // the module may have been loaded since the run is up
	}
	if l.cutsIPv6() {
		argv = append(argv, bridgeSwitch6+value)
	}
	argv = append(argv, bridgeSwitch+value)
	return l.at(Bridge, about, argv...)
}

// becomeUser is what nsenter needs to enter the run's user namespace, if the
// caller isn't in there. That of an isolated run lets nobody set groups, which
// nsenter would do else; the user is root in there as he is.
func (l LiveRun) becomeUser(option string) []string {
	switch {
	case l.UserNS == "":
		return nil
	case l.Isolated:
		return []string{option, "--preserve-credentials"}
	}
	return []string{option}
}

// restore is one transaction of iptables', or ip6tables', in the bridge.
func (l LiveRun) restore(t firewall.Table, input []string) plan.Step {
	about, tool := "what is cut by iptables", l.Tools.Restore()
	if t == firewall.Packets6 {
		about, tool = "what is cut by ip6tables", l.Tools.Iptables6().And("-restore")
	}
	s := l.at(Bridge, about, tool.With("--noflush", "--wait")...)
	s.Env = []string{firewall.LockFile(l.Dir)}
	s.Stdin = plan.Lines(input...)
	return s
}

// cutsIPv6 reports whether links are refused over IPv6, too: where guests can have
// it, whether the run gives it to them or not.
func (l LiveRun) cutsIPv6() bool { return l.IPv6 && l.Tools.Ebtables != nil }

// HasIPv6 reports whether guests of the run have IPv6 addresses.
func (l LiveRun) HasIPv6() bool {
	return slices.ContainsFunc(l.Guests, func(g Guest) bool { return g.IP6.IsValid() })
}

// restoreFrames is one transaction of ebtables', in the bridge.
func (l LiveRun) restoreFrames(input []string) plan.Step {
	s := l.at(Bridge, "what is cut by ebtables", l.Tools.Ebtables.And("-restore").With("--noflush")...)
	s.Stdin = plan.Lines(input...)
	return s
}

// at is a step in the network namespace of the bridge or a guest.
func (l LiveRun) at(node, about string, argv ...string) plan.Step {
	enter := append(slices.Clone([]string(l.Tools.Nsenter)), l.becomeUser("--user="+l.UserNS)...)
	enter = append(enter, "--net="+l.Dir+"/"+node)
	return plan.Step{About: node + ": " + about, Place: plan.Place{Name: node, Enter: enter}, Argv: argv}
}

// Enter is the step that runs a command in the network of a node, in the
// caller's file system.
func (l LiveRun) Enter(node string, argv []string) plan.Step {
	s := l.at(node, "a command in its network", argv...)
	s.Place.Enter = endOptions(s.Place.Enter, argv)
	return s
}

// endOptions keeps a command that looks like an option from being one.
func endOptions(enter, argv []string) []string {
	if strings.HasPrefix(argv[0], "-") {
		return append(enter, "--")
	}
	return enter
}

// The variables that take what is read of the bridge.
const (
	switchValue  = "switch"
	bridgeRules  = "rules"
	bridgeFrames = "frames"
)
