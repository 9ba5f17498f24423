package campaign

import (
	"bytes"
	"fmt"
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
	if err != nil || bytes.Count(failures, []byte("\n")) != 4 || bytes.Contains(failures, []byte(`"seed":1,`)) || !bytes.Contains(failures, []byte(`"seed":3,`)) || !bytes.Contains(failures, []byte(`"seed":7,`)) {
		t.Errorf("failures are\n%s%v", failures, err)
	}
	results, err := os.ReadFile(filepath.Join(dir, resultsFile))
	if err != nil || bytes.Count(results, []byte("\n")) != 7 || bytes.Count(results, []byte(`"seed":1,`)) != 1 {
		t.Errorf("results are\n%s%v", results, err)
	}
	s, err := Summarize([]string{dir})
	if err != nil || s.Verdicts[Passed] != 2 || s.Verdicts[Failed] != 1 || s.Seeds != 7 || s.NotRun != 3 {
		t.Errorf("the summary is %+v, %v", s, err)
	}
	if _, err := Open(dir, About{Command: "y"}, none); err == nil {
		t.Error("another campaign has it")
	}
}

// The folder of a seed that is run again stays until something came of that.
func TestSetAside(t *testing.T) {
	dir := t.TempDir()
	about, none := About{Command: "x", Seeds: "1-9"}, func(uint64) bool { return false }
	f, err := Open(dir, about, none)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(SeedFolder(dir, 3), "run.json")
	has := func(want string) {
		t.Helper()
		if text, _ := os.ReadFile(file); string(text) != want {
			t.Errorf("the folder has %q, and not %q", text, want)
		}
	}
	run := func(text string) {
		if err := f.setAside(3); err != nil {
			t.Fatal(err)
		}
		os.Mkdir(SeedFolder(dir, 3), 0o755)
		os.WriteFile(file, []byte(text), 0o644)
	}
	run("first")
	f.forgetAside(3)
	run("ended by Ctrl+C")
	f.putBack(3)
	has("first")
	run("killed")
	f.Close()
	if f, err = Open(dir, about, none); err != nil {
		t.Fatal(err)
	}
	has("first")
	run("second")
	f.forgetAside(3)
	f.putBack(4) // which has none
	has("second")
	f.Close()
	if _, err := Open(dir, About{Command: "x", Seeds: "1-9", Shard: "1/2"}, none); err == nil {
		t.Error("another shard has it")
	}
}

// No seed is missed silently.
func TestMissing(t *testing.T) {
	for _, c := range []struct {
		about []About
		want  string
	}{
		{[]About{{Seeds: "1-9", Ended: AllDone}}, "8 not run, shards [], exit code 3"},
		{[]About{{Seeds: "1-9", Ended: TimeUp}}, "8 not run, shards [], exit code 0"},
		{[]About{{Seeds: "1-9", Ended: AtFailure}}, "8 not run, shards [], exit code 0"},
		{[]About{{Seeds: "1-9", Ended: Useless}}, "8 not run, shards [], exit code 3"},
		{[]About{{Seeds: "1-9"}}, "8 not run, shards [], exit code 3"},
		{[]About{{Seeds: "1", Ended: AllDone}}, "0 not run, shards [], exit code 0"},
		{[]About{{Seeds: "1-", Ended: TimeUp}}, "0 not run, shards [], exit code 0"},
		{[]About{{Seeds: "1-", Ended: BySignal}}, "0 not run, shards [], exit code 3"},
		{[]About{{Seeds: "1-3", Shard: "1/3"}, {Seeds: "1-3", Shard: "2/3"}}, "0 not run, shards [3/3], exit code 3"},
		{[]About{{Seeds: "1-2", Shard: "1/2"}, {Seeds: "1-2", Shard: "2/2"}}, "0 not run, shards [], exit code 0"},
		{[]About{{Seeds: "1-2", Shard: "1/2"}, {Seeds: "1-3", Shard: "2/3"}}, "error"},
		{[]About{{Seeds: "1-2", Shard: "1/2"}, {Seeds: "1-4", Shard: "2/2"}}, "error"},
		{[]About{{Seeds: "1"}, {Seeds: "2"}}, "0 not run, shards [], exit code 0"},
	} {
		var folders []string
		for i, about := range c.about {
			dir := t.TempDir()
			ended := about.Ended
			f, err := Open(dir, about, func(uint64) bool { return false })
			if err != nil {
				t.Fatal(err)
			}
			f.add(Result{Seed: uint64(i + 1), Verdict: Passed})
			f.End(ended)
			f.Close()
			folders = append(folders, dir)
		}
		s, err := Summarize(append(folders, folders[0])) // one of them twice
		got := fmt.Sprintf("%d not run, shards %v, exit code %d", s.NotRun, s.MissingShards, s.ExitCode())
		if err != nil {
			got = "error"
		}
		if got != c.want {
			t.Errorf("%+v: %s, %v", c.about, got, err)
		}
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
