// Package runstate finds the runs of a gateway.
//
// A run's first process holds a lock on a file with the run's name. The kernel
// drops the lock when the process ends, however it ends, and tells whoever asks
// the process's id as the asker sees it. So nothing is written down that could
// be out of date.
package runstate

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"vagganet/commands/machine"
	"vagganet/netcmd"
)

// Registration is a run's name while the run lives.
type Registration struct {
	Name string
	file *os.File
}

// Register takes the first free name for a run of this process: base, base-2,
// base-3 and so on. With exact, it is base or an error. The file holds the
// token, so that nobody takes this run for another one that had the name.
func Register(dir, base, token string, exact bool) (*Registration, error) {
	for n := 1; ; n++ {
		name := base
		if n > 1 {
			name = fmt.Sprintf("%s-%d", base, n)
		}
		file, err := lock(filepath.Join(dir, name))
		if err == nil {
			return &Registration{name, file}, writeToken(file, token)
		}
		if !errors.Is(err, errHeld) {
			return nil, err
		}
		if exact {
			return nil, fmt.Errorf("a run called %s is up already", name)
		}
	}
}

// writeToken also writes over the token of a run that was killed, whose file
// this was.
func writeToken(file *os.File, token string) error {
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err := file.WriteString(token)
	return err
}

// Lives says whether the run with that name and token is up. A run must not ask
// for its own name: that would drop its lock.
func Lives(dir, name, token string) bool {
	file, err := os.OpenFile(filepath.Join(dir, filepath.Base(name)), os.O_RDWR, 0)
	if err != nil {
		return false
	}
	defer file.Close()
	query := unix.Flock_t{Type: unix.F_WRLCK}
	if unix.FcntlFlock(file.Fd(), unix.F_GETLK, &query) != nil || query.Type == unix.F_UNLCK {
		return false
	}
	has, err := io.ReadAll(file)
	return err == nil && string(has) == token
}

// Release gives the name back.
func (r *Registration) Release() {
	os.Remove(r.file.Name())
	r.file.Close()
}

var errHeld = errors.New("another process holds the lock")

// lock makes the file and locks it. A file that was removed between the two is
// nobody's, so it is tried again.
func lock(path string) (*os.File, error) {
	for {
		file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, err
		}
		err = unix.FcntlFlock(file.Fd(), unix.F_SETLK, &unix.Flock_t{Type: unix.F_WRLCK})
		if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EACCES) {
			err = errHeld
		}
		if err != nil {
			file.Close()
			return nil, err
		}
		opened, err1 := file.Stat()
		named, err2 := os.Stat(path)
		if err1 == nil && err2 == nil && os.SameFile(opened, named) {
			return file, nil
		}
		file.Close()
	}
}

// Run is a run that is up.
type Run struct {
	Name string `json:"name"`
	// Supervisor is the run's first process.
	Supervisor int `json:"supervisor"`
	// Info is what the run says of itself; nil while it is being set up.
	Info *netcmd.Info `json:"info"`
}

// List finds the runs that are up. Files of runs that ended without taking
// their own away are removed.
func List(g netcmd.Gateway) ([]Run, error) {
	entries, err := os.ReadDir(g.RunsDir())
	if err != nil {
		return nil, err
	}
	var runs []Run
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		pid, err := holder(filepath.Join(g.RunsDir(), e.Name()))
		if err != nil {
			return nil, err
		}
		if pid > 0 {
			runs = append(runs, Run{e.Name(), pid, readInfo(Root(pid) + g.RunDir())})
		}
	}
	return runs, nil
}

// Root is the way into a process's file system.
func Root(pid int) string { return fmt.Sprintf("/proc/%d/root", pid) }

// Inside reads the Info of the run that this process is in; nil outside of any.
func Inside(g netcmd.Gateway) *netcmd.Info {
	if !machine.IsNamespace(g.RunDir() + "/" + netcmd.Bridge) {
		return nil
	}
	return readInfo(g.RunDir())
}

func readInfo(runDir string) *netcmd.Info {
	text, err := os.ReadFile(netcmd.InfoFile(runDir))
	if err != nil {
		return nil
	}
	var info netcmd.Info
	if json.Unmarshal(text, &info) != nil {
		return nil
	}
	return &info
}

// holder is the process that holds a run's file; 0 if none did, and the file is
// gone then.
func holder(path string) (int, error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if os.IsNotExist(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer file.Close()
	query := unix.Flock_t{Type: unix.F_WRLCK}
	if err := unix.FcntlFlock(file.Fd(), unix.F_GETLK, &query); err != nil {
		return 0, err
	}
	if query.Type != unix.F_UNLCK {
		return int(query.Pid), nil
	}
	stale, err := lock(path)
	if errors.Is(err, errHeld) {
		return 0, nil // a new run took the name just now, and is not up yet
	}
	if err != nil {
		return 0, err
	}
	defer stale.Close()
	return 0, os.Remove(path)
}
