package runstate

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"vagganet/commands/machine"
	"vagganet/netcmd"
	"vagganet/netcmd/live"
)

// GuestProcess finds a process that is in all of a guest's namespaces: the
// first one of its PID namespace. netns is the file of the guest's network
// namespace. It returns 0 if the guest has no process.
func GuestProcess(supervisor int, netns string) int {
	for _, starter := range startedIn(supervisor, netns) {
		if inits := Children(starter); len(inits) > 0 {
			return inits[0]
		}
	}
	return 0
}

// startedIn lists what a run's first process has started in a guest's network
// namespace for the guest's own child.
func startedIn(supervisor int, netns string) []int {
	want := inode(netns)
	there := slices.DeleteFunc(Starters(supervisor), func(pid int) bool {
		return want == 0 || inode(fmt.Sprintf("/proc/%d/ns/net", pid)) != want
	})
	return own(there, filepath.Base(netns))
}

// InsideVerb is the program's argument that makes it a run's first process.
const InsideVerb = "_supervise"

// Starters lists the processes that a run's first process has started its children
// by. Where that is the shell of a script, it has a copy of itself for each, which
// waits for its end.
func Starters(supervisor int) []int {
	var starters []int
	own := commandLine(supervisor)
	if len(own) == 2 && own[1] == InsideVerb {
		return Children(supervisor) // no shell, so no line of a child has to be compared
	}
	for _, pid := range Children(supervisor) {
		if slices.Equal(commandLine(pid), own) {
			starters = append(starters, Children(pid)...)
		} else {
			starters = append(starters, pid)
		}
	}
	return starters
}

// GuestCommand is what is known of a guest's own command; its PID is 0 if the
// guest has no process, or only one that has not come far yet.
//
// The environment is that of the guest's first process, as the command got it
// at the start, with what the command has of its own: some programs write over
// theirs to change how they look in a list of processes.
func GuestCommand(supervisor int, netns string) live.Process {
	init := GuestProcess(supervisor, netns)
	if init == 0 {
		return live.Process{Starting: len(startedIn(supervisor, netns)) > 0}
	}
	command, starting := init, !SetUp(init)
	if children := Children(init); len(children) > 0 {
		command = children[0]
	}
	p := live.Process{PID: command, Env: environ(init), Starting: starting}
	p.UserID, p.GroupID = ids(command, init)
	user, group, mapped := netcmd.MappedIDs(commandLine(init))
	if mapped && inUserNSBelow(command, fmt.Sprintf("/proc/%d/ns/user", init)) {
		p.UserID, p.GroupID, p.OwnUserNS = user, group, true
	}
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", command))
	return WithEnviron(p, string(text))
}

// SetUp reports whether a guest's first process has done what comes before the
// guest's command, and the command is there: once that shell has put its standard
// error aside, its first child is the command, or becomes it.
func SetUp(init int) bool {
	if _, err := os.Lstat(fmt.Sprintf("/proc/%d/fd/%d", init, netcmd.AsideFD)); err != nil {
		return false
	}
	children := Children(init)
	if len(children) == 0 {
		return false
	}
	own := commandLine(children[0])
	return own != nil && !netcmd.Underway(commandLine(init), own)
}

// commandLine is a process's; nil for one that ends, or becomes another program
// at the moment.
func commandLine(pid int) []string {
	text, _ := machine.ReadProc(fmt.Sprintf("/proc/%d/cmdline", pid))
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\x00"), "\x00")
}

// GuestCommandOnly is the same for a guest without a PID namespace of its own,
// whose command has nothing between it and the run's first process.
func GuestCommandOnly(supervisor int, netns string) live.Process {
	pids := startedIn(supervisor, netns)
	if len(pids) == 0 {
		return live.Process{}
	}
	p := live.Process{PID: pids[0], Env: environ(pids[0])}
	p.UserID, p.GroupID = ids(p.PID, supervisor)
	if guests := filepath.Dir(netns) + "/" + netcmd.UserPoint(filepath.Base(netns)); inUserNSBelow(p.PID, guests) {
		p.UserID, p.GroupID = ids(p.PID, p.PID)
		p.OwnUserNS = p.UserID != 0 || p.GroupID != 0
	}
	return p
}

