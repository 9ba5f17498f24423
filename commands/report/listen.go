package report

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"vagganet/commands/events"
	"vagganet/commands/hints"
)

// Listeners are who wants to know what happens in a run: the file of --events,
// and the page of --report. The process inside of the run writes events, to the
// file itself, or, for a page, to a pipe with the children's lines.
type Listeners struct {
	events, page *os.File // nil for one that nobody asked for
	toPipe       *os.File
	about        About
	seen         Collector
	read         chan error // what reading the pipe has failed of, at its end
}

// Listen makes the files before anything is started.
//
// Events and report are the names of files; empty for one that nobody asked for.
func Listen(events, report string, about About) (*Listeners, error) {
	l := &Listeners{about: about}
	var err error
	if l.events, err = create(events, "events", "the run's events"); err != nil {
		return nil, err
	}
	if l.page, err = create(report, "report", "the run's report"); err != nil || l.page == nil {
		return l, err
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

// create makes the file that an option names; nil if it doesn't.
func create(name, option, what string) (*os.File, error) {
	if name == "" {
		return nil, nil
	}
	file, err := os.Create(name)
	if err != nil {
		return nil, hints.With(fmt.Errorf("%s can't be written: %w", what, err), "--%s takes a file of yours", option)
	}
	return file, nil
}

// Inside is what the process inside writes to; nil if nobody listens.
func (l *Listeners) Inside() *os.File {
	if l.page != nil {
		return l.toPipe
	}
	return l.events
}

// readPipe reads events for the page, and passes them on to the file, which has no
// lines.
func (l *Listeners) readPipe(from *os.File) error {
	defer from.Close()
	var failed error
	err := l.seen.Read(from, func(kind events.Kind, event, _ []byte) {
		if l.events == nil || kind == events.Line || failed != nil {
			return
		}
		if _, err := l.events.Write(event); err != nil {
			failed = fmt.Errorf("the run's events could not be written: %w", err)
		}
	})
	if err != nil {
		return err
	}
	return failed
}

// Finish writes the page, and returns what could not be written. The run is over.
func (l *Listeners) Finish() error {
	if l.page == nil {
		if l.events != nil {
			l.events.Close()
		}
		return nil
	}
	l.toPipe.Close()
	failed := <-l.read
	if l.events != nil {
		l.events.Close()
	}
	err := l.seen.Write(l.page, l.about)
	if err == nil {
		err = l.page.Close()
	}
	if err != nil {
		return fmt.Errorf("the run's report could not be written: %w", err)
	}
	return failed
}

// HasPage reports whether somebody asked for a page.
func (l *Listeners) HasPage() bool { return l.page != nil }
