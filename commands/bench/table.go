package bench

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"unicode/utf8"
)

// samples are measurements of one thing, in the order in which they were made.
type samples []float64

func (s samples) median() float64 {
	sorted := slices.Sorted(slices.Values(s))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// over divides sample by sample: what was measured one after the other shares
// the machine's mood.
func (s samples) over(t samples) samples {
	var quotients samples
	for i := range min(len(s), len(t)) {
		quotients = append(quotients, s[i]/t[i])
	}
	return quotients
}

// with shows median, minimum and maximum, such as "12 ms (11-15)".
func (s samples) with(unit string) string {
	if len(s) == 0 {
		return "-"
	}
	return fmt.Sprintf("%s%s (%s-%s)", digits(s.median()), unit, digits(slices.Min(s)), digits(slices.Max(s)))
}

// digits has three digits that count, at most.
func digits(f float64) string {
	switch {
	case f >= 99.95:
		return fmt.Sprintf("%.0f", f)
	case f >= 9.995:
		return fmt.Sprintf("%.1f", f)
	}
	return fmt.Sprintf("%.2f", f)
}

// tableLine is one line of the table. All but what may be empty.
type tableLine struct{ what, measured, against, ratio, goal, met string }

// compare adds a line for two series, and a goal for their ratio's median.
func (b *bench) compare(what string, program samples, name string, other samples, unit string, goal float64) {
	ratio := program.over(other)
	line := tableLine{what: what, measured: program.with(unit), against: name + " " + other.with(unit), ratio: ratio.with("")}
	if goal > 0 {
		line.goal, line.met = fmt.Sprintf("≤ %g ×", goal), verdictOf(ratio.median() <= goal)
	}
	b.lines = append(b.lines, line)
}

// limit adds a line for one series, and a goal for its median.
func (b *bench) limit(what string, program samples, unit string, goal float64) {
	line := tableLine{what: what, measured: program.with(unit)}
	if goal > 0 {
		line.goal, line.met = "≤ "+digits(goal)+unit, verdictOf(program.median() <= goal)
	}
	b.lines = append(b.lines, line)
}

// faster adds a line for how much slower something else is.
func (b *bench) faster(what string, program samples, name string, other samples, goal float64) {
	ratio := other.over(program)
	line := tableLine{what: what, measured: program.with(" ms"), against: name + " " + other.with(" ms"), ratio: ratio.with("")}
	if goal > 0 {
		line.goal, line.met = fmt.Sprintf("≥ %g ×", goal), verdictOf(ratio.median() >= goal)
	}
	b.lines = append(b.lines, line)
}

func verdictOf(met bool) string {
	if met {
		return "yes"
	}
	return "**no**"
}

// report is the table, in Markdown, and the machine that it is true of.
func (b *bench) report() string {
	rows := [][]string{{"", "measured", "against", "ratio", "goal", "met"}, nil}
	for _, l := range b.lines {
		rows = append(rows, []string{l.what, l.measured, l.against, l.ratio, l.goal, l.met})
	}
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell), 3)
		}
	}
	for _, width := range widths {
		rows[1] = append(rows[1], strings.Repeat("-", width))
	}
	var text strings.Builder
	text.WriteString("\n" + b.machine() + "\n\n")
	for _, row := range rows {
		for i, cell := range row {
			text.WriteString("| " + cell + strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)) + " ")
		}
		text.WriteString("|\n")
	}
	return text.String()
}

// machine returns what was measured on.
func (b *bench) machine() string {
	model := "unknown processor"
	info, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(info)) {
		if key, value, _ := strings.Cut(line, ":"); strings.TrimSpace(key) == "model name" {
			model = strings.TrimSpace(value)
			break
		}
	}
	who := "root"
	if b.user != nil {
		who = "a plain user"
	}
	kernel, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	iptables, _ := exec.Command("iptables", "--version").Output()
	program, _ := b.output("vagganet", "--version")
	return fmt.Sprintf("%d cores of %s, Linux %s, %s, as %s; %s. Median (minimum-maximum).",
		runtime.NumCPU(), model, strings.TrimSpace(string(kernel)), strings.TrimSpace(string(iptables)), who, strings.TrimSpace(program))
}
