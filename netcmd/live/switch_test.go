package live

import (
	"slices"
	"strings"
	"testing"

	"vagganet/netcmd/firewall"
	"vagganet/netcmd/links"
	"vagganet/netcmd/plan"
)

// Something cut: the rules are there before packets pass through them. Nothing cut:
// packets pass no longer before the rules go, and where that fails then, they do
// again: what was cut is cut.
func TestSwitchOrder(t *testing.T) {
	l := inBridge([]string{"g00", "g01", "g02"})
	l.Tools.Ebtables, l.BridgeFilter = nil, true
	byEbtables := l
	byEbtables.Tools.Ebtables = plan.Tool{"ebtables"}
	for _, test := range []struct {
		name string
		plan plan.Plan
		want []string
	}{
		{"cut", l.Partition(mustIsolate(t, l), Observed{}), []string{"rules", "=1"}},
		{"heal", l.Heal(), []string{"=0", "rules"}},
		{"heal ebtables' rules, too", byEbtables.Heal(), []string{"=0", "rules", "rules"}},
		{"nothing cut", l.Partition(links.FullMesh(l.Names()), Observed{}), []string{"=0", "rules"}},
	} {
		var got []string
		for _, s := range test.plan {
			got = append(got, switchOrRules(s))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, not %q", test.name, got, test.want)
		}
		off := slices.Index(got, "=0")
		if off < 0 {
			continue
		}
		if undo := test.plan[off].Undo; len(undo) != 1 || switchOrRules(undo[0]) != "=1" {
			t.Errorf("%s: switching off is undone by %v", test.name, undo)
		}
	}
}

func mustIsolate(t *testing.T, l Run) links.Cuts {
	t.Helper()
	c, err := links.Isolate(l.Names(), l.Names()[:1])
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func switchOrRules(s plan.Step) string {
	if value, ok := strings.CutPrefix(s.Argv[len(s.Argv)-1], firewall.BridgeSwitch); ok {
		return value
	}
	return "rules"
}
