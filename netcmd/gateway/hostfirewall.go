package gateway

import (
	"fmt"
	"slices"
	"strings"

	"vagganet/netcmd/plan"
)

// hostRule is a rule of the host's firewall, as the words after -A and -D.
type hostRule struct{ table, chain, rule string }

// hostRules lets the guests out and replies in, where the host's FORWARD
// policy is DROP too, and keeps the neighbours on the host's networks out.
func (g Gateway) hostRules() []hostRule {
	if g.Host.NoIptables {
		return nil
	}
	dev := g.Interface
	rules := slices.Concat([]hostRule{
		{"nat", "POSTROUTING", fmt.Sprintf("-s %s -j MASQUERADE", g.Network.HostLink())},
		{"filter", "FORWARD", "-i " + dev + " -j ACCEPT"},
		{"filter", "FORWARD", "-o " + dev + " -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"},
		// Another gateway's rules come before those of filter, and let its guests
		// out; they would come here under the host's address.
		// What goes back to where it came from tries whether the host forwards.
		{"mangle", "FORWARD", "! -i " + dev + " -o " + dev + " -m conntrack ! --ctstate RELATED,ESTABLISHED -j DROP"},
	}, g.resolverRules(g.Host.resolver()), g.noHostRules())
	for i, r := range rules {
		rules[i].rule = strings.Replace(r.rule, " -j ", " -m comment --comment "+g.ruleMark()+" -j ", 1)
	}
	return rules
}

// ruleMark is on all rules in the host's firewall: others like them may be
// somebody else's, and are to stay.
func (g Gateway) ruleMark() string { return "vagganet/" + g.Interface }

// noSuchRule is how iptables says that there is no rule to delete, by its kind
// and by what is missing.
var noSuchRule = []string{"Bad rule", "No chain/target/match by that name", "does not exist"}

// addRules puts a table's rules before those that are there, in one
// transaction.
func (g Gateway) addRules(rules []hostRule, table string) []plan.Step {
	input, number := []string{"*" + table}, map[string]int{}
	for _, r := range rules {
		if r.table == table {
			number[r.chain]++
			input = append(input, fmt.Sprintf("-I %s %d %s", r.chain, number[r.chain], r.rule))
		}
	}
	if len(number) == 0 {
		return nil
	}
	s := g.root("host: firewall", g.Tools.Restore().With("--noflush", "--wait")...)
	s.Stdin = plan.Lines(append(input, "COMMIT")...)
	return []plan.Step{s}
}

// removeRules removes them one by one: somebody may have flushed the host's
// firewall since.
func (g Gateway) removeRules(rules []hostRule, table string) []plan.Step {
	var steps []plan.Step
	for _, r := range rules {
		if r.table != table {
			continue
		}
		args := append([]string{"--wait", "-t", r.table, "-D", r.chain}, strings.Fields(r.rule)...)
		s := g.root("host: firewall", g.Tools.Iptables.With(args...)...)
		s.Gone = noSuchRule
		steps = append(steps, s)
	}
	return steps
}
