package runstate

import (
	"os/exec"
	"slices"
	"testing"
)

// Of the processes that are in a guest's network, those of another child are left out.
func TestOwn(t *testing.T) {
	start := func(env ...string) int {
		cmd := exec.Command("sleep", "100")
		cmd.Env = append([]string{"A=b"}, env...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			cmd.Process.Kill()
			cmd.Wait()
		})
		return cmd.Process.Pid
	}
	proxy, db, unknown := start("VAGGA_SUBCOMMAND=proxy"), start("VAGGA_SUBCOMMAND=db"), start()
	eventually(t, "all are what they are to be", func() bool {
		return !slices.ContainsFunc([]int{proxy, db, unknown}, func(pid int) bool { return !slices.Contains(environ(pid), "A=b") })
	})
	all := []int{proxy, db, unknown}
	if got := own(all, "db"); !slices.Equal(got, []int{db, unknown}) {
		t.Errorf("of %v, %v are the guest's own", all, got)
	}
	if !slices.Equal(all, []int{proxy, db, unknown}) {
		t.Errorf("the list itself has become %v", all)
	}
}
