// Package runstate finds the runs that are up: those of a gateway, and those
// that have none.
//
// A run's first process holds locks on a file with the run's name. The kernel
// drops a lock when the process ends, however it ends, and tells whoever asks
// the process's id as the asker sees it. So nothing is written down that could
// be out of date.
//
// There are two kinds of locks. That of fcntl(2) is asked about without taking it,
// but no tool can have a script hold it; that of flock(2) a script can hold. A run
// of the program has both, a run that a printed script has started the latter.
package runstate

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"vagganet/commands/machine"
	"vagganet/netcmd"
	"vagganet/netcmd/gateway"
)

// Run is a run that is up.
type Run struct {
	Name string `json:"name"`
	// Supervisor is the run's first process.
	Supervisor int `json:"supervisor"`
	// Started is when that was started, as machine.Process has it.
	Started int64 `json:"started"`
	// Isolated reports whether it has no gateway.
	Isolated bool `json:"isolated"`
	// Dir is the way to the run's folder, from here; empty while it is being
	// set up.
	Dir string `json:"dir"`
	// UserNS is the file of the run's user namespace; empty if this process is
	// in there.
	UserNS string `json:"user_ns"`
	// Info is what the run says of itself; nil while it is being set up.
	Info *netcmd.Info `json:"info"`
	// FromGuest reports whether this process is in a guest of the run, and so has no
	// rights over the run's network.
	FromGuest bool `json:"from_guest"`
}

// List finds the runs that are up, those of the gateway and the user's isolated
// ones. Files of runs that ended without taking their own away are removed, and
// gone gets their names; with a gone that is nil, they stay. That there is no gateway,
// or only somebody else's, is an error where there is no isolated run either.
func List(g gateway.Gateway, gone func(name string)) ([]Run, error) {
	runs, err := list(g, g.RunsDir(), gone)
	if err != nil && !os.IsNotExist(err) && !os.IsPermission(err) {
		return nil, err
	}
	for _, dir := range machine.IsolatedRunsDirs(g) {
		if machine.CheckPrivate(filepath.Dir(dir)) != nil || machine.CheckPrivate(dir) != nil {
			continue
		}
		isolated, err := list(g, dir, gone)
		if err != nil && !os.IsNotExist(err) {
			return nil, err
		}
		for _, r := range isolated {
			r.Isolated = true
			runs = append(runs, r)
		}
		if gone != nil {
			removeEmpty(dir)
		}
	}
	if len(runs) > 0 {
		err = nil
	}
	return runs, err
}

// list finds the runs that are registered in a folder.
func list(g gateway.Gateway, folder string, gone func(name string)) ([]Run, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var runs []Run
	for _, e := range entries {
		if !netcmd.IsName(e.Name()) || !e.Type().IsRegular() {
			continue
		}
		pid, removed, err := holder(filepath.Join(folder, e.Name()), gone != nil)
		if err != nil {
			return nil, err
		}
		if removed {
			gone(e.Name())
		}
		if pid == 0 {
			continue
		}
		r := find(g, e.Name(), pid)
		// What was read by its number is the run's if the run is still there.
		again, removed, err := holder(filepath.Join(folder, e.Name()), gone != nil)
		if removed {
			gone(e.Name())
		}
		if err == nil && again == pid {
			runs = append(runs, r)
		}
	}
	return runs, nil
}

// find looks a run up by its first process.
func find(g gateway.Gateway, name string, supervisor int) Run {
	r := Run{Name: name, Supervisor: supervisor, Dir: runDir(g, Root(supervisor)), Started: machine.Host{}.Process(supervisor).Started}
	if r.Dir != "" {
		r.Info = readInfo(r.Dir)
	}
	if file := fmt.Sprintf("/proc/%d/ns/user", supervisor); inode(file) != inode("/proc/self/ns/user") {
		r.UserNS = file
	}
	return r
}

// Root is the way into a process's file system.
func Root(pid int) string { return fmt.Sprintf("/proc/%d/root", pid) }

// runDir finds the folder of a run in the file system below root, by the
// namespace in it: the gateway's folder for runs, or one of those that isolated
// runs take. It is empty if there is none.
func runDir(g gateway.Gateway, root string) string {
	for _, dir := range append([]string{g.RunDir()}, netcmd.IsolatedRunDirs...) {
		if machine.IsNamespace(root + dir + "/" + netcmd.Bridge) {
			return root + dir
		}
	}
	return ""
}

// Inside is the run that this process is in; nil outside of any. Its supervisor
// is process 1 for bridge commands; a guest has a PID namespace of its own, and
// so doesn't see it.
func Inside(g gateway.Gateway) *Run {
	dir := runDir(g, "")
	if dir == "" {
		return nil
	}
	info := readInfo(dir)
	if info == nil {
		return nil
	}
	return &Run{Name: info.Run, Supervisor: 1, Isolated: info.Isolated, Dir: dir, Info: info,
		FromGuest: !info.OneUserNS && belongsAbove(dir+"/"+netcmd.Bridge)}
}

// belongsAbove reports whether a namespace belongs to a user namespace other than
// this process's and those below it.
func belongsAbove(file string) bool {
	ns, err := os.Open(file)
	if err != nil {
		return false
	}
	defer ns.Close()
	owner, err := unix.IoctlRetInt(int(ns.Fd()), unix.NS_GET_USERNS)
	if err == nil {
		unix.Close(owner)
	}
	return errors.Is(err, unix.EPERM)
}

func readInfo(runDir string) *netcmd.Info {
	text, err := os.ReadFile(netcmd.InfoFile(runDir))
	if err != nil {
		return nil
	}
	var info netcmd.Info
	if json.Unmarshal(text, &info) != nil || !info.Valid() {
		return nil
	}
	return &info
}
