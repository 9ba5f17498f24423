package runstate

import (
	"context"
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"vagganet/netcmd/gateway"
)

// ErrInUse means that a gateway is used in a way that keeps others from it:
// runs from one that is being removed, and who removes it from one that has
// runs, or is about to have one.
var ErrInUse = errors.New("the gateway is in use")

// Use keeps a gateway from being removed until the file returned is closed. The
// kernel lets go of it when the process ends.
func Use(g gateway.Gateway) (*os.File, error) {
	return hold(g, unix.LOCK_SH)
}

// Retire keeps runs from using a gateway until the file returned is closed.
func Retire(g gateway.Gateway) (*os.File, error) {
	return hold(g, unix.LOCK_EX)
}

func hold(g gateway.Gateway, how int) (*os.File, error) {
	for {
		file, err := os.Open(g.RunDir()) // no file has to be made for it
		if err != nil {
			return nil, err
		}
		if err := unix.Flock(int(file.Fd()), how|unix.LOCK_NB); err != nil {
			file.Close()
			if errors.Is(err, unix.EWOULDBLOCK) {
				err = ErrInUse
			}
			return nil, err
		}
		opened, err1 := file.Stat()
		named, err2 := os.Stat(g.RunDir())
		if err1 == nil && err2 == nil && os.SameFile(opened, named) {
			return file, nil
		}
		file.Close() // of a gateway that was removed between the two
	}
}

// Flock locks a file, and waits for that until the context ends. It asks again
// and again, since the kernel's own waiting could not be stopped.
func Flock(ctx context.Context, file *os.File) error { return flock(ctx, file, unix.LOCK_EX) }

func flock(ctx context.Context, file *os.File, how int) error {
	for {
		err := unix.Flock(int(file.Fd()), how|unix.LOCK_NB)
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(flockInterval):
		}
	}
}

// flockInterval is how often a lock is tried that another process holds, and
// for some milliseconds only.
const flockInterval = 2 * time.Millisecond
