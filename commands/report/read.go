package report

import (
	"io"

	"vagganet/commands/events"
)

// Read reads events to their end, which is that of the run. Each is given to others, too, as it was
// written, and the lines that follow it; nil if there are none.
func (c *Collector) Read(from io.Reader, others func(kind events.Kind, event, lines []byte)) error {
	return events.Read(from, func(e events.Event, text []byte) {
		c.Add(e)
		if others != nil {
			others(e.Kind, text, e.Lines)
		}
	})
}
