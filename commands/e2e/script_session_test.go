package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// session FILE: runs what a paper of the project shows, and compares what is printed
// with what the paper says is. FILE is named from the top of the project: Markdown,
// whose fences are marked as "console", or a page of help. Such a block is commands
// behind "$ ", each with its output. Text that begins with "commands:" is the vagga.yaml
// of what follows. Numbers, spaces, and how often and in which order lines come may
// differ.
//
// What is printed while a run is up is marked so: ```console while=ARGUMENTS, which are
// those of the run, with commas for spaces.
func cmdSession(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: session FILE")
	}
	text, err := os.ReadFile(filepath.Join(testdata, "..", args[0]))
	ts.Check(err)
	n := 0
	for _, b := range paperBlocks(string(text)) {
		switch {
		case strings.HasPrefix(b.text, "$ "):
			n++
			b.run(ts)
		case strings.HasPrefix(b.text, "commands:"):
			ts.Check(os.WriteFile(ts.MkAbs("vagga.yaml"), []byte(b.text), 0o644))
		}
	}
	if n == 0 {
		ts.Fatalf("%s has nothing to run", args[0])
	}
}

// paperBlock is a part of a paper that is shown as it is.
type paperBlock struct{ text, while string }

var (
	fence   = regexp.MustCompile("(?ms)^```(?:console|yaml)(?: while=(\\S+))?\n(.*?)^```$")
	literal = regexp.MustCompile(`(?m)(?:^      .*\n|^\n)+`)
)

func paperBlocks(text string) (all []paperBlock) {
	for _, m := range fence.FindAllStringSubmatch(text, -1) {
		all = append(all, paperBlock{m[2], m[1]})
	}
	if all != nil {
		return all
	}
	for _, block := range literal.FindAllString(text, -1) {
		lines := strings.TrimPrefix(strings.ReplaceAll(strings.Trim(block, "\n")+"\n", "\n      ", "\n"), "      ")
		// A file, and below it commands.
		file, session, both := strings.Cut(lines, "\n\n$ ")
		if both {
			all = append(all, paperBlock{text: file + "\n"}, paperBlock{text: "$ " + session})
		} else {
			all = append(all, paperBlock{text: lines})
		}
	}
	return all
}

const nextCommand = "-- next command --"

// run runs the commands of a block in one shell.
func (b paperBlock) run(ts *testscript.TestScript) {
	if b.while != "" {
		cmdStart(ts, false, append([]string{"while", "as", ts.Getenv(whoVar), "vagganet"}, strings.Split(b.while, ",")...))
		cmdUntil(ts, false, []string{"as", ts.Getenv(whoVar), "vagganet", "graph"})
		defer func() {
			cmdSignal(ts, false, []string{"TERM", "while"})
			cmdEnded(ts, false, []string{"while", "143"})
		}()
	}
	var script strings.Builder
	var commands, want []string
	for line := range strings.Lines(b.text) {
		if command, is := strings.CutPrefix(line, "$ "); is {
			commands, want = append(commands, strings.TrimSpace(command)), append(want, "")
			fmt.Fprintf(&script, "%s\ncode=$?; echo; echo '%s'; (exit $code)\n", commands[len(commands)-1], nextCommand)
			continue
		}
		want[len(want)-1] += line
	}
	script.WriteString("exit 0\n") // a paper shows an exit code that matters
	// Some messages are for people alone.
	cmd := exec.Command("attended", "as", ts.Getenv(whoVar), "env", "NO_COLOR=1", "sh", "-c", script.String())
	cmd.Dir, cmd.Env = ts.MkAbs("."), ts.Value(processesKey{}).(processes).env
	out, err := cmd.Output()
	if err != nil {
		ts.Fatalf("%v, and printed is\n%s", err, out)
	}
	got := strings.Split(strings.ReplaceAll(string(out), "\r\n", "\n"), nextCommand+"\n") // a terminal has both
	for i, command := range commands {
		printed, said := "", gist(want[i])
		if i < len(got) {
			printed = got[i]
		}
		if is := gist(printed); !slices.Equal(is, said) {
			ts.Fatalf("$ %s\nprints\n%s\nand not\n%s\nOnly printed: %q\nOnly in the paper: %q",
				command, printed, want[i], without(is, said), without(said, is))
		}
	}
}

// without returns the lines that are not among others.
func without(lines, others []string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return slices.Contains(others, line) })
}

var (
	numbers = regexp.MustCompile(`[0-9]+(\.[0-9]+)?`)
	spaces  = regexp.MustCompile(` +`)
)

// clearLine is what a progress line is removed from a terminal by.
const clearLine = "\r\x1b[K"

// gist returns the lines of an output without what differs from one time to the next.
func gist(output string) []string {
	var lines []string
	for line := range strings.Lines(output) {
		if i := strings.LastIndex(line, clearLine); i >= 0 {
			line = line[i+len(clearLine):] // what a terminal shows in the end
		}
		line = numbers.ReplaceAllString(spaces.ReplaceAllString(strings.TrimSpace(line), " "), "N")
		if line != "" {
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	return slices.Compact(lines)
}
