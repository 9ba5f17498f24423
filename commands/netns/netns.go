// Package netns goes where the kernel shows another network.
package netns

import (
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// In calls a function in the network namespace of a file, or in that of this process
// if the file's name is empty. A namespace is a thread's: one goes there, and ends
// with it.
func In(file string, call func() error) error {
	if file == "" {
		return call()
	}
	there, err := os.Open(file)
	if err != nil {
		return err
	}
	defer there.Close()
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and no unlocking
		if err := unix.Setns(int(there.Fd()), unix.CLONE_NEWNET); err != nil {
			done <- fmt.Errorf("enter %s: %w", file, err)
			return
		}
		done <- call()
	}()
	return <-done
}
