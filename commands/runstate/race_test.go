package runstate

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// A run takes its name while others look for runs, and remove what they think
// was left behind: it gets the name each time, and keeps it. A lock counts
// between processes only, so those who look are this test again.
func TestRegisterWhileOthersLook(t *testing.T) {
	if dir := os.Getenv("RUNSTATE_LOOK"); dir != "" {
		for {
			holder(filepath.Join(dir, "flaky"), true)
		}
	}
	dir := filepath.Join(t.TempDir(), "private", "runs")
	again(t, "RUNSTATE_LOOK="+dir, 3)
	for n := range 300 {
		r, err := Register(dir, true, nil, "flaky", "token", true)
		if err != nil {
			t.Fatalf("time %d: %v", n, err)
		}
		if _, err := os.Stat(filepath.Join(dir, "flaky")); err != nil {
			t.Fatalf("time %d: %v", n, err)
		}
		r.Release()
	}
}

// Isolated runs share a folder that the last one to end takes along: one that
// starts just then makes it again.
func TestRegisterWhileOthersEnd(t *testing.T) {
	if dir := os.Getenv("RUNSTATE_END"); dir != "" {
		for {
			if r, err := Register(dir, true, nil, "other", "token", false); err == nil {
				r.Release()
			}
		}
	}
	dir := filepath.Join(t.TempDir(), "private", "runs")
	again(t, "RUNSTATE_END="+dir, 3)
	for n := range 300 {
		r, err := Register(dir, true, nil, "flaky", "token", true)
		if err != nil {
			t.Fatalf("time %d: %v", n, err)
		}
		r.Release()
	}
}

// again starts this test again, in other processes that do something else until
// it is over.
func again(t *testing.T, variable string, processes int) {
	for range processes {
		cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), variable)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	}
}