// WithEnviron adds a process's own environment, as the kernel shows it, to what
// is known of it.
func WithEnviron(p live.Process, text string) live.Process {
	p.Env = merge(p.Env, variables(text))
	return p
}

// environ is what a process was started with.
func environ(pid int) []string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid))
	return variables(string(text))
}

// variables are the parts of an environment that are NAME=VALUE, under the names
// that the command sees.
func variables(environ string) []string {
	return netcmd.Uncarry(slices.DeleteFunc(strings.Split(environ, "\x00"), func(e string) bool {
		return strings.IndexByte(e, '=') <= 0
	}))
}

// merge lets more have its way where both know a variable.
func merge(env, more []string) []string {
	all := map[string]string{}
	for _, e := range slices.Concat(env, more) {
		name, _, _ := strings.Cut(e, "=")
		all[name] = e
	}
	merged := []string{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		merged = append(merged, all[name])
	}
	return merged
}

// inUserNSBelow reports whether a process is in a user namespace that is the next one
// below that of a file. A command may have gone further down since it was started, where
// the owner of the namespace could trace whoever comes in.
func inUserNSBelow(pid int, file string) bool {
	ns, err := os.Open(fmt.Sprintf("/proc/%d/ns/user", pid))
	if err != nil {
		return false
	}
	defer ns.Close()
	above, err := unix.IoctlRetInt(int(ns.Fd()), unix.NS_GET_PARENT)
	if err != nil {
		return false
	}
	defer unix.Close(above)
	var stat unix.Stat_t
	return unix.Fstat(above, &stat) == nil && stat.Ino == inode(file)
}

// ids are a process's user and group, as the user namespace of another one numbers them:
// the process may have made itself a namespace in which it is whoever it likes.
func ids(pid, in int) (user, group int) {
	ns, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/user", in))
	own, _ := os.Readlink("/proc/self/ns/user")
	var stat unix.Stat_t
	if err != nil || unix.Stat(fmt.Sprintf("/proc/%d", pid), &stat) != nil {
		return 0, 0
	}
	if ns == own {
		return int(stat.Uid), int(stat.Gid)
	}
	users, _ := os.ReadFile(fmt.Sprintf("/proc/%d/uid_map", in))
	groups, _ := os.ReadFile(fmt.Sprintf("/proc/%d/gid_map", in))
	return inside(string(users), int(stat.Uid)), inside(string(groups), int(stat.Gid))
}

// inside reads a map of ids: lines of the first one inside, the first one outside, and
// how many there are.
func inside(idMap string, outside int) int {
	for line := range strings.Lines(idMap) {
		var first, from, count int
		if n, _ := fmt.Sscan(line, &first, &from, &count); n == 3 && from <= outside && outside-from < count {
			return first + outside - from
		}
	}
	return 0
}

// Children lists a process's children, as far as the kernel shows them.
func Children(pid int) []int {
	var pids []int
	for _, thread := range threads(pid) {
		text, err := machine.ReadProc(fmt.Sprintf("/proc/%d/task/%s/children", pid, thread))
		if err != nil {
			continue
		}
		for field := range strings.FieldsSeq(text) {
			if child, err := strconv.Atoi(field); err == nil {
				pids = append(pids, child)
			}
		}
	}
	return pids
}

// threads lists a process's threads.
func threads(pid int) []string {
	folder, err := machine.OpenProc(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return nil
	}
	defer folder.Close()
	names, _ := folder.Readdirnames(-1)
	slices.Sort(names)
	return names
}

func inode(path string) uint64 {
	var stat unix.Stat_t
	if unix.Stat(path, &stat) != nil {
		return 0
	}
	return stat.Ino
}

// Descendants lists a process's children, their children, and so on.
func Descendants(pid int) []int {
	all := Children(pid)
	for i := 0; i < len(all); i++ {
		all = append(all, Children(all[i])...)
	}
	return all
}

// Stopped reports whether a process stands still because of a signal.
func Stopped(pid int) bool { return state(pid) == 'T' }

// state is the letter for a process's state, as proc(5) has it; 0 if it has ended.
func state(pid int) byte {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	// The state follows the name, which is in parentheses and may have any
	// character in it.
	_, rest, _ := strings.Cut(string(text)[max(strings.LastIndexByte(string(text), ')'), 0):], " ")
	if rest == "" {
		return 0
	}
	return rest[0]
}
