package live

import (
	"vagganet/netcmd"
	"vagganet/netcmd/firewall"
	"vagganet/netcmd/links"
	"vagganet/netcmd/plan"
)

// Partition is the plan that cuts these links between guests and no others, for
// the whole network at once. What passes is judged by the ports of the bridge that
// it comes from and goes to, whatever its addresses. Uplinks stay as they are.
// Now is what there is; the zero Observed where NeedsRules reports that it need not
// be known.
//
// Where links change from one table to the other, what both partitions cut is cut
// in between, too: frames drops it until packets has the new rules.
func (l Run) Partition(c links.Cuts, now Observed) plan.Plan {
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
				meanwhile.Set(from, to, links.Drop)
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

// replaceLinks is the input of a table's restore that cuts these links in place of those
// that are cut now.
func (l Run) replaceLinks(t firewall.Table, c links.Cuts, now firewall.Rules) []string {
	return t.ReplaceLinks(c, now, l.legacy(t))
}

// Heal is the plan that takes back whatever is done to links and uplinks. Rules
// of packets that the switch keeps from working may stay.
func (l Run) Heal() plan.Plan {
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
func (l Run) switched(c links.Cuts, rules plan.Step) plan.Plan {
	if c.CutsLinks() {
		return plan.Plan{rules, l.bridgeSwitch(true)}
	}
	return append(l.switchOffFirst(), rules)
}

// switchOffFirst is switchOff where more follows: if that fails, it goes on again.
func (l Run) switchOffFirst() plan.Plan {
	p := l.switchOff()
	for i := range p {
		p[i].Undo = []plan.Step{l.bridgeSwitch(true)}
	}
	return p
}

// switchOff is nothing where there is no switch.
func (l Run) switchOff() plan.Plan {
	if !l.BridgeFilter {
		return nil
	}
	return plan.Plan{l.bridgeSwitch(false)}
}

func (l Run) bridgeSwitch(on bool) plan.Step {
	about, value := "bridged packets don't pass through iptables", "=0"
	if on {
		about, value = "bridged packets pass through iptables", "=1"
	}
	argv := l.Tools.Sysctl.With("-q", "-w")
	if on {
		argv = append(argv, firewall.FilterTagged) // the module may have been loaded since the run is up
	}
	if l.cutsIPv6() {
		argv = append(argv, firewall.BridgeSwitch6+value)
	}
	argv = append(argv, firewall.BridgeSwitch+value)
	return l.at(netcmd.Bridge, about, argv...)
}

// restore is one transaction of iptables', or ip6tables', in the bridge.
func (l Run) restore(t firewall.Table, input []string) plan.Step {
	about, tool := "what is cut by iptables", l.Tools.Restore()
	if t == firewall.Packets6 {
		about, tool = "what is cut by ip6tables", l.Tools.Iptables6().And("-restore")
	}
	s := l.at(netcmd.Bridge, about, tool.With("--noflush", "--wait")...)
	s.Env = []string{firewall.LockFile(l.Dir)}
	s.Stdin = plan.Lines(input...)
	return s
}

// cutsIPv6 reports whether links are refused over IPv6, too: where guests can have
// it, whether the run gives it to them or not.
func (l Run) cutsIPv6() bool { return l.IPv6 && l.Tools.Ebtables != nil }

// restoreFrames is one transaction of ebtables', in the bridge.
func (l Run) restoreFrames(input []string) plan.Step {
	s := l.at(netcmd.Bridge, "what is cut by ebtables", l.Tools.Ebtables.And("-restore").With("--noflush")...)
	s.Stdin = plan.Lines(input...)
	return s
}

// The variables that take what is read of the bridge.
const (
	switchValue  = "switch"
	bridgeRules  = "rules"
	bridgeFrames = "frames"
)
