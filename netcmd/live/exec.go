package live

import (
	"fmt"
	"slices"
	"strings"

	"vagganet/netcmd"
	"vagganet/netcmd/plan"
)

// Process is one that runs in a node, and what is known of it.
type Process struct {
	PID int
	// Env is its environment; nil for the caller's.
	Env []string
	// UserID and GroupID are its user and its group, as the node's user namespace numbers
	// them.
	UserID, GroupID int
	// OwnUserNS reports whether it is these in a user namespace that the run has made
	// for it alone (netcmd.Run.MapsIDs).
	OwnUserNS bool
	// Starting reports whether it is not the node's command yet, but on its way there.
	Starting bool
}

// ReadEnv is the step that reads a process's environment, into the variable
// "environ": the processes of other users than the gateway's own show it to that
// user namespace's root only.
func (l Run) ReadEnv(node string, p Process) plan.Step {
	enter := append(l.Tools.Nsenter.With(fmt.Sprintf("--target=%d", p.PID)), l.becomeUser("--user="+l.UserNS)...)
	return plan.Step{
		About: node + ": environment", Place: plan.Place{Name: node, Enter: enter},
		Argv: []string{"cat", fmt.Sprintf("/proc/%d/environ", p.PID)}, Capture: "environ",
	}
}

// Exec is the step that runs a command as if it had been started as the node's:
// beside a process of the node, in its namespaces, root and working folder,
// with its environment and as its user. Between are the words of a process that
// waits in the PID namespace while the command runs; it takes the command's PATH
// and the rest of the way, since the tools for that have another PATH.
func (l Run) Exec(node string, beside Process, between, argv []string) plan.Step {
	target := fmt.Sprintf("--target=%d", beside.PID)
	user := "--user"
	if l.UserNS != "" {
		user += "=" + l.UserNS
	}
	outer := append(l.Tools.Nsenter.With(target), l.becomeUser(user)...)
	search, env := searchPath(beside.Env)
	env, obeyed := withoutObeyed(env)
	if len(obeyed) > 0 {
		argv = slices.Concat([]string{"env"}, obeyed, argv)
	}
	outer = append(append(outer, "--pid"), between...)
	inner := append([]string{search}, l.Tools.Nsenter.With(target, "--mount")...)
	if node == netcmd.Bridge {
		inner = append(inner, "--net="+l.Dir+"/"+node)
	} else {
		inner = append(inner, "--uts", "--net", "--root")
	}
	switch {
	case beside.OwnUserNS:
		inner = append(inner, "--user", "--preserve-credentials")
	case node != netcmd.Bridge && !l.OneUserNS:
		// Last, but for the folders: nsenter enters it after the others, over
		// which nobody in there has rights.
		// It is the guest's own and not its command's: that may have made another
		// one since, whose owner could trace whoever comes in.
		inner = append(inner, "--user="+l.Dir+"/"+netcmd.UserPoint(node), "--preserve-credentials")
	}
	inner = append(inner, "--wd")
	if !beside.OwnUserNS && (beside.UserID != 0 || beside.GroupID != 0) {
		inner = append(inner, fmt.Sprintf("--setgid=%d", beside.GroupID), fmt.Sprintf("--setuid=%d", beside.UserID))
	}
	return plan.Step{
		Place: plan.Place{Name: node, Enter: endOptions(append(outer, inner...), argv)},
		Argv:  argv,
		Env:   env, OnlyEnv: beside.Env != nil,
	}
}

// DefaultPath is for a command whose environment has no PATH, and for a child
// with a root file system of its own, where the caller's means nothing.
const DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// searchPath takes PATH out of an environment, and puts the caller's there for
// the tools.
func searchPath(env []string) (string, []string) {
	if env == nil {
		return plan.Env("PATH"), nil
	}
	search, others := DefaultPath, []string{"PATH=" + plan.Env("PATH")}
	for _, e := range env {
		if value, ok := strings.CutPrefix(e, "PATH="); ok {
			search = value
		} else {
			others = append(others, e)
		}
	}
	return search, others
}

// obeyedNames are variables, and beginnings of variables with a "*", by which a
// program is made to load code or read files of others before it does anything
// itself: what the C libraries ignore in set-uid programs, and Go's own.
var obeyedNames = []string{"LD_*", "MALLOC_*", "GLIBC_TUNABLES", "GCONV_PATH", "GETCONF_DIR", "HOSTALIASES", "LOCALDOMAIN",
	"LOCPATH", "MUSL_LOCPATH", "NIS_PATH", "NLSPATH", "RESOLV_HOST_CONF", "RES_OPTIONS", "TZDIR", "GO*"}

// withoutObeyed takes such variables out of an environment. It is the guest's,
// which may have set them, and the tools on the way to the guest have the rights of
// the caller.
func withoutObeyed(env []string) (others, obeyed []string) {
	for _, e := range env {
		name, _, _ := strings.Cut(e, "=")
		if slices.ContainsFunc(obeyedNames, func(o string) bool {
			start, any := strings.CutSuffix(o, "*")
			return name == o || any && strings.HasPrefix(name, start)
		}) {
			obeyed = append(obeyed, e)
		} else {
			others = append(others, e)
		}
	}
	return others, obeyed
}
