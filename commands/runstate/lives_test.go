package runstate

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A lock counts between processes only, so the run is a process of its own:
// this test again.
func TestLives(t *testing.T) {
	if dir := os.Getenv("RUNSTATE_TEST_DIR"); dir != "" {
		if _, err := Register(dir, true, nil, "flaky", "token", true); err != nil {
			os.Stdout.WriteString(err.Error())
		}
		os.Stdout.WriteString("up\n")
		os.Stdin.Read(make([]byte, 1))
		os.Exit(0) // without Release, as if it were killed
	}
	dir := filepath.Join(t.TempDir(), "private", "runs")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	// What a run that was killed has left is longer than what comes after it.
	if err := os.WriteFile(filepath.Join(dir, "flaky"), []byte("a token of before"), 0o600); err != nil {
		t.Fatal(err)
	}
	if Lives(dir, "flaky", "a token of before") {
		t.Error("lives before it was started")
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestLives$")
	cmd.Env = append(os.Environ(), "RUNSTATE_TEST_DIR="+dir)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := make([]byte, 100)
	n, err := out.Read(said)
	if err != nil || strings.TrimSpace(string(said[:n])) != "up" {
		t.Fatalf("%q, %v", said[:n], err)
	}
	for token, want := range map[string]bool{"token": true, "a token of before": false, "": false} {
		if got := Lives(dir, "flaky", token); got != want {
			t.Errorf("while it is up, with token %q: %v", token, got)
		}
	}
	if Lives(dir, "other", "token") || Lives(dir, "../flaky", "other") {
		t.Error("another one lives")
	}
	in.Close()
	cmd.Wait()
	if Lives(dir, "flaky", "token") {
		t.Error("lives after its end")
	}
}

// Who removes what a killed run left holds a lock, too, but is no run.
func TestCleanerIsNoRun(t *testing.T) {
	if path := os.Getenv("RUNSTATE_TEST_CLEANER"); path != "" {
		if _, err := lock(path, byCleaner); err != nil {
			os.Stdout.WriteString(err.Error())
		}
		os.Stdout.WriteString("up\n")
		os.Stdin.Read(make([]byte, 1))
		os.Exit(0)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "flaky")
	if err := os.WriteFile(path, []byte("token"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestCleanerIsNoRun$")
	cmd.Env = append(os.Environ(), "RUNSTATE_TEST_CLEANER="+path)
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	if err := errors.Join(err1, err2, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer in.Close()
	said := make([]byte, 100)
	n, err := out.Read(said)
	if err != nil || strings.TrimSpace(string(said[:n])) != "up" {
		t.Fatalf("%q, %v", said[:n], err)
	}
	if Lives(dir, "flaky", "token") {
		t.Error("a cleaner's lock is taken for a run's")
	}
}
