package runstate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Lives reports whether the run with that name and token is up. A run must not ask
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
		// Shared, as by those who look: they must not keep a run from its name. A script
		// locks it for itself alone, and is kept from it all the same.
		if lockedByOther(file, unix.LOCK_SH, lookTime) {
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

// isHeld reports whether a run has a file.
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
	case lockedByOther(file, unix.LOCK_SH, 0): // others who look keep nobody from that
		return scriptWith(file)
	}
	return nobody, unix.Flock(int(file.Fd()), unix.LOCK_UN)
}

// lockedByOther locks a file by flock(2), and reports whether it couldn't since others
// have had it all that time.
func lockedByOther(file *os.File, how int, patience time.Duration) bool {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return errors.Is(flock(ctx, file, how), context.DeadlineExceeded)
}

// lookTime is longer than a file is locked by whoever only looks who has it.
const lookTime = 100 * time.Millisecond

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
// nobody. Some file systems have a device number there that is not the file's: where
// none fits, one of the same inode number is taken.
func flockOf(locks string, device, inode uint64) int {
	file, same := fmt.Sprintf("%02x:%02x:%d", unix.Major(device), unix.Minor(device), inode), 0
	for line := range strings.Lines(locks) {
		words := strings.Fields(line) // 1: FLOCK ADVISORY WRITE 4711 00:19:42 0 EOF
		if len(words) < 6 || words[1] != "FLOCK" || words[3] != "WRITE" {
			continue
		}
		pid, _ := strconv.Atoi(words[4])
		if words[5] == file {
			return pid
		}
		if strings.HasSuffix(words[5], fmt.Sprintf(":%d", inode)) {
			same = pid
		}
	}
	return same
}

// holder is the process that holds a run's file; 0 if none did. Then clean removes the
// file, but by root only where it is root's: in the folders of users, root removes
// nothing.
func holder(path string, clean bool) (pid int, removed bool, err error) {
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
	if !clean || os.Geteuid() == 0 && !ownedByRoot(filepath.Dir(path)) {
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
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return 0, false, err
	}
	defer folder.Close()
	if lockedByOther(folder, unix.LOCK_EX, lookTime) {
		return 0, false, nil // by a script, which may be about to take the name
	}
	err = os.Remove(path)
	return 0, err == nil, err
}

func ownedByRoot(dir string) bool {
	var stat unix.Stat_t
	return unix.Stat(dir, &stat) == nil && stat.Uid == 0
}
