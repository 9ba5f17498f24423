package runstate

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestMerge(t *testing.T) {
	got := merge([]string{"B=1", "A=2", "C=x=y"}, []string{"B=3", "D="})
	if want := []string{"A=2", "B=3", "C=x=y", "D="}; !slices.Equal(got, want) {
		t.Errorf("%q, not %q", got, want)
	}
}

func TestInside(t *testing.T) {
	const two = "         0       1000          1\n         1     100000      65536\n"
	for _, test := range []struct {
		uidMap        string
		outside, want int
	}{
		{two, 1000, 0},
		{two, 100000, 1},
		{two, 100032, 33},
		{two, 165535, 65536},
		{two, 165536, 0}, // mapped nowhere
		{two, 999, 0},
		{"0 0 4294967295\n", 77, 77},
		{"", 5, 0},
	} {
		if got := inside(test.uidMap, test.outside); got != test.want {
			t.Errorf("%d is %d inside, not %d", test.outside, got, test.want)
		}
	}
}

// TestProcesses looks at real ones.
func TestProcesses(t *testing.T) {
	cmd := exec.Command("sh", "-c", "sleep 100 & sleep 100 & wait")
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "TOLD=a b\nc"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		cmd.Wait()
	})
	var below []int
	eventually(t, "two children", func() bool {
		below = Children(cmd.Process.Pid)
		return len(below) == 2
	})
	if all := Descendants(os.Getpid()); !slices.Contains(all, cmd.Process.Pid) || !slices.Contains(all, below[1]) {
		t.Errorf("%v lacks %d or %v", all, cmd.Process.Pid, below)
	}
	if env := environ(cmd.Process.Pid); !slices.Contains(env, "TOLD=a b\nc") || slices.Contains(env, "") {
		t.Errorf("environment %q", env)
	}
	if user, group := ids(cmd.Process.Pid, cmd.Process.Pid); user != os.Getuid() || group != os.Getgid() {
		t.Errorf("user %d of group %d", user, group)
	}
	if Stopped(below[0]) {
		t.Error("it was not stopped yet")
	}
	syscall.Kill(below[0], syscall.SIGSTOP)
	eventually(t, "standing still", func() bool { return Stopped(below[0]) })
	if Stopped(below[1]) || Stopped(-1) {
		t.Error("another one was not stopped")
	}
}

func eventually(t *testing.T, what string, is func() bool) {
	for limit := time.Now().Add(2 * time.Minute); time.Now().Before(limit); time.Sleep(20 * time.Millisecond) {
		if is() {
			return
		}
	}
	t.Fatalf("never: %s", strings.TrimSpace(what))
}

// BenchmarkChildren lists the children of this process: a look at a run lists those of two
// processes of each guest.
func BenchmarkChildren(b *testing.B) {
	for b.Loop() {
		Children(os.Getpid())
	}
}
