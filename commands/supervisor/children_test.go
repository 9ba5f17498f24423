package supervisor

import (
	"io"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// What a child has started in its process group is killed with it, and not only
// when the run is over.
func TestKillIsForTheGroup(t *testing.T) {
	cmd := exec.Command("sh", "-c", "sleep 1000 & wait")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	pid := cmd.Process.Pid
	for ps := (process{pid: pid}); len(ps.commands()) < 2; {
		time.Sleep(time.Millisecond)
	}
	ps := &processes{byPID: map[int]*process{pid: {pid: pid}}}
	ps.kill()
	ended := make(chan struct{})
	go func() {
		io.ReadAll(out) // its end is that of the last who could write
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Error("a process of the group is still there")
		syscall.Kill(-pid, syscall.SIGKILL)
	}
	cmd.Wait()
}
