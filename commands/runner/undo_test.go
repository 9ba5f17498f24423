package runner

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"vagganet/netcmd/plan"
)

// What shows that something is left is not taken away while it is.
func TestEvidence(t *testing.T) {
	for fails, want := range map[string]string{"exit 0": "a b b-1 a-1", "exit 2": "a b b-1"} {
		d := newDiary(t)
		evidence := d.step("a-1", "true")
		evidence.Evidence = true
		p := plan.Plan{d.step("a", "true", evidence), d.step("b", "true", d.step("b-1", fails)), {Argv: []string{"false"}}}
		err := new(Runner).Run(context.Background(), p)
		if got := d.read(t); got != want || err == nil {
			t.Errorf("%s: ran %s, want %s: %v", fails, got, want, err)
		}
	}
}

// What is gone may be gone, if that is what the tool says.
func TestGone(t *testing.T) {
	d := newDiary(t)
	step := d.step("a", "echo rmdir: not empty >&2; exit 1")
	step.Gone = []string{"no such rule", "not empty"}
	if err := new(Runner).Run(context.Background(), plan.Plan{step, d.step("b", "true")}); err != nil || d.read(t) != "a b" {
		t.Errorf("ran %s: %v", d.read(t), err)
	}
	step.Gone = []string{"no such rule"}
	if err := new(Runner).Run(context.Background(), plan.Plan{step}); err == nil {
		t.Error("another failure is none, either")
	}
	step = d.step("c", "kill -KILL $$")
	step.Gone = []string{""}
	if err := new(Runner).Run(context.Background(), plan.Plan{step}); err == nil {
		t.Error("a tool that was killed said nothing")
	}
}

// A step whose tool was killed may have been done: it is undone as far as it was.
func TestKilledTool(t *testing.T) {
	d := newDiary(t)
	p := plan.Plan{d.step("a", "true", d.step("a-1", "true")), d.step("b", "kill -KILL $$", d.step("b-1", "exit 1"), d.step("b-2", "true"))}
	err := new(Runner).Run(context.Background(), p)
	if got := d.read(t); got != "a b b-1 b-2 a-1" || strings.Contains(err.Error(), "undoing") {
		t.Errorf("ran %s: %v", got, err)
	}
}

// A tool holds the lock, whatever becomes of this process.
func TestLock(t *testing.T) {
	dir := t.TempDir()
	lock, err := os.Create(dir + "/lock")
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	number := int(lock.Fd())
	if err := unix.Flock(number, unix.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	r := &Runner{Lock: lock}
	done := make(chan error)
	go func() {
		done <- r.Run(context.Background(), plan.Plan{{Argv: []string{"sh", "-c", "echo >" + dir + "/begun; until [ -e " + dir + "/end ]; do sleep 0.01; done"}}})
	}()
	for start := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		if _, err := os.Stat(dir + "/begun"); err == nil {
			break
		}
		if time.Since(start) > 10*time.Second {
			t.Fatal("the tool does not begin")
		}
	}
	// This process lets go of it, as if it had ended: another file takes its place.
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	if err := unix.Dup3(int(null.Fd()), number, unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	other, err := os.Open(dir + "/lock")
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Flock(int(other.Fd()), unix.LOCK_EX|unix.LOCK_NB); !errors.Is(err, unix.EWOULDBLOCK) {
		t.Errorf("while the tool is at work: %v", err)
	}
	os.WriteFile(dir+"/end", nil, 0o600)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if err := unix.Flock(int(other.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
