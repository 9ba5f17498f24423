package netcmd

import (
	"fmt"
	"net/netip"

	"vagganet/netcmd/plan"
)

// CutsIn says where the partitions of a run are made.
type CutsIn string

const (
	// InBridge is by the ports of the bridge: one transaction for all guests,
	// out of their reach, whatever addresses they take. It needs br_netfilter.
	InBridge CutsIn = "bridge"
	// InGuests is by source address, in each guest, where there is no
	// br_netfilter: the physdev match would have the kernel load it, and that
	// changes how the host's own bridges work.
	InGuests CutsIn = "guests"
)

// cutChainIn is the part of a transaction that makes the chain for partitions
// and hooks it into one of the kernel's.
func cutChainIn(hook string) []string {
	return []string{"*filter", ":" + cutChain + " - [0:0]", "-A " + hook + " -j " + cutChain, "COMMIT"}
}

// guestFirewalls gives each guest the chain for partitions, where they are made
// in the guests. From then on, a partition only has to fill it.
func (r Run) guestFirewalls() plan.Plan {
	if r.CutsIn != InGuests {
		return nil
	}
	var p plan.Plan
	for _, g := range r.Guests {
		s := r.at(g.Name, "firewall, with a chain for partitions", r.Gateway.Tools.Restore().With("--noflush", "--wait")...)
		s.About = "guests: firewall, with a chain for partitions"
		s.Env = []string{lockFile(r.Gateway.RunDir(), g.Name)}
		s.Stdin = lines(cutChainIn("INPUT")...)
		p = append(p, s)
	}
	return p
}

// What the steps of a partition in the guests have in common.
const (
	aboutGuestCuts = "guests: what is cut, by source address"
	togetherCuts   = "cuts"
)

// cutInGuests is one transaction for each guest, and all are fed together: so
// the partition begins everywhere at almost the same time.
func (l LiveRun) cutInGuests(c Cuts) plan.Plan {
	address := l.addresses()
	var p plan.Plan
	for to, name := range c.Guests {
		top := chain{name: cutChain}
		for from, other := range c.Guests {
			if c.Has(from, to) {
				top.rules = append(top.rules, fmt.Sprintf("-s %s %s", address[other], c.State(from, to).target()))
			}
		}
		s := l.restore(name, transaction(append([]chain{top}, ends([]chain{top}, rejectRulesInGuests)...)))
		s.About, s.Together = aboutGuestCuts, togetherCuts
		p = append(p, s)
	}
	return p
}

func (l LiveRun) addresses() map[string]netip.Addr {
	address := map[string]netip.Addr{}
	for _, g := range l.Guests {
		address[g.Name] = g.IP
	}
	return address
}

func (l LiveRun) listGuestRules() plan.Plan {
	var p plan.Plan
	for i, name := range l.Names() {
		s := l.list(name, guestRules(i))
		s.Together = "list"
		p = append(p, s)
	}
	if !l.Isolated {
		s := l.list(Bridge, bridgeRules)
		s.Together = "list"
		p = append(p, s)
	}
	return p
}

// guestRules is the variable that takes the rules of a guest, by its number
// among the names. The names themselves may be none for a shell.
func guestRules(number int) string { return fmt.Sprintf("rules%d", number) }

func (l LiveRun) readGuestCuts(c Cuts, captured func(variable string) string) {
	number := map[string]int{}
	address := l.addresses()
	for i, name := range c.Guests {
		number[address[name].String()+"/32"] = i
	}
	for to := range c.Guests {
		for _, words := range readRules(captured(guestRules(to)))[cutChain] {
			if from, ours := number[after(words, "-s")]; ours {
				c.links[from*len(c.Guests)+to] = stateOf(words)
			}
		}
	}
}
