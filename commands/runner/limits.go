package runner

import (
	"errors"
	"strings"
	"syscall"
)

// limits are those of the system that many guests meet: by the error that a
// call fails with, or what a tool says when it does.
var limits = []struct {
	errno syscall.Errno
	said  []string
	hint  string
}{
	{syscall.EAGAIN, []string{"fork failed: Resource temporarily unavailable", "Cannot fork", "unable to fork", "/sh: resource temporarily unavailable"},
		"there are as many processes as one of these allows: ulimit -u, the control group's pids.max, sysctl kernel.pid_max, sysctl kernel.threads-max"},
	// ip says no more than the second of these.
	{syscall.EMFILE, []string{"Too many open files", "too many open files", `Invalid "netns" value`},
		"more files are open than a process may have: a run needs some for each guest; raise ulimit -n (for good: /etc/security/limits.conf)"},
	{syscall.ENFILE, []string{"Too many open files in system", "too many open files in system"},
		"more files are open than this system allows: see sysctl fs.file-max"},
	{0, []string{"unshare: unshare failed: No space left on device", "make namespaces: no space left on device"},
		"there are as many namespaces as the system allows: see sysctl user.max_net_namespaces, user.max_user_namespaces, user.max_mnt_namespaces and user.max_pid_namespaces"},
	{0, []string{"sendmsg() failed: Message too long"},
		"this many rules are too much for one transaction of iptables-nft: raise sysctl net.core.wmem_default, to 4194304 perhaps, " +
			"or make the run with VAGGANET_IPTABLES=iptables-legacy"},
	{syscall.ENOMEM, []string{"Cannot allocate memory"},
		"memory is short, the machine's or that which the control group may have (memory.max)"},
}

// LimitHint names the limit of the system that an error comes from, or what a
// tool said of it; it is empty for other errors.
func LimitHint(err error, said string) string {
	hint := ""
	for _, l := range limits {
		found := l.errno != 0 && errors.Is(err, l.errno)
		for _, s := range l.said {
			found = found || strings.Contains(said, s)
		}
		if found {
			hint = l.hint // the last one that fits says most
		}
	}
	return hint
}
