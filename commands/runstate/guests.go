package runstate

import "vagganet/netcmd/live"

// GuestPIDs finds the guests' own commands, by guest: those of all guests by one
// look at what a run's first process has started. A guest without a process is
// not in there.
func GuestPIDs(run live.Run) map[string]int {
	started := byNetwork(Starters(run.Supervisor), netOf)
	pids := map[string]int{}
	for _, g := range run.Guests {
		for _, starter := range started[inode(run.Dir+"/"+g.Name)] {
			if pid := commandOf(starter, run.NoProc); pid != 0 {
				pids[g.Name] = pid
				break
			}
		}
	}
	return pids
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
