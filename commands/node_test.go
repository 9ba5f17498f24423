package commands

import (
	"syscall"
	"testing"

	"vagganet/commands/events"
	"vagganet/commands/faults"
	"vagganet/netcmd/links"
	"vagganet/netcmd/live"
)

// starting has a node a that is being started for so many looks.
type starting struct {
	Machine
	looks int
}

func (m *starting) Nodes(live.Run) []live.Node {
	m.looks--
	return []live.Node{{Name: "a", Starting: m.looks > 0}, {Name: "b", Starting: true}}
}

// What all processes of a node are to get waits until it has one.
func TestNodesToChangeHaveProcesses(t *testing.T) {
	of := func(name, how string, signal syscall.Signal) faults.Change {
		return faults.Change{State: events.State{Nodes: []links.Row{{From: name, How: how}}}, Signal: signal}
	}
	for what, test := range map[string]struct {
		change faults.Change
		left   int
	}{
		"pause":      {of("a", events.Paused, 0), 0},
		"signal":     {of("a", "", syscall.SIGUSR1), 0},
		"kill":       {of("a", events.Down, syscall.SIGKILL), 2},
		"of another": {of("c", events.Paused, 0), 2},
	} {
		m := &starting{looks: 3}
		if nodes := (App{Machine: m}).nodesToChange(live.Run{}, test.change); m.looks != test.left || nodes[0].Starting != (test.left > 0) {
			t.Errorf("%s: %d looks are left, %+v", what, m.looks, nodes[0])
		}
	}
}
