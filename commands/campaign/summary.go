package campaign

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"text/tabwriter"

	"vagganet/commands/hints"
	"vagganet/commands/report"
)

// Summary is what came of a campaign, or of several shards of one.
type Summary struct {
	Command string   `json:"command"`
	Options []string `json:"options"`
	Driver  []string `json:"driver"`
	// Seeds is how many have a verdict, and Verdicts how many have which.
	Seeds    int             `json:"seeds"`
	Verdicts map[Verdict]int `json:"verdicts"`
	// NotRun is how many seeds have no verdict, that were asked for; of a campaign that has
	// no end, 0. MissingShards are those of which there is nothing.
	NotRun        uint64   `json:"not_run"`
	MissingShards []string `json:"missing_shards"`
	// Others are the seeds that have not passed, in rising order.
	Others []*Found `json:"others"`
	// Latest is by how many seconds the latest fault came late.
	Latest float64 `json:"latest"`
	// Seconds is how long all runs took together.
	Seconds float64 `json:"seconds"`
	// Faults are what was tried, Untried which verbs were not, and Common what the seeds
	// that failed have in common.
	Faults  []*Tried  `json:"faults"`
	Untried []string  `json:"untried"`
	Common  []*Shared `json:"common"`

	passed []uint64
	// lacking says that seeds have no verdict, and nobody has decided that they need none.
	lacking bool
}

// Found is the result of a seed that is worth a look.
type Found struct {
	Result
	// Report is the path of the page about it; empty where there is none.
	Report string `json:"report,omitempty"`
}

// Summarize reads the folders of campaigns, which are shards of one. A folder that is none
// may have them in it.
func Summarize(paths []string) (Summary, error) {
	s := Summary{Verdicts: map[Verdict]int{}, MissingShards: []string{}, Others: []*Found{}}
	folders, err := campaignsIn(paths)
	if err != nil {
		return s, err
	}
	var abouts []About
	from, tried := map[uint64]string{}, newCoverage()
	parts := parts{}
	for _, path := range folders {
		about, err := ReadAbout(path)
		if err != nil {
			return s, err
		}
		if len(abouts) > 0 && !abouts[0].runs(about) {
			return s, hints.With(fmt.Errorf("%s and %s are of different campaigns", folders[0], path),
				"the runs of the first are: %s\nthose of the other are: %s", abouts[0].RunLine("N"), about.RunLine("N"))
		}
		abouts = append(abouts, about)
		tried.nodes = about.Nodes
		if err := parts.add(path, about); err != nil {
			return s, err
		}
		var twice error
		err = Results(path, func(r Result) {
			if other := from[r.Seed]; other != "" {
				if twice != nil {
					return
				}
				twice = hints.With(fmt.Errorf("seed %d is in %s and in %s", r.Seed, other, path), "leave out one of them")
				return
			}
			from[r.Seed] = path
			s.add(path, r)
			parts.ran(r.Seed)
			tried.add(r.Verdict, r.Faults)
		})
		if err = errors.Join(twice, err); err != nil {
			return s, err
		}
	}
	s.Command, s.Options, s.Driver = abouts[0].Command, abouts[0].Options, abouts[0].Driver
	s.NotRun, s.lacking, s.MissingShards = parts.missing()
	s.Faults, s.Untried = tried.list(), tried.neverTried()
	s.Common = tried.common(s.Verdicts[Failed]+s.Verdicts[Timeout], s.Verdicts[Passed])
	sort.Slice(s.Others, func(i, j int) bool { return s.Others[i].Seed < s.Others[j].Seed })
	return s, nil
}

// campaignsIn are the folders of campaigns that are meant by some paths.
func campaignsIn(paths []string) (folders []string, err error) {
	for _, path := range paths {
		if _, err := os.Stat(filepath.Join(path, AboutFile)); err == nil {
			folders = append(folders, filepath.Clean(path))
			continue
		}
		list, err := os.ReadDir(path)
		var failed *fs.PathError
		if errors.As(err, &failed) {
			return nil, fmt.Errorf("%s can't be read: %w", path, failed.Err)
		}
		n := len(folders)
		for _, e := range list {
			if _, err := os.Stat(filepath.Join(path, e.Name(), AboutFile)); err == nil {
				folders = append(folders, filepath.Join(path, e.Name()))
			}
		}
		if len(folders) == n {
			return nil, hints.With(fmt.Errorf("%s is no campaign's folder, and has none in it", path), "name the folders that campaign --out has made")
		}
	}
	return once(folders), nil
}

// once leaves out folders that are named before.
func once(folders []string) []string {
	var all []string
	for _, folder := range folders {
		if !slices.Contains(all, folder) {
			all = append(all, folder)
		}
	}
	return all
}

func (s *Summary) add(path string, r Result) {
	s.Seeds++
	s.Verdicts[r.Verdict]++
	s.Latest = max(s.Latest, r.Latest)
	s.Seconds += r.Seconds
	if r.Verdict == Passed {
		s.passed = append(s.passed, r.Seed)
		return
	}
	found := &Found{Result: r}
	if page := filepath.Join(path, r.Folder, report.PageFile); r.Folder != "" {
		if info, err := os.Stat(page); err == nil && info.Size() > 0 {
			found.Report = page
		}
	}
	found.Folder = filepath.Join(path, r.Folder)
	found.Faults = nil
	s.Others = append(s.Others, found)
}

