package events

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Read reads events to their end, which is that of the run, and gives each to a function:
// with the lines that follow it, and with its text as it was written.
func Read(from io.Reader, each func(e Event, text []byte)) error {
	in := bufio.NewReaderSize(from, 64<<10)
	for {
		text, err := in.ReadBytes('\n')
		if err == io.EOF {
			return nil // what has no end of line is of a writer that was killed
		}
		if err != nil {
			return err
		}
		var e Event
		if err := json.Unmarshal(text, &e); err != nil {
			return fmt.Errorf("an event can't be read: %w", err)
		}
		if e.Lines, err = linesOf(e, in); errors.Is(err, io.ErrUnexpectedEOF) {
			return nil // nor are these whole
		}
		if err != nil {
			return err
		}
		each(e, text)
		if e.Kind == RunEnd {
			return nil // who still has the pipe open writes no more
		}
	}
}

// linesOf reads the lines that follow an event; nil for none.
func linesOf(e Event, in io.Reader) ([]byte, error) {
	const most = 1 << 30 // to be sure that it is a number of bytes
	if e.Bytes < 0 || e.Bytes > most {
		return nil, fmt.Errorf("an event can't be read: %d bytes", e.Bytes)
	}
	if e.Bytes == 0 {
		return nil, nil
	}
	lines := make([]byte, e.Bytes)
	_, err := io.ReadFull(in, lines)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return lines, err
}
