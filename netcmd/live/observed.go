package live

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"vagganet/netcmd"
	"vagganet/netcmd/firewall"
	"vagganet/netcmd/links"
	"vagganet/netcmd/plan"
	"vagganet/netcmd/tc"
)

// Captured returns what a step has captured under a name, or the error that none has.
type Captured = func(variable string) (string, error)

// Observed is what was found of a run's faults, with the rules that make the cuts, and
// the queues that shape. Switched reports whether firewall.BridgeSwitch is on, where
// there is one.
type Observed struct {
	links.Faults
	frames, packets firewall.Rules
	switched        bool
	queues          tc.Queues
}

// ListRules is the plan that reads what is cut, in both tables, whoever cut it.
// What it captures is for ReadRules.
func (l Run) ListRules() plan.Plan {
	p := plan.Plan{l.list(bridgeRules)}
	if l.BridgeFilter {
		s := l.at(netcmd.Bridge, "whether bridged packets pass through iptables", l.Tools.Sysctl.With("-n", firewall.BridgeSwitch)...)
		s.Capture = switchValue
		p = append(p, s)
	}
	if l.Tools.Ebtables != nil {
		s := l.at(netcmd.Bridge, "what is cut by ebtables", l.Tools.Ebtables.And("-save")...)
		s.Capture = bridgeFrames
		p = append(p, s)
	}
	for i := range p {
		p[i].Together = "list"
	}
	return p
}

// list is the step that reads the bridge's rules of IPv4 into a variable.
func (l Run) list(variable string) plan.Step {
	s := l.at(netcmd.Bridge, "what is cut by iptables", l.Tools.Iptables.With("--wait", "-S")...)
	s.Env = []string{firewall.LockFile(l.Dir)}
	s.Capture = variable
	return s
}

// ReadRules reads what ListRules captured: the reverse of Partition and CutUplinks.
func (l Run) ReadRules(captured Captured) (Observed, error) {
	text := map[string]string{}
	for _, s := range l.ListRules() {
		var err error
		if text[s.Capture], err = captured(s.Capture); err != nil {
			return Observed{}, err
		}
	}
	return l.observed(firewall.Read(text[bridgeFrames]), firewall.Read(text[bridgeRules]), text[switchValue] != "0"), nil
}

// observed has the cuts that rules make. How links are shaped is for ReadShapes.
func (l Run) observed(inFrames, inPackets firewall.Rules, switched bool) Observed {
	c := links.FullMesh(l.Names())
	if l.Tools.Ebtables != nil {
		inFrames.ReadLinks(firewall.Frames, c)
	}
	inPackets.ReadUplinks(c, l.addressOf())
	if l.BridgeFilter && switched {
		inPackets.ReadLinks(firewall.Packets, c)
	}
	return Observed{Faults: links.Faults{Cuts: c}, frames: inFrames, packets: inPackets, switched: switched}
}

// Pause is the step of a script that waits, and after which comes what heals.
func Pause(d time.Duration) plan.Plan {
	return plan.Plan{{About: fmt.Sprintf("for %v", d), Place: plan.Place{Name: "host"},
		Argv: []string{"sleep", strconv.FormatFloat(d.Seconds(), 'f', -1, 64)}}}
}

// After returns what there will be once a plan of Partition or CutUplinks has been
// run, where now is what there is, or the zero Observed where that is not known.
func (l Run) After(p plan.Plan, now Observed) Observed {
	inFrames, inPackets, switched := now.frames, now.packets, now.switched
	for _, s := range p {
		runs := func(word string) bool { return slices.Contains(s.Argv, word) }
		restores := func(tool plan.Tool) bool { return tool != nil && runs(tool.And("-restore").Last()) }
		switch {
		case restores(l.Tools.Iptables):
			inPackets = inPackets.Restored(s.Stdin)
		case restores(l.Tools.Ebtables):
			inFrames = inFrames.Restored(s.Stdin)
		case runs(firewall.BridgeSwitch + "=1"):
			switched = true
		case runs(firewall.BridgeSwitch + "=0"):
			switched = false
		}
	}
	return l.observed(inFrames, inPackets, switched)
}
