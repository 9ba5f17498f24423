package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"

	"vagganet/commands/events"
)

// Read reads events to their end. Each is given to others, too, as it was
// written; nil if there are none.
func (c *Collector) Read(from io.Reader, others func(kind events.Kind, line []byte)) error {
	lines := bufio.NewReaderSize(from, 64<<10)
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return nil // what has no end of line is of a writer that was killed
		}
		if err != nil {
			return err
		}
		var e events.Event
		if err := json.Unmarshal(line, &e); err != nil {
			return fmt.Errorf("an event can't be read: %w", err)
		}
		c.Add(e)
		if others != nil {
			others(e.Kind, line)
		}
	}
}
