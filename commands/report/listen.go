package report

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"vagganet/commands/events"
	"vagganet/commands/hints"
)

// The files of run --out, besides those of the children, which end in ".log".
const (
	EventsFile  = "events.jsonl"
	PageFile    = "report.html"
	OutputFile  = "output.txt" // what a run in the background writes, or one of a campaign
	SummaryFile = "run.json"
)

// Listeners are who wants to know what happens in a run: the files of --events and
// --report, and those of --out. The process inside of the run writes events, to the
// file itself, or, for a page, to a pipe with the children's lines.
type Listeners struct {
	events, pages []*os.File
	toPipe        *os.File
	about         About
	seen          Collector
	read          chan error // what reading the pipe has failed of, at its end
}

// Listen makes the files before anything is started.
//
// Events and report are the names of files; empty for one that nobody asked for. More are
// files that are there already: nil, or one for events and one for a page.
func Listen(events, report string, more []*os.File, about About) (*Listeners, error) {
	l := &Listeners{about: about}
	var err error
	if l.events, err = create(events, "events", "the run's events"); err != nil {
		return nil, err
	}
	if l.pages, err = create(report, "report", "the run's report"); err != nil {
		return nil, err
	}
	if len(more) == 2 {
		l.events, l.pages = append(l.events, more[0]), append(l.pages, more[1])
	}
	if !l.HasPage() {
		return l, nil
	}
	from, to, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	// So that a flood of lines is passed on in few pieces; less will do, too.
	unix.FcntlInt(to.Fd(), unix.F_SETPIPE_SZ, 1<<20)
	l.toPipe, l.read = to, make(chan error, 1)
	go func() { l.read <- l.readPipe(from) }()
	return l, nil
}

// create makes the file that an option names; none if it doesn't.
func create(name, option, what string) ([]*os.File, error) {
	if name == "" {
		return nil, nil
	}
	file, err := os.Create(name)
	if err != nil {
		return nil, hints.With(fmt.Errorf("%s can't be written: %w", what, err), "--%s takes a file of yours", option)
	}
	return []*os.File{file}, nil
}

// Inside is what the process inside writes to; nil if nobody listens.
func (l *Listeners) Inside() *os.File {
	switch {
	case l.HasPage():
		return l.toPipe
	case len(l.events) > 0:
		return l.events[0]
	}
	return nil
}

// readPipe reads events for the pages, and passes them on to the files, which have no
// lines.
func (l *Listeners) readPipe(from *os.File) error {
	defer from.Close()
	var failed error
	err := l.seen.Read(from, func(kind events.Kind, event, _ []byte) {
		for _, file := range l.events {
			if kind == events.Line || failed != nil {
				return
			}
			if _, err := file.Write(event); err != nil {
				failed = fmt.Errorf("the run's events could not be written: %w", err)
			}
		}
	})
	if err != nil {
		return err
	}
	return failed
}

// Finish writes the pages, and returns what could not be written. The run is over.
func (l *Listeners) Finish() error {
	var failed error
	if l.HasPage() {
		l.toPipe.Close()
		failed = <-l.read
	}
	for _, file := range l.events {
		file.Close()
	}
	for _, page := range l.pages {
		err := l.seen.Write(page, l.about)
		if err == nil {
			err = page.Close()
		}
		if err != nil {
			return fmt.Errorf("the run's report could not be written: %w", err)
		}
	}
	return failed
}

// HasPage reports whether somebody asked for a page.
func (l *Listeners) HasPage() bool { return len(l.pages) > 0 }

// Summary is what the events said of the run, once it is over.
func (l *Listeners) Summary() Summary {
	s := l.seen.summary
	// Empty lists, in JSON.
	for _, list := range []*[]Amiss{&s.Missed, &s.Late, &s.Failed, &s.Pending} {
		*list = append([]Amiss{}, *list...)
	}
	s.Faults = append([]Fault{}, s.Faults...)
	s.CommandLine, s.Version, s.Kernel = l.about.CommandLine, l.about.Version, l.about.Kernel
	return s
}
