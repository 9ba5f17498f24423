package campaign

import (
	_ "embed"
	"fmt"
	"io"
	"path/filepath"
	"sort"
	"strings"
	"text/template"

	"vagganet/commands/report"
	"vagganet/commands/terminal"
)

// junitText is JUnit's form, as CI systems read it. The template's "html" escapes what XML
// has to have escaped, too.
//
//go:embed junit.xml
var junitText string

type testSuite struct {
	Name                    string
	Tests, Failures, Errors int
	Seconds                 float64
	Cases                   []*testCase
	// Missing says which seeds were not run that were to be; empty for none.
	Missing string
}

type testCase struct {
	Result
	// Text is the line that repeats the seed, and the end of its output; empty of one that
	// passed.
	Text string
}

// lastLines is how many of the last lines of a seed's output JUnit's file has.
const lastLines = 40

// WriteJUnit writes a test case for each seed. One that failed is a failure, and one that is
// no test of the system an error; both have the line that repeats it, and its last lines.
// Seeds that were to be run and were not are an error as well, all together.
func WriteJUnit(w io.Writer, paths []string, s Summary) error {
	form, err := template.New("").Parse(junitText)
	if err != nil {
		return err
	}
	folders, err := campaignsIn(paths)
	if err != nil {
		return err
	}
	var suite testSuite
	for _, path := range folders {
		about, err := ReadAbout(path)
		if err != nil {
			return err
		}
		suite.Name = about.Command
		if err := Results(path, func(r Result) { suite.add(path, r) }); err != nil {
			return err
		}
	}
	sort.Slice(suite.Cases, func(i, j int) bool { return suite.Cases[i].Seed < suite.Cases[j].Seed })
	if s.lacks() {
		suite.Tests++
		suite.Errors++
		suite.Missing = fmt.Sprintf("seeds that were not run: %d", s.NotRun)
		if len(s.MissingShards) > 0 {
			suite.Missing += "; shards of which there is nothing: " + strings.Join(s.MissingShards, ", ")
		}
	}
	return form.Execute(w, suite)
}

func (s *testSuite) add(path string, r Result) {
	c := &testCase{Result: r}
	c.Faults = nil
	s.Tests++
	s.Seconds += r.Seconds
	switch {
	case r.Verdict == Passed:
	case r.Verdict.Fails():
		s.Failures++
		c.Text = text(path, r)
	default:
		s.Errors++
		c.Text = text(path, r)
	}
	s.Cases = append(s.Cases, c)
}

func text(path string, r Result) string {
	lines := strings.Split(strings.TrimRight(tail(filepath.Join(path, r.Folder, report.OutputFile), tailMost), "\n"), "\n")
	lines = lines[max(0, len(lines)-lastLines):]
	return terminal.Clean(fmt.Sprintf("%s\n\n%s\n", r.Repeat, strings.Join(lines, "\n")))
}
