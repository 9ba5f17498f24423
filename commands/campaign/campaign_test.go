package campaign

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestSignalForAll has the run of a seed be ended by a signal before the campaign gets it:
// the seed has not failed by that.
func TestSignalForAll(t *testing.T) {
	defer func(d time.Duration) { settle = d }(settle)
	settle = time.Minute
	dir := t.TempDir()
	program, ended := filepath.Join(dir, "program"), filepath.Join(dir, "ended")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n>"+ended+"\nkill -TERM $$\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	seeds, err := ParseSeeds("7")
	if err != nil {
		t.Fatal(err)
	}
	folder, err := Open(filepath.Join(dir, "out"), About{}, func(uint64) bool { return false })
	if err != nil {
		t.Fatal(err)
	}
	signals := make(chan os.Signal)
	go func() {
		for {
			if _, err := os.Stat(ended); err == nil {
				signals <- syscall.SIGTERM
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	p := Campaign{Runs: Runs{Program: program}, Folder: folder, Seeds: seeds.Of(Shard{}), Total: 1, Jobs: 1,
		Say: t.Logf, Show: func(Progress) {}, ShowEvery: time.Hour}.Run(signals)
	if err := folder.Close(); err != nil || p.Ended != BySignal {
		t.Errorf("ended by %q, %v", p.Ended, err)
	}
	if err := Results(folder.path, func(r Result) { t.Errorf("seed %d has a verdict: %s, %s", r.Seed, r.Verdict, r.Why) }); err != nil {
		t.Error(err)
	}
}
