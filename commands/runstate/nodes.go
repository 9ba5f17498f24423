package runstate

import (
	"fmt"
	"os"
	"slices"
	"sort"

	"vagganet/netcmd"
	"vagganet/netcmd/live"
)

// Nodes returns what is known of the processes of a run's guests, all of them by one look
// at what the run's first process has started.
func Nodes(run live.Run) []live.Node {
	started := byNetwork(Starters(run.Supervisor), netOf)
	var nodes []live.Node
	for _, g := range run.Guests {
		n := live.Node{Name: g.Name, Starters: started[inode(run.Dir+"/"+g.Name)],
			Down: exists(netcmd.DownFile(run.Dir, g.Name)), Paused: exists(netcmd.PausedFile(run.Dir, g.Name))}
		for _, starter := range n.Starters {
			inits := Children(starter)
			if run.NoProc || len(inits) == 0 {
				n.Groups = append(n.Groups, starter)
				n.Starting = n.Starting || !run.NoProc
				continue
			}
			n.Inits = append(n.Inits, inits[0])
			n.Starting = n.Starting || len(Children(inits[0])) == 0
		}
		nodes = append(nodes, n)
	}
	sort.Slice(nodes, func(i, j int) bool { return nodes[i].Name < nodes[j].Name })
	return nodes
}

// InNetwork reports whether this process is in a network namespace, by a file that is it.
func InNetwork(file string) bool {
	here := inode("/proc/self/ns/net")
	return here != 0 && here == inode(file)
}

func netOf(pid int) uint64 { return inode(fmt.Sprintf("/proc/%d/ns/net", pid)) }

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// Gone reports whether all processes of nodes have ended, and those that started them.
func Gone(nodes []live.Node) bool {
	for _, n := range nodes {
		for _, pid := range slices.Concat(n.Inits, n.Groups, n.Starters) {
			if exists(fmt.Sprintf("/proc/%d", pid)) {
				return false
			}
		}
	}
	return true
}

// StandStill reports whether no process of nodes runs: each has been stopped, or has
// ended. Those that wait for a disk are stopped before they go on.
func StandStill(nodes []live.Node) bool {
	for _, n := range nodes {
		pids := slices.Clone(n.Groups)
		for _, init := range n.Inits {
			pids = append(pids, Descendants(init)...)
		}
		for _, group := range n.Groups {
			pids = append(pids, Descendants(group)...)
		}
		if slices.ContainsFunc(pids, func(pid int) bool { return state(pid) == 'R' || state(pid) == 'S' }) {
			return false
		}
	}
	return true
}
