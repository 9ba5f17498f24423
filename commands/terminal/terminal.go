// Package terminal is the door through which the program's own texts go out. It
// cleans them of what a terminal would obey or hide, since they name files,
// processes and texts of others, and it remembers what could not be written.
package terminal

import (
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/mattn/go-isatty"
	"golang.org/x/term"
)

// Writer writes clean text to a file.
type Writer struct {
	file func() *os.File // the one that os has now, which tests change
	lock sync.Mutex
	err  error
}

// Out and Err are the program's standard output and standard error.
var (
	Out = &Writer{file: func() *os.File { return os.Stdout }}
	Err = &Writer{file: func() *os.File { return os.Stderr }}
)

// Write writes text, cleaned. It never writes a part of it.
func (w *Writer) Write(text []byte) (int, error) {
	return w.write(text, []byte(Clean(string(text))))
}

// Raw writes bytes as they are: colours, and what is cleaned already.
func (w *Writer) Raw() io.Writer {
	return through(func(p []byte) (int, error) { return w.write(p, p) })
}

// JSON writes texts in that form, in which nothing may change but how it is
// written.
func (w *Writer) JSON() io.Writer {
	return through(func(p []byte) (int, error) { return w.write(p, []byte(CleanJSON(string(p)))) })
}

// Script writes bytes as they are, for a shell, but clean text to a terminal.
func (w *Writer) Script() io.Writer {
	if w.IsTerminal() {
		return w
	}
	return w.Raw()
}

// IsTerminal reports whether a person may be reading what is written.
func (w *Writer) IsTerminal() bool { return isatty.IsTerminal(w.file().Fd()) }

// Width is how many columns the terminal has; 0 where that isn't known.
func (w *Writer) Width() int {
	width, _, err := term.GetSize(int(w.file().Fd()))
	if err != nil {
		return 0
	}
	return width
}

type through func(p []byte) (int, error)

func (t through) Write(p []byte) (int, error) { return t(p) }

func (w *Writer) write(given, text []byte) (int, error) {
	w.lock.Lock()
	defer w.lock.Unlock()
	if _, err := w.file().Write(text); err != nil {
		if w.err == nil {
			w.err = err
		}
		return 0, err
	}
	return len(given), nil
}

// Lost is why something could not be written to either; nil if all was.
func Lost() error {
	for _, w := range []*Writer{Out, Err} {
		if err := w.Lost(); err != nil {
			return fmt.Errorf("output was lost: %w", err)
		}
	}
	return nil
}

// Lost is why something could not be written; nil if all was.
func (w *Writer) Lost() error {
	w.lock.Lock()
	defer w.lock.Unlock()
	return w.err
}
