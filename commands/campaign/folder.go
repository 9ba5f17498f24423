package campaign

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"vagganet/commands/hints"
	"vagganet/commands/report"
)

// The files of a campaign's folder. Beside them is a folder for each seed that is kept.
const (
	AboutFile    = "campaign.json"
	resultsFile  = "results.jsonl"
	failuresFile = "failures.jsonl"
	seedPrefix   = "seed-"
)

// About is what a campaign is of: its campaign.json.
type About struct {
	Version string `json:"version"`
	// Command is that of the config file; empty where guests are given as options.
	Command string `json:"command"`
	// Options are those that each run gets, and Driver its driver.
	Options []string `json:"options"`
	Driver  []string `json:"driver"`
	// Seeds are all that were asked for so far, and Shard is the part of them that is its.
	Seeds string `json:"seeds"`
	Shard string `json:"shard,omitempty"`
	// Nodes are the names of the guests.
	Nodes []string `json:"nodes"`
	// Files is a digest of the config file and the file of faults.
	Files string `json:"files,omitempty"`
	// Ended says why it has ended: one of the words below, or nothing while it goes on, or
	// where it was killed.
	Ended Ended `json:"ended,omitempty"`
}

// Ended is why a campaign has ended.
type Ended string

// Why a campaign has ended.
const (
	AllDone   Ended = "all-done"
	TimeUp    Ended = "time"    // that of --time
	AtFailure Ended = "failure" // the first one, as --until-failure asks for
	Useless   Ended = "error"   // its runs could not be made, or what came of them not be written
	BySignal  Ended = "signal"
)

// Name is what the campaign is called: by its command, if it has one.
func (a About) Name() string { return cmp.Or(a.Command, "guests") }

// runs reports whether two campaigns have the same runs.
func (a About) runs(b About) bool {
	return a.Command == b.Command && slices.Equal(a.Options, b.Options) && slices.Equal(a.Driver, b.Driver)
}

// Folder is where a campaign keeps what came of it.
type Folder struct {
	path              string
	about             About
	old               *About // what was there; nil for nothing
	twice             bool   // some results are of a seed that has others
	results, failures *os.File
	lock              *os.File
	// done are the seeds that have a verdict that tells something.
	done map[uint64]bool
	// lost is why something could not be written, the first time.
	lost error
}

// Open makes the folder of a campaign, or takes it up. Again reports whether a seed is to be
// run again.
func Open(path string, about About, again func(seed uint64) bool) (*Folder, error) {
	if err := os.MkdirAll(path, 0o777); err != nil {
		return nil, hints.With(fmt.Errorf("the campaign's files can't be written: %w", err), "--out takes a folder of yours, or makes one")
	}
	f := &Folder{path: path, done: map[uint64]bool{}}
	if err := f.checkAbout(about); err != nil {
		return nil, err
	}
	if err := f.takeLock(); err != nil {
		return nil, err
	}
	if err := f.open(about, again); err != nil {
		f.Close()
		return nil, fmt.Errorf("the campaign's files can't be written: %w", err)
	}
	return f, nil
}

// checkAbout returns an error if the folder has something else.
func (f *Folder) checkAbout(about About) error {
	old, err := ReadAbout(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		list, err := os.ReadDir(f.path)
		list = slices.DeleteFunc(list, func(e os.DirEntry) bool { return e.Name() == AboutFile+next })
		if err == nil && len(list) > 0 {
			err = hints.With(fmt.Errorf("%s is not empty, and no campaign's folder", f.path), "name another one by --out, or empty this one")
		}
		return err
	}
	if err == nil && !old.runs(about) {
		err = hints.With(fmt.Errorf("%s is the folder of another campaign, whose runs are: %s", f.path, old.RunLine("N")),
			"these are: %s\nname another folder by --out", about.RunLine("N"))
	}
	if err == nil && old.Shard != about.Shard {
		err = hints.With(fmt.Errorf("%s is the folder of another shard: %s, and not %s", f.path, cmp.Or(old.Shard, "1/1"), cmp.Or(about.Shard, "1/1")),
			"each shard takes a folder of its own by --out")
	}
	if err == nil {
		f.old = &old
	}
	return err
}

