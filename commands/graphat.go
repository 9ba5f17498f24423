package commands

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/events"
	"vagganet/commands/graph"
	"vagganet/commands/hints"
	"vagganet/commands/terminal"
)

// graphAt draws what a file of events says of a moment.
func (a App) graphAt(c *cli.Context) error {
	format, err := formatOf(c)
	if err == nil && c.IsSet("run") {
		err = cmdline.Usagef("--at is of a file, and --run of a run that is up: leave out one of them")
	}
	if err != nil {
		return err
	}
	name, at, err := moment(c.String("at"))
	if err != nil {
		return err
	}
	file, err := openEvents(name)
	if err != nil {
		return err
	}
	defer file.Close()
	network, err := networkAt(file, at)
	if name == stdinName {
		name = "standard input"
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	_, err = fmt.Fprint(terminal.Out, format.Draw(network))
	return err
}

// takesEvents is what to do about a file that has no events.
const takesEvents = "--at takes a file that run --events wrote, or events.jsonl of run --out"

// stdinName is the name that stands for standard input.
const stdinName = "-"

func openEvents(name string) (io.ReadCloser, error) {
	if name == stdinName {
		return io.NopCloser(os.Stdin), nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, hints.With(err, takesEvents)
	}
	return file, nil
}

// toTheEnd is a time after the end of each run.
const toTheEnd = time.Duration(1<<63 - 1)

// moment reads FILE@TIME. Without a time it is the last one that the file has.
func moment(text string) (name string, at time.Duration, err error) {
	cut := strings.LastIndex(text, "@")
	if cut < 0 {
		return text, toTheEnd, nil
	}
	at, err = time.ParseDuration(text[cut+1:])
	if err == nil && at >= 0 {
		return text[:cut], at, nil
	}
	if _, missing := os.Stat(text); missing == nil {
		return text, toTheEnd, nil // a file with such a name
	}
	return "", 0, hints.With(cmdline.Usagef("--at %q: %q is no time, and there is no file %q", text, text[cut+1:], text),
		"write FILE@12.5s: as long after the network was up")
}

// networkAt reads events up to a time, and returns what was the case then.
func networkAt(from io.Reader, at time.Duration) (graph.Network, error) {
	var begin *events.Event
	var state events.State
	var last float64
	over := false
	err := events.Read(from, func(e events.Event, _ []byte) {
		last = e.Mono
		over = over || e.Kind == events.RunEnd
		switch {
		case e.Kind == events.RunBegin:
			begin = &e
		case e.State != nil && e.Mono <= at.Seconds():
			state = *e.State
		}
	})
	if err == nil && begin == nil {
		err = errors.New("it has no run-begin, which is the first event of a run")
	}
	switch {
	case err != nil:
		return graph.Network{}, hints.With(err, takesEvents)
	case over && at != toTheEnd && at.Seconds() > last:
		return graph.Network{}, hints.With(fmt.Errorf("at %ss, the run had ended", strconv.FormatFloat(at.Seconds(), 'f', -1, 64)), "give a time up to %.3fs, or none for the last state", math.Floor(last*1e3)/1e3)
	}
	return graph.OfState(begin.Run, begin.GuestNames(), state)
}
