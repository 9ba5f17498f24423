package runstate

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// The folders of runs may be made, and removed with the last run, while they are watched:
// each name that is taken or given back is reported, and nothing else.
func TestWatch(t *testing.T) {
	home := t.TempDir()
	parent := filepath.Join(home, "vagganet")
	dir := filepath.Join(parent, "watched")
	w, err := NewWatch([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	reports := make(chan struct{}, 99)
	ended := make(chan error)
	go func() {
		for {
			if err := w.Wait(); err != nil {
				ended <- err
				return
			}
			reports <- struct{}{}
		}
	}()
	reported := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		select {
		case <-reports:
		case <-time.After(time.Minute):
			t.Fatalf("%s is not reported", what)
		}
		for more := true; more; { // a folder is reported for itself, and in the one above
			select {
			case <-reports:
			case <-time.After(100 * time.Millisecond):
				more = false
			}
		}
	}
	run := filepath.Join(dir, "run")
	for range 2 {
		if err := os.WriteFile(filepath.Join(home, "other"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		reported("the folder", os.MkdirAll(dir, 0o700))
		reported("a run", os.WriteFile(run, nil, 0o600))
		reported("its end", os.Remove(run))
		reported("the folder's end", errors.Join(os.Remove(dir), os.Remove(parent)))
	}
	if err := errors.Join(os.Remove(filepath.Join(home, "other")), os.Mkdir(filepath.Join(home, "third"), 0o700)); err != nil {
		t.Fatal(err)
	}
	select {
	case <-reports:
		t.Error("what is no run's is reported")
	case <-time.After(100 * time.Millisecond):
	}
	w.Close()
	<-ended
}

func TestAwaitEnd(t *testing.T) {
	cmd := exec.Command("cat")
	stdin, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() { ended <- AwaitEnd(cmd.Process.Pid) }()
	select {
	case err := <-ended:
		t.Errorf("while it is there: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	stdin.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	cmd.Wait()
	if AwaitEnd(cmd.Process.Pid) == nil {
		t.Error("nobody has that number")
	}
}
