package campaign

import (
	"cmp"
	"iter"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"vagganet/commands/report"
	"vagganet/commands/terminal"
)

// Campaign is what is to be run, and how.
type Campaign struct {
	Runs   Runs
	Folder *Folder
	Seeds  iter.Seq[uint64]
	// Total is how many seeds there are, but for those that are done; 0 where they have no
	// end.
	Total uint64
	// Jobs is how many runs go on at once; Auto has the number be found, from there.
	Jobs int
	Auto bool
	// Time is after how long no further run is started; 0 for never.
	Time time.Duration
	// UntilFailure ends the campaign at the first seed that fails, KeepAll keeps the folders
	// of seeds that passed.
	UntilFailure, KeepAll bool
	// Say tells a person what happens meanwhile, Show how far it is, and how often.
	Say       func(format string, args ...any)
	Show      func(Progress)
	ShowEvery time.Duration
}

// Progress is how far a campaign is.
type Progress struct {
	Counts  map[Verdict]int
	Done    int    // seeds that have a verdict of this campaign
	Total   uint64 // 0 where there is no end
	Running int
	Jobs    int
	// Left is about how long it takes from now; 0 where that isn't known.
	Left time.Duration
	// Latest is by how many seconds the latest fault came late.
	Latest float64
	// Ended is why it has ended; empty before.
	Ended Ended
}

// running are the runs of a campaign.
type running struct {
	Campaign
	jobs      *jobs
	began     time.Time
	progress  Progress
	processes map[uint64]*process
	ended     chan Result
	next      func() (uint64, bool)
	again     []uint64 // seeds whose faults came late since there were too many runs
	wasAgain  map[uint64]bool
	seconds   float64 // that all runs so far have taken
	// why is why no further run is started; empty where there is no reason. Aborted says that
	// those which go on are ended, and have no verdict.
	why     Ended
	aborted bool
	stopped chan struct{} // closed when aborted is set
}

// Run runs the campaign to its end. Signals are those that end it: by the first, the runs
// that go on are ended, and by another one they are killed.
func (c Campaign) Run(signals <-chan os.Signal) Progress {
	r := &running{Campaign: c, jobs: newJobs(c.Jobs, c.Auto), began: time.Now(), processes: map[uint64]*process{},
		ended: make(chan Result), stopped: make(chan struct{}), wasAgain: map[uint64]bool{}, progress: Progress{Counts: map[Verdict]int{}, Total: c.Total}}
	next, stop := iter.Pull(c.Seeds)
	defer stop()
	r.next = next
	return r.loop(signals)
}

func (r *running) loop(signals <-chan os.Signal) Progress {
	show := time.NewTicker(r.ShowEvery)
	defer show.Stop()
	var up <-chan time.Time
	if r.Time > 0 {
		up = time.After(r.Time)
	}
	for r.startMore(); len(r.processes) > 0; r.startMore() {
		r.show()
		select {
		case result := <-r.ended:
			r.take(result)
		case s := <-signals:
			r.signalled(s.(syscall.Signal))
		case <-up:
			r.why = cmp.Or(r.why, TimeUp)
		case <-show.C:
		}
	}
	r.progress.Ended = cmp.Or(r.why, AllDone)
	r.show()
	return r.progress
}

// startMore starts runs up to as many as may go on.
func (r *running) startMore() {
	for r.why == "" && len(r.processes) < r.jobs.now {
		seed, is := r.nextSeed()
		if !is {
			return
		}
		r.start(seed)
	}
}

func (r *running) nextSeed() (uint64, bool) {
	if n := len(r.again); n > 0 {
		seed := r.again[n-1]
		r.again = r.again[:n-1]
		return seed, true
	}
	for {
		seed, is := r.next()
		if !is || !r.Folder.Done(seed) {
			return seed, is
		}
	}
}

func (r *running) start(seed uint64) {
	p := &process{seed: seed, folder: SeedFolder(r.Folder.path, seed), output: outputOf(r.Folder.path, seed), runs: r.Runs, epoch: r.jobs.epoch}
	if err := r.Folder.setAside(seed); err != nil {
		r.why = Useless
		r.Say("%v", err)
		return
	}
	r.processes[seed] = p
	go func() { r.ended <- p.settled(r.stopped) }()
}

