package commands

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"vagganet/commands/campaign"
	"vagganet/commands/terminal"
)

// progressLine shows a person how far a campaign is: in a line that changes, on a terminal,
// else by a line every now and then.
type progressLine struct {
	command string
	changes bool
	shown   time.Time
	last    string
}

func newProgressLine(command string) *progressLine {
	return &progressLine{command: command, changes: terminal.Err.IsTerminal() && os.Getenv("TERM") != "dumb", shown: time.Now()}
}

func (l *progressLine) every() time.Duration {
	if l.changes {
		return time.Second
	}
	return 10 * time.Second
}

const clearLine = "\r\x1b[K"

func (l *progressLine) say(format string, args ...any) {
	l.clear()
	terminal.Say(terminal.Err, format, args...)
	l.draw(l.last)
}

func (l *progressLine) show(p campaign.Progress) {
	if now := time.Now(); l.changes && now.Sub(l.shown) > 100*time.Millisecond || now.Sub(l.shown) >= l.every() {
		l.shown, l.last = now, progressText(l.command, p)
		if !l.changes {
			terminal.Say(terminal.Err, "%s", l.last)
			return
		}
		l.clear()
		l.draw(l.last)
	}
}

func (l *progressLine) draw(text string) {
	if l.changes {
		// A line that goes on in the next one would not be cleared as a whole.
		if width := terminal.Err.Width(); width > 0 && len(text) >= width {
			text = text[:width-1]
		}
		io.WriteString(terminal.Err.Raw(), terminal.CleanLine(text))
	}
}

func (l *progressLine) clear() {
	if l.changes {
		io.WriteString(terminal.Err.Raw(), clearLine)
	}
}

func (l *progressLine) end() {
	l.clear()
	l.changes = false
}

func progressText(command string, p campaign.Progress) string {
	parts := []string{fmt.Sprintf("%d done", p.Done)}
	if p.Total > 0 {
		parts[0] = fmt.Sprintf("%d of %d done", p.Done, p.Total)
	}
	for _, v := range campaign.Verdicts {
		if n := p.Counts[v]; n > 0 && v != campaign.Passed {
			parts = append(parts, fmt.Sprintf("%d %s", n, v))
		}
	}
	parts = append(parts, fmt.Sprintf("%d running", p.Running))
	if p.Left > 0 {
		parts = append(parts, fmt.Sprintf("%v left", p.Left.Round(time.Second)))
	}
	return command + ": " + strings.Join(parts, ", ")
}