// Changed reports whether the config file, or that of faults, has changed since the campaign
// that is taken up began.
func (f *Folder) Changed() bool { return f.old != nil && f.old.Files != f.about.Files }

// ReadAbout reads what a campaign's folder is of. The error is fs.ErrNotExist where the
// folder is none of a campaign.
func ReadAbout(path string) (about About, err error) {
	text, err := os.ReadFile(filepath.Join(path, AboutFile))
	if err != nil {
		return about, err
	}
	if err := json.Unmarshal(text, &about); err != nil {
		return about, fmt.Errorf("%s can't be read: %w", filepath.Join(path, AboutFile), err)
	}
	return about, nil
}

// takeLock keeps other campaigns from writing here.
func (f *Folder) takeLock() (err error) {
	if f.lock, err = os.Open(f.path); err != nil {
		return err
	}
	err = unix.Flock(int(f.lock.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		f.lock.Close()
		return hints.With(fmt.Errorf("another campaign writes to %s", f.path), "each shard takes a folder of its own: --out %s/1 for the first", f.path)
	}
	return err
}

func (f *Folder) open(about About, again func(seed uint64) bool) error {
	err := Results(f.path, func(r Result) {
		if again(r.Seed) || !r.Verdict.Tells() {
			f.twice = true
			return
		}
		f.done[r.Seed] = true
	})
	if err != nil {
		return err
	}
	if f.old != nil {
		before, err := ParseSeeds(f.old.Seeds)
		now, err2 := ParseSeeds(about.Seeds)
		if err == nil && err2 == nil {
			about.Seeds = before.With(now).String()
		}
	}
	f.about = about
	if err := f.putAllBack(); err != nil {
		return err
	}
	if err := f.writeAbout(); err != nil {
		return err
	}
	if err := f.writeFailures(); err != nil {
		return err
	}
	if f.results, err = openLines(filepath.Join(f.path, resultsFile)); err != nil {
		return err
	}
	f.failures, err = openLines(filepath.Join(f.path, failuresFile))
	return err
}

func (f *Folder) writeAbout() error {
	text, err := json.MarshalIndent(f.about, "", "  ")
	if err != nil {
		return err
	}
	return ReplaceFile(filepath.Join(f.path, AboutFile), append(text, '\n'))
}

// writeFailures writes the failures anew, from the results.
func (f *Folder) writeFailures() error {
	var failures bytes.Buffer
	err := Results(f.path, func(r Result) {
		if r.Verdict.isFailure() {
			failures.Write(jsonLine(r))
		}
	})
	if err != nil {
		return err
	}
	return ReplaceFile(filepath.Join(f.path, failuresFile), failures.Bytes())
}

// writeOnce leaves one result for each seed.
func (f *Folder) writeOnce() error {
	var results bytes.Buffer
	if err := Results(f.path, func(r Result) { results.Write(jsonLine(r)) }); err != nil {
		return err
	}
	return ReplaceFile(filepath.Join(f.path, resultsFile), results.Bytes())
}

// next is what a file is called that is to take the place of another one.
const next = ".new"

// ReplaceFile writes a file so that it is there as a whole, before or after.
func ReplaceFile(path string, text []byte) error {
	err := os.WriteFile(path+next, text, 0o666)
	if err == nil {
		err = os.Rename(path+next, path)
	}
	if err != nil {
		os.Remove(path + next)
	}
	return err
}

// openLines opens a file to write lines at its end. A last line that a killed program has
// left unfinished is ended.
func openLines(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o666)
	if err != nil {
		return nil, err
	}
	last := []byte{'\n'}
	if info, err := file.Stat(); err == nil && info.Size() > 0 {
		file.ReadAt(last, info.Size()-1)
	}
	if last[0] != '\n' {
		_, err = file.Write([]byte{'\n'})
	}
	return file, err
}

