package campaign

import "time"

// OnTime is by how much a fault may come late until its run counts as one too many.
const OnTime = 200 * time.Millisecond

// jobs is how many runs go on at once. Where it looks for the number itself, it takes more
// of them as long as all faults come in time, and fewer once one does not.
type jobs struct {
	now  int
	auto bool
	// most is the highest number that may be tried: one below what was too many.
	most int
	// calm counts the runs in time since now was changed, and epoch the changes.
	calm, epoch int
}

// calmLong is how often as many runs as go on at once have to be in time until one more is
// tried than what was found to be too many.
const calmLong = 20

// jobsMost is the highest number of runs at once that is looked for.
const jobsMost = 1024

func newJobs(n int, auto bool) *jobs { return &jobs{now: n, auto: auto, most: jobsMost} }

// ended takes note of the end of a run that was started in an epoch. It reports whether the
// number was found to be too high by it.
func (j *jobs) ended(epoch int, late bool) bool {
	if !j.auto || epoch != j.epoch {
		return false
	}
	if late {
		if j.now > 1 {
			j.most = j.now - 1
			j.now = max(1, j.now*3/4)
		}
		j.change()
		return true
	}
	j.calm++
	switch {
	case j.calm >= 2*j.now && j.now < j.most:
		j.now = min(j.most, j.now+max(1, j.now/4))
		j.change()
	case j.calm >= calmLong*j.now && j.now < jobsMost: // what was too many may have had another reason
		j.most = j.now + 1
	}
	return false
}

func (j *jobs) change() {
	j.calm = 0
	j.epoch++
}

// isLate reports whether the run shows that there are too many at once.
func isLate(r Result) bool {
	return r.late || r.Latest > OnTime.Seconds() || r.Verdict == OutOfMemory
}
