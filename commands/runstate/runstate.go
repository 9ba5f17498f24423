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
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"vagganet/commands/machine"
	"vagganet/netcmd"
)

// Registration is a run's name while the run lives.
type Registration struct {
	Name     string
	file     *os.File
	isolated bool
	once     sync.Once
}

// Register takes a free name for a run of this process: base, base-2, base-3 and
// so on. With exact, it is base or an error. A name isn't free if a run has it in
// another of the folders, either. The file holds the token, so that nobody takes
// this run for another one that had the name.
func Register(g netcmd.Gateway, others []string, base, token string, exact bool) (*Registration, error) {
	defer waitForScript(g.RunsDir()).Close()
	number := func(n int) string {
		if n == 0 {
			return base
		}
		return fmt.Sprintf("%s-%d", base, n+1)
	}
	n := 0
	if !exact {
		n = FirstFree(math.MaxInt32, func(n int) bool { return isHeld(filepath.Join(g.RunsDir(), number(n))) })
	}
	for ; ; n++ {
		file, err := register(g, others, number(n))
		if err == nil {
			r := &Registration{Name: number(n), file: file, isolated: g.Isolated != nil}
			if err := writeToken(file, token); err != nil {
				r.Release()
				return nil, err
			}
			return r, nil
		}
		if !errors.Is(err, errHeld) {
			return nil, err
		}
		if exact {
			return nil, fmt.Errorf("a run called %s is up already", base)
		}
	}
}

// waitForScript waits for a script that is about to take a name, and keeps others
// waiting until what it returns is closed. It goes on after a while: then it is only
// that a name may be taken that the script wants.
func waitForScript(dir string) io.Closer {
	file, err := os.Open(dir)
	if err != nil {
		return io.NopCloser(nil) // there is no folder yet, and so no script
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	flock(ctx, file, unix.LOCK_SH)
	return file
}

// FirstFree finds a number below limit that isn't taken, or else returns limit.
// It is the first one where none is free below others that are taken; in any case
// few are looked at, even where thousands are taken.
func FirstFree(limit int, taken func(int) bool) int {
	last, free := -1, 0 // before the one, all may be taken
	for step := 1; free < limit && taken(free); step *= 2 {
		last, free = free, free+step
	}
	if free >= limit {
		for free = 0; free < limit && taken(free); free++ {
		}
		return free
	}
	for free-last > 1 {
		if middle := (last + free) / 2; taken(middle) {
			last = middle
		} else {
			free = middle
		}
	}
	return free
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
	file, err := open(filepath.Join(dir, filepath.Base(name)), 0)
	if err != nil {
		return false
	}
	defer file.Close()
	if pid, err := lockedBy(file); err != nil || pid == nobody {
		return false
	}
	has, err := io.ReadAll(file)
	return err == nil && string(has) == token
}

func register(g netcmd.Gateway, others []string, name string) (*os.File, error) {
	for _, dir := range others {
		if dir != g.RunsDir() && isHeld(filepath.Join(dir, name)) {
			return nil, errHeld
		}
	}
	for {
		if g.Isolated != nil {
			err := makePrivate(g.RunsDir())
			if os.IsNotExist(err) {
				continue // another run just ended, and took the folder with it
			}
			if err != nil {
				return nil, err
			}
		}
		file, err := lock(filepath.Join(g.RunsDir(), name), byRun)
		if g.Isolated != nil && os.IsNotExist(err) {
			continue // the same, a moment later
		}
		return file, err
	}
}

// makePrivate makes a folder, and the one that it is in, for the user alone.
func makePrivate(dir string) error {
	for _, d := range []string{filepath.Dir(dir), dir} {
		if err := os.Mkdir(d, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
			return err
		}
		if err := machine.CheckPrivate(d); err != nil {
			return err
		}
	}
	return nil
}

// Release gives the name back. A second call does nothing: the name may be
// another run's by then.
func (r *Registration) Release() {
	r.once.Do(func() {
		os.Remove(r.file.Name())
		r.file.Close()
		if r.isolated {
			removeEmpty(filepath.Dir(r.file.Name()))
		}
	})
}

// removeEmpty removes a folder of isolated runs, and the one that it is in,
// unless there are others in it.
func removeEmpty(dir string) {
	if os.Remove(dir) == nil {
		os.Remove(filepath.Dir(dir))
	}
}

// Folders are all in which runs of the user's can be registered: the gateway's,
// and those of isolated runs.
func Folders(g netcmd.Gateway) []string {
	g.Isolated = nil
	return append([]string{g.RunsDir()}, machine.IsolatedRunsDirs(g)...)
}

var errHeld = errors.New("another process holds the lock")

// A run locks all of its file. Who removes what a run left locks one byte: so a
// new run that meets that lock knows that the name will be free in a moment.
const (
	byRun     = 0
	byCleaner = 1
)

// open opens a file of a run's. It follows no link: root looks into folders that
// are a user's, and must neither make nor open what that user couldn't.
func open(path string, flags int) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|unix.O_NOFOLLOW|unix.O_NONBLOCK|flags, 0o600)
}

