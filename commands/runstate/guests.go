package runstate

import (
	"slices"
	"strings"

	"vagganet/netcmd/live"
)

// GuestPIDs finds the guests' own commands, by guest: those of all guests by one
// look at what a run's first process has started. A guest without a process is
// not in there.
func GuestPIDs(run live.Run) map[string]int {
	started := byNetwork(Starters(run.Supervisor), netOf)
	pids := map[string]int{}
	for _, g := range run.Guests {
		for _, starter := range own(started[inode(run.Dir+"/"+g.Name)], g.Name) {
			if pid := commandOf(starter, run.NoProc); pid != 0 {
				pids[g.Name] = pid
				break
			}
		}
	}
	return pids
}

// own are those of the processes that start children in a guest's network which start
// the guest's own child: others share the network, and have another name in their
// environment. One that can't be read may be the guest's own.
func own(starters []int, guest string) []int {
	return slices.DeleteFunc(slices.Clone(starters), func(pid int) bool {
		name := guest
		for _, e := range environ(pid) {
			if value, is := strings.CutPrefix(e, "VAGGA_SUBCOMMAND="); is {
				name = value
			}
		}
		return name != guest
	})
}

// byNetwork sorts processes by the network namespaces that they are in. Those that
// have none any more are in none.
func byNetwork(pids []int, netOf func(pid int) uint64) map[uint64][]int {
	by := map[uint64][]int{}
	for _, pid := range pids {
		if network := netOf(pid); network != 0 {
			by[network] = append(by[network], pid)
		}
	}
	return by
}

// commandOf is a guest's command, by the process that starts it; 0 for none. It is
// that process itself where the guest has no PID namespace of its own. Else it is
// the child of that namespace's first process, or this one while it has none.
func commandOf(starter int, noProc bool) int {
	if noProc {
		return starter
	}
	inits := Children(starter)
	if len(inits) == 0 {
		return 0
	}
	if commands := Children(inits[0]); len(commands) > 0 {
		return commands[0]
	}
	return inits[0]
}