// Done reports whether a seed needs no run.
func (f *Folder) Done(seed uint64) bool { return f.done[seed] }

// CountDone is how many of some seeds need no run.
func (f *Folder) CountDone(isOne func(seed uint64) bool) (n uint64) {
	for seed := range f.done {
		if isOne(seed) {
			n++
		}
	}
	return n
}

// add writes a result.
func (f *Folder) add(r Result) {
	line := jsonLine(r)
	_, err := f.results.Write(line)
	if err == nil && r.Verdict.isFailure() {
		_, err = f.failures.Write(line)
	}
	if f.lost == nil {
		f.lost = err
	}
}

// End says in the folder why the campaign has ended, and leaves one line for each seed.
func (f *Folder) End(why Ended) {
	f.about.Ended = why
	err := f.writeAbout()
	if f.twice && f.lost == nil {
		err = errors.Join(err, f.writeOnce(), f.writeFailures())
	}
	if f.lost == nil {
		f.lost = err
	}
}

// Close ends the use of the folder. It returns why something could not be written.
func (f *Folder) Close() error {
	for _, file := range []*os.File{f.results, f.failures, f.lock} {
		file.Close()
	}
	if f.lost != nil {
		return fmt.Errorf("results could not be written: %w", f.lost)
	}
	return nil
}

// SeedFolder is the folder of a seed.
func SeedFolder(path string, seed uint64) string {
	return filepath.Join(path, fmt.Sprint(seedPrefix, seed))
}

// clear removes what a run of a seed has left.
func (f *Folder) clear(seed uint64) error {
	return errors.Join(os.RemoveAll(SeedFolder(f.path, seed)), os.RemoveAll(outputOf(f.path, seed)))
}

// before is the end of the name of a folder that has a seed's earlier run, until there is a
// later one.
const before = ".before"

// setAside makes room for a run of a seed.
func (f *Folder) setAside(seed uint64) error {
	folder := SeedFolder(f.path, seed)
	err := os.Rename(folder, folder+before)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return f.clear(seed)
}

// putBack undoes setAside, since nothing came of the run, and forgetAside forgets what was
// set aside, since something did.
func (f *Folder) putBack(seed uint64) error {
	folder := SeedFolder(f.path, seed)
	err := f.clear(seed)
	if back := os.Rename(folder+before, folder); !errors.Is(back, fs.ErrNotExist) {
		err = errors.Join(err, back)
	}
	return err
}

func (f *Folder) forgetAside(seed uint64) error {
	return os.RemoveAll(SeedFolder(f.path, seed) + before)
}

// putAllBack does so for what a campaign has left that was killed, and removes the output of
// its runs.
func (f *Folder) putAllBack() error {
	list, err := os.ReadDir(f.path)
	if err != nil {
		return err
	}
	for _, e := range list {
		path := filepath.Join(f.path, e.Name())
		if name, is := strings.CutSuffix(path, before); is {
			if _, _, err := SplitSeed(name); err == nil {
				os.RemoveAll(name)
				os.Rename(path, name)
			}
		}
		if name, is := strings.CutSuffix(path, "."+report.OutputFile); is {
			if _, _, err := SplitSeed(name); err == nil {
				os.Remove(path)
			}
		}
	}
	return nil
}

// outputOf is what a run writes while it runs: its own folder has to be empty then.
func outputOf(path string, seed uint64) string {
	return filepath.Join(path, fmt.Sprintf("%s%d.%s", seedPrefix, seed, report.OutputFile))
}

// SplitSeed takes the path of a seed's folder apart.
func SplitSeed(path string) (campaign string, seed uint64, err error) {
	campaign, name := filepath.Split(filepath.Clean(path))
	number, is := strings.CutPrefix(name, seedPrefix)
	r, err := parseRange(number)
	if !is || err != nil || r.First != r.Last {
		return "", 0, hints.With(fmt.Errorf("%s is no seed's folder", path), "name the folder of a seed in that of its campaign: results/seed-17")
	}
	return filepath.Clean(campaign), r.First, nil
}
