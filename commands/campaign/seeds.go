// Package campaign runs the same run for many seeds, many at a time. It keeps what came of
// each in a folder, takes up a campaign that was ended before its time, and says what came
// of all of them.
package campaign

import (
	"cmp"
	"fmt"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"

	"vagganet/commands/hints"
)

// Seeds are those of a campaign: ranges in rising order, no seed twice.
type Seeds []Range

// Range are the seeds from First to Last. Without an end, Last is Endless.
type Range struct{ First, Last uint64 }

// Endless is the last seed of a range that has no end.
const Endless = math.MaxUint64

// ParseSeeds reads "1-100", "1-100,4711" and "1-".
func ParseSeeds(text string) (Seeds, error) {
	var s Seeds
	for _, part := range strings.Split(text, ",") {
		r, err := parseRange(strings.TrimSpace(part))
		if err != nil {
			return nil, hints.With(fmt.Errorf("seeds %q: %w", text, err), "seeds are numbers and ranges: 1-100, 17, 1-100,4711, or 1- without an end")
		}
		s = append(s, r)
	}
	slices.SortFunc(s, func(a, b Range) int { return cmp.Compare(a.First, b.First) })
	for i := 1; i < len(s); i++ {
		if s[i].First <= s[i-1].Last {
			return nil, fmt.Errorf("seeds %q: seed %d is there twice", text, s[i].First)
		}
	}
	return s, nil
}

func parseRange(text string) (Range, error) {
	first, last, isRange := strings.Cut(text, "-")
	from, err := strconv.ParseUint(first, 10, 64)
	if err != nil {
		return Range{}, fmt.Errorf("%q is no number", first)
	}
	if !isRange {
		return Range{from, from}, nil
	}
	if last == "" {
		return Range{from, Endless}, nil
	}
	to, err := strconv.ParseUint(last, 10, 64)
	if err != nil {
		return Range{}, fmt.Errorf("%q is no number", last)
	}
	if to < from {
		return Range{}, fmt.Errorf("%s ends before it begins", text)
	}
	return Range{from, to}, nil
}

func (r Range) String() string {
	switch r.Last {
	case r.First:
		return strconv.FormatUint(r.First, 10)
	case Endless:
		return fmt.Sprintf("%d-", r.First)
	}
	return fmt.Sprintf("%d-%d", r.First, r.Last)
}

func (s Seeds) String() string {
	var parts []string
	for _, r := range s {
		parts = append(parts, r.String())
	}
	return strings.Join(parts, ",")
}

// Of are those of a shard, in their order.
func (s Seeds) Of(shard Shard) iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		n := uint64(0)
		for _, r := range s {
			for seed := r.First; ; seed++ {
				n++
				if shard.has(n) && !yield(seed) {
					return
				}
				if seed == r.Last {
					break
				}
			}
		}
	}
}

// Count is how many there are in a shard; 0 where they have no end.
func (s Seeds) Count(shard Shard) int {
	n := uint64(0)
	for _, r := range s {
		if r.Last == Endless {
			return 0
		}
		n += r.Last - r.First + 1
	}
	if shard.Of == 0 {
		return int(n)
	}
	return int((n + uint64(shard.Of-shard.Index)) / uint64(shard.Of))
}

// Compact are some seeds as a person writes them: 1-3,7.
func Compact(seeds []uint64) string {
	var s Seeds
	for _, seed := range slices.Sorted(slices.Values(seeds)) {
		if n := len(s); n > 0 && s[n-1].Last+1 == seed {
			s[n-1].Last = seed
			continue
		}
		s = append(s, Range{seed, seed})
	}
	return s.String()
}
