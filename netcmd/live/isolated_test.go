package live

import (
	"slices"
	"testing"

	"vagganet/netcmd"
	"vagganet/netcmd/plan"
)

// Who enters an isolated run keeps his groups: nobody may set them in there.
func TestEnterIsolated(t *testing.T) {
	l := inBridge([]string{"a"})
	l.UserNS = "/proc/1/ns/user"
	if enter := l.Enter("a", []string{"true"}).Place.Enter; slices.Contains(enter, "--preserve-credentials") {
		t.Errorf("%v", enter)
	}
	l.Isolated = true
	for _, s := range []plan.Step{l.Enter("a", []string{"true"}), l.Exec("a", Process{PID: 7}, nil, []string{"true"}), l.Exec(netcmd.Bridge, Process{PID: 7}, nil, []string{"true"})} {
		if !slices.Contains(s.Place.Enter, "--preserve-credentials") {
			t.Errorf("%v", s.Place.Enter)
		}
	}
	l.UserNS = ""
	if enter := l.Enter("a", []string{"true"}).Place.Enter; len(enter) != 2 {
		t.Errorf("from inside: %v", enter)
	}
}
