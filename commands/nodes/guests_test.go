package nodes

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The process in the bridge's namespaces says that no more come, and stays until the
// other end is closed.
func TestAwaitMounts(t *testing.T) {
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(ends[1])
	returned := make(chan bool)
	go func() {
		awaitMounts(ends[1])
		close(returned)
	}()
	if user, _, err := receive(ends[0]); user >= 0 || err != nil {
		t.Errorf("%d came: %v", user, err)
	}
	select {
	case <-returned:
		t.Error("it did not wait")
	case <-time.After(50 * time.Millisecond):
	}
	unix.Close(ends[0])
	select {
	case <-returned:
	case <-time.After(time.Minute):
		t.Error("it still waits")
	}
}
