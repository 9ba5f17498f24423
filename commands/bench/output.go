package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"vagganet/commands/terminal"
)

const shortLines = 500_000

// outputs measures what it costs that children's lines pass through the program,
// against --no-prefix, where they don't.
func (b *bench) outputs() error {
	ways := []outputWay{
		{"", nil},
		{", `--events`", []string{"--events", filepath.Join(b.folder, "events")}},
		{", `--report`", []string{"--report", filepath.Join(b.folder, "report")}},
	}
	for _, children := range []int{1, 5} {
		if err := b.outputOf(children, fmt.Sprint("seq ", shortLines), "", ways); err != nil {
			return err
		}
		oneByOne := fmt.Sprintf("%s lines %d", filepath.Join(b.folder, "floor"), shortLines)
		if err := b.outputOf(children, oneByOne, ", each a write", ways[:1]); err != nil {
			return err
		}
	}
	return nil
}

// outputWay is how a run is asked for lines, and what the table calls it.
type outputWay struct {
	name    string
	options []string
}

// outputOf has children write all at once, to where writing costs nothing and to
// a pipe that somebody reads.
func (b *bench) outputOf(children int, command, how string, ways []outputWay) error {
	file, err := b.configFile(children, command)
	if err != nil {
		return err
	}
	for _, to := range []string{os.DevNull, "a pipe"} {
		direct, through := samples{}, make([]samples, len(ways))
		measure := func(times *samples, options ...string) error {
			took, err := b.outputTime(to, file, options)
			*times = append(*times, took)
			return err
		}
		for range 9 {
			if err := measure(&direct, "--no-prefix"); err != nil {
				return err
			}
			for i, way := range ways {
				if err := measure(&through[i], way.options...); err != nil {
					return err
				}
			}
		}
		for i, way := range ways {
			what := fmt.Sprintf("%d lines of %s to %s%s%s", children*shortLines, terminal.Count(children, "guest"), to, how, way.name)
			b.compare(what, through[i], "`--no-prefix`", direct, " ms", 1.5)
		}
	}
	return nil
}

// outputTime is that of a whole run.
func (b *bench) outputTime(to, file string, options []string) (float64, error) {
	words := append([]string{"vagganet", "--file", file, "run", "--isolated"}, options...)
	words = append(words, "run")
	if to == os.DevNull {
		words = append([]string{"sh", "-c", `"$@" >/dev/null && echo ended`, "sh"}, words...)
	}
	_, whole, err := timed(b.command(words...))
	return whole, err
}

// writeLines writes that many short lines, each by a write of its own.
func writeLines(count int) error {
	for i := range count {
		if _, err := os.Stdout.WriteString(strconv.Itoa(i) + "\n"); err != nil {
			return err
		}
	}
	return nil
}
