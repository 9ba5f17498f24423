package runstate

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"vagganet/netcmd"
)

// A run takes its name while others look for runs, and remove what they think
// was left behind: it gets the name each time, and keeps it. A lock counts
// between processes only, so those who look are this test again.
func TestRegisterWhileOthersLook(t *testing.T) {
	if dir := os.Getenv("RUNSTATE_LOOK"); dir != "" {
		for {
			holder(filepath.Join(dir, "flaky"))
		}
	}
	dir := filepath.Join(t.TempDir(), "private", "runs")
	g := netcmd.Gateway{Isolated: &netcmd.Isolated{RunsDir: dir}}
	for range 3 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestRegisterWhileOthersLook$")
		cmd.Env = append(os.Environ(), "RUNSTATE_LOOK="+dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		defer cmd.Wait()
		defer cmd.Process.Kill()
	}
	for n := range 300 {
		r, err := Register(g, nil, "flaky", "token", true)
		if err != nil {
			t.Fatalf("time %d: %v", n, err)
		}
		if _, err := os.Stat(filepath.Join(dir, "flaky")); err != nil {
			t.Fatalf("time %d: %v", n, err)
		}
		r.Release()
	}
}
