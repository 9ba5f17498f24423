// Package netns goes where the kernel shows another network, or host name.
package netns

import (
	"fmt"
	"os"
	"runtime"

	"golang.org/x/sys/unix"

	"vagganet/netcmd/plan"
)

// In calls a function in the network namespace of a file, or in that of this process
// if the file's name is empty.
func In(file string, call func() error) error { return At(plan.Thread{NetNS: file}, call) }

// At calls a function by a thread that goes there. It ends with the function: its
// namespaces are nobody else's, and what it has started keeps them.
func At(there plan.Thread, call func() error) error {
	if there == (plan.Thread{}) {
		return call()
	}
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and no unlocking
		if err := enter(there); err != nil {
			done <- err
			return
		}
		done <- call()
	}()
	return <-done
}

// enter takes this thread there.
func enter(there plan.Thread) error {
	if there.NetNS != "" {
		if err := enterNet(there.NetNS); err != nil {
			return fmt.Errorf("enter %s: %w", there.NetNS, err)
		}
	}
	if there.Hostname == "" {
		return nil
	}
	err := unix.Unshare(unix.CLONE_NEWUTS)
	if err == nil {
		err = unix.Sethostname([]byte(there.Hostname))
	}
	if err != nil {
		return fmt.Errorf("set the hostname %s: %w", there.Hostname, err)
	}
	return nil
}

func enterNet(file string) error {
	namespace, err := os.Open(file)
	if err != nil {
		return err
	}
	defer namespace.Close()
	return unix.Setns(int(namespace.Fd()), unix.CLONE_NEWNET)
}
