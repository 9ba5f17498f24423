// Package campaign runs the same run for many seeds, many at a time. It keeps what came of
// each in a folder, takes up a campaign that was ended before its time, and says what came
// of all of them.
package campaign

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"

	"vagganet/commands/hints"
)

// Seeds are those of a campaign: ranges in rising order, no seed twice.
type Seeds []Range

// Range are the seeds from First to Last. One that has no end goes to the highest number.
type Range struct{ First, Last uint64 }

const highest = math.MaxUint64

func (r Range) endless() bool { return r.Last == highest && r.First != highest }

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
	sort.Slice(s, func(i, j int) bool { return s[i].First < s[j].First })
	for i := 1; i < len(s); i++ {
		if s[i].First <= s[i-1].Last {
			return nil, fmt.Errorf("seeds %q: seed %d is there twice", text, s[i].First)
		}
	}
	return s, nil
}

func parseRange(text string) (Range, error) {
	first, last, isRange := strings.Cut(text, "-")
	from, err := parseSeed(first)
	if err != nil {
		return Range{}, err
	}
	if !isRange {
		return Range{from, from}, nil
	}
	if last == "" {
		return Range{from, highest}, nil
	}
	to, err := parseSeed(last)
	if err != nil {
		return Range{}, err
	}
	if to < from {
		return Range{}, fmt.Errorf("%s ends before it begins", text)
	}
	return Range{from, to}, nil
}

func parseSeed(text string) (uint64, error) {
	n, err := strconv.ParseUint(text, 10, 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return n, fmt.Errorf("%s is too large: the highest seed is %d", text, uint64(highest))
	case err != nil:
		return n, fmt.Errorf("%q is no number", text)
	}
	return n, nil
}

func (r Range) String() string {
	switch {
	case r.First == r.Last:
		return strconv.FormatUint(r.First, 10)
	case r.endless():
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

// Endless reports whether they have no end.
func (s Seeds) Endless() bool { return len(s) > 0 && s[len(s)-1].endless() }

// Count is how many there are in a shard; 0 where they have no end.
func (s Seeds) Count(shard Shard) uint64 {
	if s.Endless() {
		return 0
	}
	n := uint64(0)
	for _, r := range s {
		n += r.Last - r.First + 1
	}
	if shard.Of == 0 {
		return n
	}
	return n/uint64(shard.Of) + map[bool]uint64{true: 1}[n%uint64(shard.Of) >= uint64(shard.Index)]
}

// Has reports whether a seed is one of a shard's.
func (s Seeds) Has(seed uint64, shard Shard) bool {
	n := uint64(0)
	for _, r := range s {
		if seed >= r.First && seed <= r.Last {
			return shard.has(n + seed - r.First + 1)
		}
		n += r.Last - r.First + 1
	}
	return false
}

// With are these and others.
func (s Seeds) With(others Seeds) Seeds {
	all := slices.Concat(s, others)
	sort.Slice(all, func(i, j int) bool { return all[i].First < all[j].First })
	var union Seeds
	for _, r := range all {
		if n := len(union); n > 0 && (union[n-1].Last == highest || r.First <= union[n-1].Last+1) {
			union[n-1].Last = max(union[n-1].Last, r.Last)
			continue
		}
		union = append(union, r)
	}
	return union
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
