package campaign

import (
	"fmt"
	"slices"

	"vagganet/commands/hints"
)

// parts are the campaigns that are put together, and what each was to run.
type parts []*part

type part struct {
	path  string
	seeds Seeds
	shard Shard
	ended Ended
	ran   uint64 // how many of its seeds have a verdict
}

// add adds a campaign. Shards must be of the same seeds, and be counted alike.
func (p *parts) add(path string, about About) error {
	seeds, err := ParseSeeds(about.Seeds)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	one := &part{path: path, seeds: seeds, ended: about.Ended}
	if about.Shard != "" {
		if one.shard, err = ParseShard(about.Shard); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	for _, other := range *p {
		if one.shard.Of == 0 || other.shard.Of == 0 {
			continue
		}
		if one.shard.Of != other.shard.Of || !slices.Equal(one.seeds, other.seeds) {
			return hints.With(fmt.Errorf("%s is shard %s of seeds %s, but %s is shard %s of seeds %s",
				other.path, other.shard, other.seeds, path, one.shard, one.seeds), "put together what are shards of the same seeds")
		}
	}
	*p = append(*p, one)
	return nil
}

// ran takes note that the last campaign has a verdict about a seed.
func (p parts) ran(seed uint64) {
	if last := p[len(p)-1]; last.seeds.Has(seed, last.shard) {
		last.ran++
	}
}

// missing counts the seeds that were asked for and have no verdict, where there is an end of
// them, and lists the shards of which there is nothing. Lacking reports whether it was nobody
// that has ended a campaign so: neither by a time nor by the first failure.
func (p parts) missing() (seeds uint64, lacking bool, shards []string) {
	shards = []string{}
	have, of := map[int]bool{}, 0
	for _, one := range p {
		have[one.shard.Index], of = true, max(of, one.shard.Of)
		n := one.seeds.Count(one.shard)
		if n > one.ran {
			seeds += n - one.ran
		}
		if (n > one.ran || one.seeds.Endless()) && one.ended != TimeUp && one.ended != AtFailure {
			lacking = true
		}
	}
	for i := 1; i <= of; i++ {
		if !have[i] {
			shards = append(shards, Shard{i, of}.String())
		}
	}
	return seeds, lacking, shards
}
