package machine

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"vagganet/netcmd/gateway"
)

// Limits are how much a process may have; 0 stands for no limit.
type Limits struct {
	// Files is how many files a process may open at most (the hard limit).
	Files int64 `json:"files"`
	// Processes is how many processes the user may have.
	Processes int64 `json:"processes"`
	// GroupProcesses is how many the control group may have.
	GroupProcesses int64 `json:"group_processes"`
}

func limits() Limits {
	return Limits{
		Files:          resourceLimit(unix.RLIMIT_NOFILE),
		Processes:      resourceLimit(unix.RLIMIT_NPROC),
		GroupProcesses: groupLimit(readFile("/proc/self/cgroup"), "/sys/fs/cgroup", "pids.max"),
	}
}

func resourceLimit(resource int) int64 {
	var limit unix.Rlimit
	if unix.Getrlimit(resource, &limit) != nil || limit.Max == unix.RLIM_INFINITY {
		return 0
	}
	return int64(min(limit.Max, 1<<62))
}

// groupLimit is the lowest limit of the process's control group, as in
// /proc/self/cgroup, and of those that it is in; 0 if none of them has one.
func groupLimit(groups, mount, file string) int64 {
	lowest := int64(0)
	for line := range strings.Lines(groups) {
		dir, ok := strings.CutPrefix(strings.TrimSpace(line), "0::")
		if !ok {
			continue
		}
		// A container's own group is the top of what it sees.
		for ; ; dir = path.Dir(dir) {
			n, err := strconv.ParseInt(strings.TrimSpace(readFile(mount+path.Join(dir, file))), 10, 64)
			if err == nil && (lowest == 0 || n < lowest) {
				lowest = n
			}
			if dir == "/" || dir == "." {
				break
			}
		}
	}
	return lowest
}

// settingNames are the kernel's settings that a survey has, besides those of
// neighbours.
var settingNames = []string{
	"net.ipv4.ip_forward",
	"net.bridge.bridge-nf-call-iptables", "net.bridge.bridge-nf-call-ip6tables", "net.bridge.bridge-nf-call-arptables",
	"net.netfilter.nf_conntrack_max",
	"kernel.unprivileged_userns_clone", "kernel.apparmor_restrict_unprivileged_userns",
	"user.max_user_namespaces", "user.max_net_namespaces", "user.max_mnt_namespaces",
	"user.max_pid_namespaces", "user.max_uts_namespaces",
	"fs.inotify.max_user_instances", "kernel.pid_max", "kernel.threads-max",
}

func settings() map[string]string {
	found := map[string]string{}
	for _, name := range slices.Concat(gateway.NeighbourSettings[:], settingNames) {
		if value := readSetting(strings.ReplaceAll(name, ".", "/")); value != "" {
			found[name] = value
		}
	}
	return found
}
