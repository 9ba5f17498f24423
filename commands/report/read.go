package report

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"vagganet/commands/events"
)

// Read reads events to their end, which is that of the run. Each is given to others, too, as it was
// written, and the lines that follow it; nil if there are none.
func (c *Collector) Read(from io.Reader, others func(kind events.Kind, event, lines []byte)) error {
	in := bufio.NewReaderSize(from, 64<<10)
	for {
		text, err := in.ReadBytes('\n')
		if err == io.EOF {
			return nil // what has no end of line is of a writer that was killed
		}
		if err != nil {
			return err
		}
		var e events.Event
		if err := json.Unmarshal(text, &e); err != nil {
			return fmt.Errorf("an event can't be read: %w", err)
		}
		if e.Lines, err = linesOf(e, in); errors.Is(err, io.ErrUnexpectedEOF) {
			return nil // nor are these whole
		}
		if err != nil {
			return err
		}
		c.Add(e)
		if others != nil {
			others(e.Kind, text, e.Lines)
		}
		if e.Kind == events.RunEnd {
			return nil // who still has the pipe open writes no more
		}
	}
}

// linesOf reads the lines that follow an event; nil for none.
func linesOf(e events.Event, in io.Reader) ([]byte, error) {
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
