package doctor

import (
	"fmt"
	"strconv"

	"vagganet/netcmd/gateway"
)

// floor is a setting that is too small below some value.
type floor struct {
	name string
	// settings are set together; the last one is looked at, and they are
	// raised to these values where they are lower than floor.
	settings []string
	values   []int
	floor    int
	why      string
}

const whyNeighbours = "all networks share one table of neighbours: 33 guests that all talk to each other fill one of 1024, and then packets vanish; " +
	"create makes it larger, but nobody does for isolated runs"

func floors() []floor {
	return []floor{
		{"neighbours", gateway.NeighbourSettings[:3],
			gateway.EnoughNeighbours[:3], gateway.EnoughNeighbours[2], whyNeighbours},
		{"IPv6 neighbours", gateway.NeighbourSettings[3:],
			gateway.EnoughNeighbours[3:], gateway.EnoughNeighbours[5], whyNeighbours},
		{"network namespaces", []string{"user.max_net_namespaces"}, []int{15000}, 512, "each guest takes one, and each run two more"},
		{"mount namespaces", []string{"user.max_mnt_namespaces"}, []int{15000}, 512, "each guest takes one"},
		{"PID namespaces", []string{"user.max_pid_namespaces"}, []int{15000}, 512, "each guest takes one"},
		{"UTS namespaces", []string{"user.max_uts_namespaces"}, []int{15000}, 512, "each guest takes one"},
		{"inotify instances", []string{"fs.inotify.max_user_instances"}, []int{1024}, 256,
			"all guests' processes are yours and share them: servers that watch files fail to start (\"too many open files\")"},
		{"process ids", []string{"kernel.pid_max"}, []int{4194304}, 32768, "every thread of every guest takes one"},
		{"threads", []string{"kernel.threads-max"}, []int{63000}, 4096, "every thread of every guest counts"},
		{"connections", []string{"net.netfilter.nf_conntrack_max"}, []int{262144}, 16384, "each connection of a guest is tracked"},
	}
}

func (f Facts) limitRows() []Row {
	var rows []Row
	for _, l := range floors() {
		if row := f.floorRow(l); row.Name != "" {
			rows = append(rows, row)
		}
	}
	return append(rows,
		processLimit("open files", f.Limits.Files, 4096, "a run holds some for each guest", "ulimit -Hn, /etc/security/limits.conf"),
		processLimit("processes", f.Limits.Processes, 1024, "each guest has at least three, and all are yours", "ulimit -Hu, /etc/security/limits.conf"),
		processLimit("processes of the group", f.Limits.GroupProcesses, 1024, "each guest has at least three", "pids.max of the control group: the container's --pids-limit, or systemd's TasksMax="))
}

// floorRow has no name for a setting that this kernel doesn't show: those of
// the neighbours are seen from the machine's own network alone.
func (f Facts) floorRow(l floor) Row {
	last := l.settings[len(l.settings)-1]
	n, there := f.setting(last)
	switch {
	case !there:
		return Row{}
	case n >= l.floor:
		return ok(l.name, strconv.Itoa(n))
	}
	command := "sysctl -w"
	for i, s := range l.settings {
		if now, there := f.setting(s); there && now < l.values[i] {
			command += fmt.Sprintf(" %s=%d", s, l.values[i])
		}
	}
	return Row{Name: l.name, State: Warning, What: fmt.Sprintf("no more than %d (%s)", n, last), Why: l.why,
		Command: f.asRoot(command), Advice: "a file in /etc/sysctl.d keeps it so after the next boot"}
}

// processLimit is about a limit of the process; 0 is none.
func processLimit(name string, n, floor int64, why, where string) Row {
	switch {
	case n == 0:
		return ok(name, "no limit")
	case n >= floor:
		return ok(name, strconv.FormatInt(n, 10))
	}
	return Row{Name: name, State: Warning, What: fmt.Sprintf("no more than %d", n), Why: why, Advice: "raise it: " + where}
}
