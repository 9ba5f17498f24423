package machine

import (
	"errors"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// OpenProc opens a file or a folder of /proc. os.Open would try to have it watched, as it
// does with pipes: a look at a run opens some of each guest, and that was half of the
// system calls.
func OpenProc(path string) (*os.File, error) {
	for {
		fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err == nil {
			return os.NewFile(uintptr(fd), path), nil
		}
		if !errors.Is(err, unix.EINTR) {
			return nil, &os.PathError{Op: "open", Path: path, Err: err}
		}
	}
}

// ReadProc reads a file of /proc.
func ReadProc(path string) (string, error) {
	file, err := OpenProc(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	text, err := io.ReadAll(file)
	return string(text), err
}
