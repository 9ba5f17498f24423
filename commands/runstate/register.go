package runstate

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"vagganet/commands/machine"
	"vagganet/netcmd/gateway"
)

// Registration is a run's name while the run lives.
type Registration struct {
	Name     string
	file     *os.File
	isolated bool
	once     sync.Once
}

// Register takes a free name in a folder of runs for a run of this process: base,
// base-2, base-3 and so on. With exact, it is base or an error. A name isn't free if a
// run has it in another of the folders, either. The file holds the token, so that
// nobody takes this run for another one that had the name. Makes reports whether the
// folder has to be made: that of isolated runs is there while they are.
func Register(dir string, makes bool, others []string, base, token string, exact bool) (*Registration, error) {
	defer waitForScript(dir).Close()
	number := func(n int) string {
		if n == 0 {
			return base
		}
		return fmt.Sprintf("%s-%d", base, n+1)
	}
	n := 0
	if !exact {
		n = FirstFree(math.MaxInt32, func(n int) bool { return isHeld(filepath.Join(dir, number(n))) })
	}
	for ; ; n++ {
		file, err := register(dir, makes, others, number(n))
		if err == nil {
			r := &Registration{Name: number(n), file: file, isolated: makes}
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
	lockedByOther(file, unix.LOCK_SH, 10*time.Second)
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

func register(dir string, makes bool, others []string, name string) (*os.File, error) {
	for _, other := range others {
		if other != dir && isHeld(filepath.Join(other, name)) {
			return nil, errHeld
		}
	}
	for {
		if makes {
			err := makePrivate(dir)
			if os.IsNotExist(err) {
				continue // another run just ended, and took the folder with it
			}
			if err != nil {
				return nil, err
			}
		}
		file, err := lock(filepath.Join(dir, name), byRun)
		if makes && os.IsNotExist(err) {
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
func Folders(g gateway.Gateway) []string {
	return append([]string{g.RunsDir()}, machine.IsolatedRunsDirs(g)...)
}

var errHeld = errors.New("another process holds the lock")
