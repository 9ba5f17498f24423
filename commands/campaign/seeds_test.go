package campaign

import (
	"slices"
	"testing"
)

func TestSeeds(t *testing.T) {
	for text, want := range map[string]string{
		"18446744073709551615":   "18446744073709551615",
		"18446744073709551616":   "is wrong",
		"7-18446744073709551615": "7-",
		"1-3":                    "1-3",
		"17":                     "17",
		"9,1-3, 5-":              "is wrong",
		"9,1-3, 5":               "1-3,5,9",
		"":                       "is wrong",
		"a":                      "is wrong",
		"3-1":                    "is wrong",
		"1-3,3":                  "is wrong",
		"1--3":                   "is wrong",
		"-1":                     "is wrong",
		"1-x":                    "is wrong",
		"0-18446744073709551614": "0-18446744073709551614",
	} {
		s, err := ParseSeeds(text)
		if err == nil && s.String() != want || err != nil && want != "is wrong" {
			t.Errorf("%q is %s, %v", text, s, err)
		}
	}
}

// The shards have each seed once, and count theirs.
func TestShards(t *testing.T) {
	s, err := ParseSeeds("1-10,20-23,30")
	if err != nil {
		t.Fatal(err)
	}
	for of := 1; of <= 16; of++ {
		var all []uint64
		for i := 1; i <= of; i++ {
			list := slices.Collect(s.Of(Shard{i, of}))
			if uint64(len(list)) != s.Count(Shard{i, of}) {
				t.Errorf("shard %d of %d has %d seeds, and counts %d", i, of, len(list), s.Count(Shard{i, of}))
			}
			for _, seed := range list {
				if !s.Has(seed, Shard{i, of}) {
					t.Errorf("shard %d of %d has seed %d, and says that it hasn't", i, of, seed)
				}
			}
			all = append(all, list...)
		}
		slices.Sort(all)
		if want := slices.Collect(s.Of(Shard{})); !slices.Equal(all, want) {
			t.Errorf("%d shards have %v", of, all)
		}
	}
	endless, _ := ParseSeeds("5-")
	n := 0
	for seed := range endless.Of(Shard{2, 3}) {
		if seed != uint64(6+3*n) {
			t.Errorf("seed %d of the shard is %d", n, seed)
		}
		if n++; n == 4 {
			break
		}
	}
	for seed, has := range map[uint64]bool{4: false, 5: false, 6: true, 7: false, 9: true} {
		if endless.Has(seed, Shard{2, 3}) != has {
			t.Errorf("the shard has seed %d: %v", seed, !has)
		}
	}
	if got := s.With(Seeds{{5, 12}, {29, 31}, {40, 40}}).String(); got != "1-12,20-23,29-31,40" {
		t.Errorf("together they are %s", got)
	}
	if got := s.With(endless).String(); got != "1-" {
		t.Errorf("with those without an end they are %s", got)
	}
	if endless.Count(Shard{}) != 0 || !endless.Endless() {
		t.Error("what has no end is counted")
	}
}

func TestFindShard(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want string
	}{
		{map[string]string{}, ""},
		{map[string]string{"SLURM_ARRAY_TASK_ID": "7", "SLURM_ARRAY_TASK_MIN": "5", "SLURM_ARRAY_TASK_COUNT": "4"}, "3/4"},
		{map[string]string{"SLURM_ARRAY_TASK_ID": "9", "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_COUNT": "5", "SLURM_ARRAY_TASK_STEP": "4"}, "3/5"},
		// of a list with gaps, the number can't be told
		{map[string]string{"SLURM_ARRAY_TASK_ID": "17", "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_COUNT": "3"}, "wrong"},
		{map[string]string{"JOB_COMPLETION_INDEX": "0", "VAGGANET_SHARDS": "2"}, "1/2"},
		{map[string]string{"JOB_COMPLETION_INDEX": "2", "VAGGANET_SHARDS": "2"}, "wrong"},
		{map[string]string{"JOB_COMPLETION_INDEX": "0"}, ""},
		{map[string]string{"PARALLEL_SEQ": "2", "VAGGANET_SHARDS": "2"}, "2/2"},
		{map[string]string{"PARALLEL_SEQ": "2", "VAGGANET_SHARDS": "two"}, "wrong"},
	} {
		shard, _, err := FindShard(func(name string) string { return c.env[name] })
		got := shard.String()
		if err != nil {
			got = "wrong"
		}
		if got != c.want {
			t.Errorf("%v: %s, %v", c.env, got, err)
		}
	}
	for _, text := range []string{"0/2", "3/2", "1", "a/2", "1/0"} {
		if _, err := ParseShard(text); err == nil {
			t.Errorf("%s is a shard", text)
		}
	}
}

func TestCompact(t *testing.T) {
	if got := Compact([]uint64{7, 3, 1, 2, 9, 8}); got != "1-3,7-9" {
		t.Error(got)
	}
}
