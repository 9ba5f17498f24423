package runstate

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// Watch reports when a run takes a name, and when it gives it back.
type Watch struct {
	file    *os.File
	folders []string
	// names are, by the watches of the kernel, those in a folder that are looked out for;
	// an empty one is for all.
	names map[uint32][]string
}

// NewWatch returns a watch of folders in which runs are registered, see Folders. What
// happens from then on is reported.
func NewWatch(folders []string) (*Watch, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return nil, os.NewSyscallError("inotify_init1", err)
	}
	w := &Watch{file: os.NewFile(uintptr(fd), "inotify"), folders: folders}
	w.add()
	return w, nil
}

// add watches each folder, or while it isn't there, the one in which it would be made,
// or the one above. A folder that others keep to themselves has no runs to be shown.
func (w *Watch) add() {
	w.names = map[uint32][]string{}
	for _, folder := range w.folders {
		for range strings.Count(folder, "/") {
			at, next := folder, ""
			for w.watch(at, next) == unix.ENOENT && at != "/" {
				at, next = filepath.Dir(at), filepath.Base(at)
			}
			if _, err := os.Lstat(filepath.Join(at, next)); err != nil || next == "" {
				break
			} // else it was made before the watch was
		}
	}
}

func (w *Watch) watch(folder, name string) error {
	raw, err := w.file.SyscallConn()
	if err != nil {
		return err
	}
	number := 0
	raw.Control(func(fd uintptr) {
		number, err = unix.InotifyAddWatch(int(fd), folder, unix.IN_CREATE|unix.IN_DELETE|unix.IN_DELETE_SELF|unix.IN_ONLYDIR)
	})
	if err == nil {
		w.names[uint32(number)] = append(w.names[uint32(number)], name)
	}
	return err
}

// Wait waits until a run may have taken a name or given it back. The error is that the watch
// was closed.
func (w *Watch) Wait() error {
	buffer := make([]byte, 16<<10)
	for {
		n, err := w.file.Read(buffer)
		if err != nil {
			return err
		}
		if w.concerns(buffer[:n]) {
			w.add()
			return nil
		}
	}
}

// concerns reports whether one of the kernel's events is about what is looked out for, or
// about a folder that is gone.
func (w *Watch) concerns(events []byte) bool {
	for len(events) >= unix.SizeofInotifyEvent {
		number, mask := binary.NativeEndian.Uint32(events), binary.NativeEndian.Uint32(events[4:])
		end := unix.SizeofInotifyEvent + int(binary.NativeEndian.Uint32(events[12:]))
		name := strings.TrimRight(string(events[unix.SizeofInotifyEvent:end]), "\x00")
		events = events[end:]
		if mask&(unix.IN_DELETE_SELF|unix.IN_IGNORED|unix.IN_Q_OVERFLOW) != 0 {
			return true
		}
		for _, wanted := range w.names[number] {
			if wanted == "" || wanted == name {
				return true
			}
		}
	}
	return false
}

// Close ends the watch, and a Wait.
func (w *Watch) Close() error { return w.file.Close() }

// AwaitEnd waits until a process has ended.
func AwaitEnd(pid int) error {
	fd, err := unix.PidfdOpen(pid, 0)
	if err != nil {
		return os.NewSyscallError("pidfd_open", err)
	}
	defer unix.Close(fd)
	for {
		if _, err = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, -1); err != unix.EINTR {
			return err
		}
	}
}
