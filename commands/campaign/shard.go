package campaign

import (
	"fmt"
	"strconv"
	"strings"

	"vagganet/commands/hints"
)

// Shard is a part of the seeds: of each Of of them, the one that Index counts, from 1. The
// zero value is all of them.
type Shard struct{ Index, Of int }

func (s Shard) String() string {
	if s.Of == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.Index, s.Of)
}

// has reports whether the n-th seed, counted from 1, is the shard's.
func (s Shard) has(n uint64) bool {
	return s.Of == 0 || (n-1)%uint64(s.Of) == uint64(s.Index-1)
}

// ParseShard reads "2/8".
func ParseShard(text string) (Shard, error) {
	index, of, both := strings.Cut(text, "/")
	i, err := strconv.Atoi(index)
	n, err2 := strconv.Atoi(of)
	if !both || err != nil || err2 != nil {
		return Shard{}, hints.With(fmt.Errorf("shard %q is no shard", text), "a shard is its number, from 1, and how many there are: 2/8")
	}
	return checkShard(Shard{i, n})
}

func checkShard(s Shard) (Shard, error) {
	if s.Of < 1 || s.Index < 1 || s.Index > s.Of {
		return s, hints.With(fmt.Errorf("there is no shard %d of %d", s.Index, s.Of), "shards are numbered from 1: of 8, they are 1/8 to 8/8")
	}
	return s, nil
}

// shardsVariable says how many shards there are, where an engine tells its jobs only which
// of them they are.
const shardsVariable = "VAGGANET_SHARDS"

// FindShard takes the shard from what engines tell their jobs: Slurm's array jobs,
// Kubernetes' indexed ones, GNU parallel. From names the variables that it was found by;
// it is empty, and the shard is all, where there are none.
func FindShard(env func(string) string) (shard Shard, from string, err error) {
	number := func(name string) int {
		text := env(name)
		n, convErr := strconv.Atoi(text)
		if convErr != nil && text != "" && err == nil {
			err = fmt.Errorf("%s is %q, and no number", name, text)
		}
		return n
	}
	switch {
	case env("SLURM_ARRAY_TASK_ID") != "":
		from = "SLURM_ARRAY_TASK_ID"
		step := max(number("SLURM_ARRAY_TASK_STEP"), 1)
		shard = Shard{(number("SLURM_ARRAY_TASK_ID")-number("SLURM_ARRAY_TASK_MIN"))/step + 1, number("SLURM_ARRAY_TASK_COUNT")}
	case env("JOB_COMPLETION_INDEX") != "" && env(shardsVariable) != "":
		from = "JOB_COMPLETION_INDEX and " + shardsVariable
		shard = Shard{number("JOB_COMPLETION_INDEX") + 1, number(shardsVariable)}
	case env("PARALLEL_SEQ") != "" && env(shardsVariable) != "":
		from = "PARALLEL_SEQ and " + shardsVariable
		shard = Shard{number("PARALLEL_SEQ"), number(shardsVariable)}
	default:
		return Shard{}, "", nil
	}
	if err == nil {
		_, err = checkShard(shard)
	}
	if err != nil {
		err = hints.With(fmt.Errorf("the shard can't be taken from %s: %w", from, err), "name it: --shard 2/8, or --shard 1/1 for all seeds")
	}
	return shard, from, err
}