// settled runs the seed, and returns when it is sure that what came of it is no work of a
// signal for all: soon, if the run has passed or the campaign is stopped.
func (p *process) settled(stopped <-chan struct{}) Result {
	r := p.run()
	if r.Verdict != Passed {
		select {
		case <-time.After(settle):
		case <-stopped:
		}
	}
	return r
}

// settle is how long a run that has not passed has no verdict yet. Who ends a job sends a
// signal to all of its processes, in any order, as Slurm does: what a run comes to by that
// says nothing of the system, and the campaign may be the last to get it.
var settle = 300 * time.Millisecond

// signalled ends the campaign, and what it has going.
func (r *running) signalled(s syscall.Signal) {
	send := syscall.SIGTERM
	if r.aborted {
		send = syscall.SIGKILL
	} else {
		r.Say("signal: %v, stopping %s; another one kills them", s, terminal.Count(len(r.processes), "run"))
	}
	r.abort(BySignal, send)
}

func (r *running) abort(why Ended, s syscall.Signal) {
	r.why = cmp.Or(r.why, why)
	if !r.aborted {
		r.aborted = true
		close(r.stopped)
	}
	for _, p := range r.processes {
		p.send(s)
	}
}

// take takes note of what came of a seed.
func (r *running) take(result Result) {
	p := r.processes[result.Seed]
	delete(r.processes, result.Seed)
	if r.aborted && (p.wasSent() || result.Verdict != Passed && (result.Code == nil || *result.Code > 128)) {
		r.Folder.putBack(result.Seed)
		return
	}
	r.seconds += result.Seconds
	if before := r.jobs.now; r.jobs.ended(p.epoch, isLate(result)) && r.jobs.now < before {
		r.Say("faults came %.1fs late with %s at once: now at most %d", result.Latest, terminal.Count(before, "run"), r.jobs.now)
	}
	r.keep(p, &result)
	r.Folder.add(result)
	if r.wasAgain[result.Seed] {
		r.Folder.twice = true
	}
	if r.Auto && result.Verdict == Inconclusive && result.late && !r.wasAgain[result.Seed] && !r.aborted {
		r.wasAgain[result.Seed] = true
		r.again = append(r.again, result.Seed)
		return
	}
	r.progress.Counts[result.Verdict]++
	r.progress.Done++
	r.progress.Latest = max(r.progress.Latest, result.Latest)
	if result.Verdict != Passed {
		r.Say("seed %d: %s: %s", result.Seed, result.Verdict, result.Why)
	}
	r.decide(result)
}

// decide ends the campaign where going on is of no use.
func (r *running) decide(result Result) {
	if r.UntilFailure && result.Verdict.Fails() && !r.aborted {
		r.abort(AtFailure, syscall.SIGTERM)
	}
	useless := r.progress.Counts[OutOfMemory] + r.progress.Counts[DiskFull] + r.progress.Counts[Error]
	if useless >= uselessMost && useless == r.progress.Done && !r.aborted {
		r.Say("none of the first %d runs could be made: stopping", useless)
		r.abort(Useless, syscall.SIGTERM)
	}
	if r.Folder.lost != nil && !r.aborted {
		r.Say("results can't be written: stopping")
		r.abort(Useless, syscall.SIGTERM)
	}
}

// uselessMost is how many runs may fail by themselves, and not by the system under test,
// until a campaign gives up that had no other ones.
const uselessMost = 5

// keep keeps what is known of a run, or removes it.
func (r *running) keep(p *process, result *Result) {
	r.Folder.forgetAside(p.seed)
	if result.Verdict == Passed && !r.KeepAll {
		r.Folder.clear(p.seed)
		return
	}
	if err := os.Mkdir(p.folder, 0o777); err == nil || os.IsExist(err) {
		os.Rename(p.output, filepath.Join(p.folder, report.OutputFile))
		result.Folder = filepath.Base(p.folder)
	}
}

func (r *running) show() {
	p := &r.progress
	p.Running, p.Jobs, p.Left = len(r.processes), r.jobs.now, 0
	if p.Done > 0 && p.Total > 0 {
		left := float64(p.Total) - float64(p.Done)
		each := r.seconds / float64(p.Done) / max(1, min(float64(p.Jobs), left))
		p.Left = time.Duration(min(each*left, 1e9) * float64(time.Second))
	}
	if r.Time > 0 {
		left := max(0, r.Time-time.Since(r.began))
		if p.Left == 0 || p.Left > left {
			p.Left = left
		}
	}
	r.Show(*p)
}
