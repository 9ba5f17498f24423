package runstate

import (
	"os"
	"os/exec"
	"slices"
	"testing"
)

// Each process is looked at once, however many guests there are.
func TestByNetwork(t *testing.T) {
	looks := 0
	by := byNetwork([]int{1, 2, 3, 4}, func(pid int) uint64 {
		looks++
		return []uint64{0, 7, 0, 8, 7}[pid]
	})
	if looks != 4 || len(by) != 2 || !slices.Equal(by[7], []int{1, 4}) || !slices.Equal(by[8], []int{3}) {
		t.Errorf("%v by %d looks", by, looks)
	}
}

func TestCommandOf(t *testing.T) {
	// The shells stay, since something comes after their commands.
	cmd := exec.Command("sh", "-c", "sh -c 'cat; :'; :")
	stdin, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer stdin.Close()
	pid := cmd.Process.Pid
	var inits, commands []int
	for len(commands) == 0 {
		if inits = Children(pid); len(inits) > 0 {
			commands = Children(inits[0])
		}
	}
	if got := commandOf(pid, false); got != commands[0] {
		t.Errorf("%d is the command, not %d", commands[0], got)
	}
	if got := commandOf(pid, true); got != pid {
		t.Errorf("%d is the command, not %d", pid, got)
	}
	if got := commandOf(commands[0], false); got != 0 {
		t.Errorf("got %d of process %d, which started none", got, os.Getpid())
	}
}
