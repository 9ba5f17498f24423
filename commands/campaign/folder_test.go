package campaign

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What a killed campaign has left is taken up: whole lines count, the last one for a seed,
// and seeds that told nothing are run again.
func TestTakeUp(t *testing.T) {
	dir := t.TempDir()
	about := About{Command: "x", Seeds: "1-9"}
	none := func(uint64) bool { return false }
	f, err := Open(dir, about, none)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, about, none); err == nil || !strings.Contains(err.Error(), "another campaign writes") {
		t.Errorf("two have it: %v", err)
	}
	for seed, v := range []Verdict{Passed, Failed, Error, Timeout, Inconclusive, DiskFull} {
		f.add(Result{Seed: uint64(seed), Verdict: v})
	}
	f.results.WriteString(`{"seed":6,"verdict":"pas`)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if f, err = Open(dir, about, func(seed uint64) bool { return seed == 1 }); err != nil {
		t.Fatal(err)
	}
	for seed, done := range []bool{true, false, false, true, true, false, false} {
		if f.Done(uint64(seed)) != done {
			t.Errorf("seed %d is done: %v", seed, !done)
		}
	}
	f.add(Result{Seed: 1, Verdict: Passed})
	f.add(Result{Seed: 7, Verdict: Failed})
	f.End(AllDone)
	f.Close()
	failures, err := os.ReadFile(filepath.Join(dir, failuresFile))
	if err != nil || bytes.Count(failures, []byte("\n")) != 2 || !bytes.Contains(failures, []byte(`"seed":3,`)) || !bytes.Contains(failures, []byte(`"seed":7,`)) {
		t.Errorf("failures are\n%s%v", failures, err)
	}
	s, err := Summarize([]string{dir})
	if err != nil || s.Verdicts[Passed] != 2 || s.Verdicts[Failed] != 1 || s.Seeds != 7 || s.NotRun != 3 {
		t.Errorf("the summary is %+v, %v", s, err)
	}
	if _, err := Open(dir, About{Command: "y"}, none); err == nil {
		t.Error("another campaign has it")
	}
}

func TestSplitSeed(t *testing.T) {
	if dir, seed, err := SplitSeed("a/b/seed-17/"); dir != "a/b" || seed != 17 || err != nil {
		t.Error(dir, seed, err)
	}
	for _, path := range []string{"a", "seed-", "seed-x", "seed-1-2", "a/17"} {
		if _, _, err := SplitSeed(path); err == nil {
			t.Errorf("%s is a seed's folder", path)
		}
	}
}