// Of are the seeds that have a verdict.
func (s Summary) Of(v Verdict) (seeds []uint64) {
	if v == Passed {
		return s.passed
	}
	for _, f := range s.Others {
		if f.Verdict == v {
			seeds = append(seeds, f.Seed)
		}
	}
	return seeds
}

// ExitCode is that of the campaign: 1 where a seed failed, 125 where some could not be run,
// 3 where some were inconclusive or are missing, and 0 where all passed.
func (s Summary) ExitCode() int {
	useless := s.Verdicts[OutOfMemory] + s.Verdicts[DiskFull] + s.Verdicts[Error]
	switch {
	case s.Verdicts[Failed]+s.Verdicts[Timeout] > 0:
		return ExitFailed
	case useless > 0:
		return ExitOwn
	case s.Verdicts[Inconclusive] > 0, s.lacks():
		return ExitInconclusive
	}
	return 0
}

// lacks reports whether shards are missing, or seeds that nobody has decided to leave out.
func (s Summary) lacks() bool {
	return len(s.MissingShards) > 0 || s.lacking
}

// Exit codes of a campaign.
const (
	ExitFailed       = 1
	ExitInconclusive = 3
	ExitOwn          = 125
)

// WriteJSON writes the summary as JSON.
func (s Summary) WriteJSON(w io.Writer) error {
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(s)
}

// othersMost is how many seeds that have not passed are listed for a person.
const othersMost = 20

// WriteText writes the summary for a person.
func (s Summary) WriteText(w io.Writer) error {
	var text bytes.Buffer
	s.writeText(&text)
	for line := range strings.Lines(text.String()) {
		if _, err := io.WriteString(w, strings.TrimRight(line, " \n")+"\n"); err != nil {
			return err
		}
	}
	return nil
}

func (s Summary) writeText(w io.Writer) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "VERDICT\tSEEDS\t")
	for _, v := range Verdicts {
		switch n := s.Verdicts[v]; {
		case n > 0 && v != Passed:
			fmt.Fprintf(t, "%s\t%d\t%s\n", v, n, shortened(Compact(s.Of(v))))
		case n > 0 || v == Passed || v == Failed:
			fmt.Fprintf(t, "%s\t%d\t\n", v, n)
		}
	}
	if s.NotRun > 0 {
		fmt.Fprintf(t, "not run\t%d\t\n", s.NotRun)
	}
	t.Flush()
	s.writeFaults(w)
	s.writeCommon(w)
	s.writeOthers(w)
}

// shortened leaves out the end of a long list.
func shortened(list string) string {
	const most = 60
	if len(list) <= most {
		return list
	}
	return list[:strings.LastIndex(list[:most], ",")+1] + "..."
}

func (s Summary) writeFaults(w io.Writer) {
	if len(s.Faults) == 0 {
		fmt.Fprintln(w, "\nno fault was made by any of them")
		return
	}
	fmt.Fprintln(w)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "FAULT\tTIMES\tSEEDS\tNODES\tTOGETHER\tLONGEST\t")
	for _, f := range s.Faults {
		never := ""
		if len(f.Never) > 0 {
			never = shortened("never " + strings.Join(f.Never, ", "))
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%.0fs\t%.1fs\t%s\n", f.Fault, f.Times, f.Seeds, len(f.Nodes), f.Seconds, f.Longest, never)
	}
	t.Flush()
	if len(s.Untried) > 0 {
		fmt.Fprintf(w, "never tried: %s\n", strings.Join(s.Untried, ", "))
	}
}

func (s Summary) writeCommon(w io.Writer) {
	if len(s.Common) == 0 {
		return
	}
	failed, passed := s.Verdicts[Failed]+s.Verdicts[Timeout], s.Verdicts[Passed]
	fmt.Fprintln(w)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "BEFELL\tFAILED\tPASSED\t")
	for _, c := range s.Common {
		fmt.Fprintf(t, "%s: %s\t%d of %d\t%d of %d\t\n", c.Fault, c.Node, c.Failed, failed, c.Passed, passed)
	}
	t.Flush()
}

func (s Summary) writeOthers(w io.Writer) {
	shown := 0
	for _, v := range Verdicts {
		for _, f := range s.Others {
			if f.Verdict != v || shown == othersMost {
				continue
			}
			shown++
			fmt.Fprintf(w, "\nseed %d: %s: %s\n", f.Seed, f.Verdict, f.Why)
			if f.Report != "" {
				fmt.Fprintf(w, "  %s\n", f.Report)
			}
			fmt.Fprintf(w, "  %s\n", f.Repeat)
		}
	}
	if more := len(s.Others) - shown; more > 0 {
		fmt.Fprintf(w, "\nand %d more: see %s\n", more, resultsFile)
	}
}