// lock makes the file and locks it. A file that was removed between the two is
// nobody's, so it is tried again.
func lock(path string, length int64) (*os.File, error) {
	for {
		file, err := open(path, os.O_CREATE)
		if err != nil {
			return nil, err
		}
		err = unix.FcntlFlock(file.Fd(), unix.F_SETLK, &unix.Flock_t{Type: unix.F_WRLCK, Len: length})
		if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EACCES) {
			pid, err1 := lockedBy(file)
			if err = err1; err == nil && pid == nobody && length == byRun {
				file.Close()
				continue
			}
			if err == nil {
				err = errHeld
			}
		}
		if err != nil {
			file.Close()
			return nil, err
		}
		if lockedByScript(file, unix.LOCK_EX) {
			file.Close()
			return nil, errHeld
		}
		opened, err1 := file.Stat()
		named, err2 := os.Lstat(path)
		if err1 == nil && err2 == nil && os.SameFile(opened, named) {
			return file, nil
		}
		file.Close()
		if err2 == nil && !named.Mode().IsRegular() {
			return nil, &os.PathError{Op: "lock", Path: path, Err: unix.ELOOP}
		}
	}
}

// Run is a run that is up.
type Run struct {
	Name string `json:"name"`
	// Supervisor is the run's first process.
	Supervisor int `json:"supervisor"`
	// Started is when that was started, as machine.Process has it.
	Started int64 `json:"started"`
	// Isolated says that it has no gateway.
	Isolated bool `json:"isolated"`
	// Dir is the way to the run's folder, from here; empty while it is being
	// set up.
	Dir string `json:"dir"`
	// UserNS is the file of the run's user namespace; empty if this process is
	// in there.
	UserNS string `json:"user_ns"`
	// Info is what the run says of itself; nil while it is being set up.
	Info *netcmd.Info `json:"info"`
	// FromGuest says that this process is in a guest of the run, and so has no
	// rights over the run's network.
	FromGuest bool `json:"from_guest"`
}

// List finds the runs that are up, those of the gateway and the user's isolated
// ones. Files of runs that ended without taking their own away are removed, and
// gone gets their names. That there is no gateway, or only somebody else's, is an
// error where there is no isolated run either.
func List(g netcmd.Gateway, gone func(name string)) ([]Run, error) {
	g.Isolated = nil
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
		removeEmpty(dir)
	}
	if len(runs) > 0 {
		err = nil
	}
	return runs, err
}

