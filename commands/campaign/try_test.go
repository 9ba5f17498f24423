package campaign

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// trierOf is one whose runs are a shell script, in a folder of which nothing may be left.
func trierOf(t *testing.T, script string) Trier {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "program")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "tries")
	if err := os.Mkdir(folder, 0o777); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
			t.Errorf("left is %v: %v", left, err)
		}
	})
	about := About{Command: "small", Options: []string{"--isolated", "--faults", "of-the-campaign.yaml", "--only", "a"}, Driver: []string{"make", "check"}}
	return Trier{Runs: Runs{Program: program, About: about}, Seed: 17, Folder: folder}
}

// What a run gets is its timeline, and what it ends with is the outcome.
func TestTry(t *testing.T) {
	defer func(d time.Duration) { settle = d }(settle)
	settle = time.Millisecond
	const summary = `
[ "$1 $2 $3 $4 $6 $7 $8 $9" = "run --seed 17 --out --isolated --only a --faults" ] || exit 9
shift 9
[ "$2 $3 $4 $5" = "small -- make check" ] && grep -q '^- {at: 1s, for: 4s, partition: isolate b}$' "$1" || exit 9
mkdir "${1%/*}/run" || exit 9
echo '{"code": CODE, "missed": [MISSED]}' >"${1%/*}/run/run.json"
exit CODE
`
	for name, c := range map[string]struct {
		code, missed string
		want         Outcome
	}{
		"passes":     {"0", "", Outcome{Counts: true}},
		"fails":      {"3", "", Outcome{Failed: true, Counts: true, Why: "exit code 3"}},
		"too late":   {"3", `{"what": "isolate b", "due": 1}`, Outcome{Why: "isolate b never began, due at 1s"}},
		"is no run":  {"125", "", Outcome{Why: "exit code 125"}},
		"can't fail": {"; exit 0", "", Outcome{Why: "it ended without a summary"}},
	} {
		trier := trierOf(t, strings.NewReplacer("CODE", c.code, "MISSED", c.missed).Replace(summary))
		if got := trier.Try(t.Context(), entries("a b")[1:]); got != c.want {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
		if fmt.Sprint(trier.Runs.Options) != "[--isolated --faults of-the-campaign.yaml --only a]" {
			t.Errorf("the campaign's options are %q now", trier.Runs.Options)
		}
	}
	trier := trierOf(t, "")
	trier.Runs.Program += "-not"
	if got := trier.Try(t.Context(), nil); got.Counts || !strings.Contains(got.Why, "program-not: no such file") {
		t.Errorf("without a program: %+v", got)
	}
	trier.Folder += "-not"
	if got := trier.Try(t.Context(), nil); got.Counts || !strings.Contains(got.Why, "tries-not") {
		t.Errorf("without a folder: %+v", got)
	}
}

// A try ends with its context, whatever it does.
func TestTryEnds(t *testing.T) {
	defer func(d time.Duration) { patienceInTry = d }(patienceInTry)
	patienceInTry = 100 * time.Millisecond
	for _, script := range []string{"exec sleep 4321", "trap '' TERM\necho >$0.up; while :; do sleep 0.05; done"} {
		trier := trierOf(t, script)
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			time.Sleep(300 * time.Millisecond)
			cancel()
		}()
		ended := make(chan Outcome)
		go func() { ended <- trier.Try(ctx, nil) }()
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			t.Fatalf("%q goes on", script)
		}
	}
}
