package campaign

import (
	"encoding/xml"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"vagganet/commands/terminal"
)

// JUnit's form, as CI systems read it.
type (
	testSuite struct {
		XMLName  xml.Name   `xml:"testsuite"`
		Name     string     `xml:"name,attr"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Errors   int        `xml:"errors,attr"`
		Time     string     `xml:"time,attr"`
		Cases    []testCase `xml:"testcase"`
	}
	testCase struct {
		Class   string   `xml:"classname,attr"`
		Name    string   `xml:"name,attr"`
		Time    string   `xml:"time,attr"`
		Failure *trouble `xml:"failure"`
		Error   *trouble `xml:"error"`
	}
	trouble struct {
		Type    string `xml:"type,attr"`
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// lastLines is how many of the last lines of a seed's output JUnit's file has.
const lastLines = 40

// WriteJUnit writes a test case for each seed. One that failed is a failure, and one that is
// no test of the system an error; both have the line that repeats it, and its last lines.
func WriteJUnit(w io.Writer, paths []string) error {
	folders, err := campaignsIn(paths)
	if err != nil {
		return err
	}
	var suite testSuite
	seconds := 0.0
	for _, path := range folders {
		about, err := ReadAbout(path)
		if err != nil {
			return err
		}
		suite.Name = about.Command
		err = Results(path, func(r Result) {
			seconds += r.Seconds
			suite.add(path, r)
		})
		if err = ignoreNone(err); err != nil {
			return err
		}
	}
	suite.Time = fmt.Sprintf("%.3f", seconds)
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	out := xml.NewEncoder(w)
	out.Indent("", "  ")
	if err := out.Encode(suite); err != nil {
		return err
	}
	_, err = io.WriteString(w, "\n")
	return err
}

func (s *testSuite) add(path string, r Result) {
	c := testCase{Class: s.Name, Name: fmt.Sprintf("seed %d", r.Seed), Time: fmt.Sprintf("%.3f", r.Seconds)}
	s.Tests++
	switch t := (&trouble{Type: string(r.Verdict), Message: r.Why}); {
	case r.Verdict == Passed:
	case r.Verdict.Fails():
		s.Failures++
		c.Failure = t
		t.Text = text(path, r)
	default:
		s.Errors++
		c.Error = t
		t.Text = text(path, r)
	}
	s.Cases = append(s.Cases, c)
}

// text is the line that repeats a seed, and the end of its output.
func text(path string, r Result) string {
	lines := strings.Split(strings.TrimRight(tail(filepath.Join(path, r.Folder, outputFile), tailMost), "\n"), "\n")
	lines = lines[max(0, len(lines)-lastLines):]
	return terminal.Clean(r.Repeat + "\n\n" + strings.Join(lines, "\n") + "\n")
}