// list finds the runs that are registered in a folder.
func list(g netcmd.Gateway, folder string, gone func(name string)) ([]Run, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	var runs []Run
	for _, e := range entries {
		if !netcmd.IsName(e.Name()) || !e.Type().IsRegular() {
			continue
		}
		pid, removed, err := holder(filepath.Join(folder, e.Name()))
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
		again, removed, err := holder(filepath.Join(folder, e.Name()))
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
func find(g netcmd.Gateway, name string, supervisor int) Run {
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
func runDir(g netcmd.Gateway, root string) string {
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
func Inside(g netcmd.Gateway) *Run {
	g.Isolated = nil
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

// isHeld says whether a run has a file.
func isHeld(path string) bool {
	file, err := open(path, 0)
	if err != nil {
		return false
	}
	defer file.Close()
	pid, err := lockedBy(file)
	return err == nil && pid != nobody
}

// nobody holds a lock; 0 is a process that can't be seen from here.
const nobody = -1

// lockedBy is the process of the run that has the file.
func lockedBy(file *os.File) (int, error) {
	query := unix.Flock_t{Type: unix.F_WRLCK}
	if err := unix.FcntlFlock(file.Fd(), unix.F_GETLK, &query); err != nil {
		return nobody, err
	}
	switch {
	case query.Type != unix.F_UNLCK && query.Len == byCleaner:
		return nobody, nil
	case query.Type != unix.F_UNLCK:
		return int(query.Pid), nil
	case lockedByScript(file, unix.LOCK_SH):
		return scriptWith(file)
	}
	return nobody, unix.Flock(int(file.Fd()), unix.LOCK_UN)
}

// lockedByScript locks a file by flock(2), and reports whether it couldn't since a
// script has it. Others who look have it for a moment only.
func lockedByScript(file *os.File, how int) bool {
	for range 50 {
		if err := unix.Flock(int(file.Fd()), how|unix.LOCK_NB); !errors.Is(err, unix.EWOULDBLOCK) {
			return false
		}
		if how == unix.LOCK_SH {
			return true // only who holds it for good keeps others from looking
		}
		time.Sleep(flockInterval)
	}
	return true
}

// scriptWith finds the process that has a file's lock by flock(2): the first one of
// a run that a script has started. It is 0 where that can't be seen from here.
func scriptWith(file *os.File) (int, error) {
	var stat unix.Stat_t
	if err := unix.Fstat(int(file.Fd()), &stat); err != nil {
		return nobody, err
	}
	locks, err := os.ReadFile("/proc/locks")
	if err != nil {
		return 0, nil
	}
	return flockOf(string(locks), stat.Dev, stat.Ino), nil
}

// flockOf reads, from the kernel's list of locks, who has a file's by flock(2); 0 for
// nobody.
func flockOf(locks string, device, inode uint64) int {
	file := fmt.Sprintf("%02x:%02x:%d", unix.Major(device), unix.Minor(device), inode)
	for line := range strings.Lines(locks) {
		words := strings.Fields(line) // 1: FLOCK ADVISORY WRITE 4711 00:19:42 0 EOF
		if len(words) > 5 && words[1] == "FLOCK" && words[3] == "WRITE" && words[5] == file {
			pid, _ := strconv.Atoi(words[4])
			return pid
		}
	}
	return 0
}

// holder is the process that holds a run's file; 0 if none did, and then the file
// is removed, but by root only where it is root's: in the folders of users, root
// removes nothing.
func holder(path string) (pid int, removed bool, err error) {
	file, err := open(path, 0)
	if os.IsNotExist(err) || errors.Is(err, unix.ELOOP) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	defer file.Close()
	if pid, err := lockedBy(file); err != nil || pid != nobody {
		return max(pid, 0), false, err
	}
	if os.Geteuid() == 0 && !ownedByRoot(filepath.Dir(path)) {
		return 0, false, nil
	}
	stale, err := lock(path, byCleaner)
	if errors.Is(err, errHeld) {
		return 0, false, nil // a new run took the name just now, and is not up yet
	}
	if err != nil {
		return 0, false, err
	}
	defer stale.Close()
	if info, err := stale.Stat(); err != nil || info.Size() == 0 {
		return 0, false, err // without a token: a script is about to take it
	}
	err = os.Remove(path)
	return 0, err == nil, err
}

func ownedByRoot(dir string) bool {
	var stat unix.Stat_t
	return unix.Stat(dir, &stat) == nil && stat.Uid == 0
}
