package doctor

import (
	"fmt"
	"io"
	"strings"

	"github.com/fatih/color"

	"vagganet/commands/terminal"
)

// Write writes the report for a person: a line for each row, with its reason
// and its cure below where there is something to cure. No tab writer: a cure is
// to be pasted, and colours would count as letters.
func (r Report) Write(w io.Writer, colour bool) error {
	var b strings.Builder
	width := 0
	for _, row := range r.Rows {
		width = max(width, len(row.Name))
	}
	section := ""
	for _, row := range r.Rows {
		if row.Section != section {
			section = row.Section
			fmt.Fprintf(&b, "%s:\n", section)
		}
		fmt.Fprintf(&b, "  %s  %-*s  %s\n", paint(row.State, colour), width, row.Name, terminal.Clean(row.What))
		writeCure(&b, row)
	}
	fmt.Fprintf(&b, "\n%s\n", r.summary())
	_, err := io.WriteString(w, b.String())
	return err
}

func writeCure(b *strings.Builder, row Row) {
	for _, line := range []struct{ label, text string }{{"why", row.Why}, {"run", row.Command}, {"cure", row.Advice}} {
		if row.State == OK || line.text == "" {
			continue
		}
		label := line.label
		if label == "cure" && row.Command != "" {
			label = "note"
		}
		fmt.Fprintf(b, "           %-5s %s\n", label+":", terminal.Clean(line.text))
	}
}

func paint(s State, colour bool) string {
	text := fmt.Sprintf("%-7s", s)
	if !colour {
		return text
	}
	c := color.New(map[State]color.Attribute{OK: color.FgGreen, Warning: color.FgYellow, Missing: color.FgRed}[s])
	c.EnableColor()
	return c.Sprint(text)
}

func (r Report) summary() string {
	warnings := count(r.Warnings, "warning", "warnings")
	if r.OK {
		return "nothing needed is missing; " + warnings
	}
	return fmt.Sprintf("%s in the way; %s", count(r.Missing, "thing is", "things are"), warnings)
}

func count(n int, one, many string) string {
	switch n {
	case 0:
		return "no " + many
	case 1:
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
