package commands

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What the program says goes through package terminal, which cleans it and knows
// what was lost. These lines hand a file on to somebody else.
var passedOnFiles = []string{"prober.Main(os.Stdin, os.Stdout)", "sysctlTo(os.Stdout, args)",
	"cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = os.Stdout, os.Stderr"}

func TestAllIsSaidThroughTheDoor(t *testing.T) {
	var files []string
	for _, folder := range []string{".", "cmdline", "hints", "inner", "kinds", "settings", "tables", "checks", "project", "doctor"} {
		more, err := filepath.Glob(filepath.Join(folder, "*.go"))
		if err != nil || len(more) == 0 {
			t.Fatal(folder, more, err)
		}
		files = append(files, more...)
	}
	direct := regexp.MustCompile(`os\.Std(out|err)\b|fmt\.Print`)
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if strings.HasSuffix(file, "_test.go") || !direct.MatchString(line) {
				continue
			}
			known := false
			for _, l := range passedOnFiles {
				known = known || strings.Contains(line, l)
			}
			if !known {
				t.Errorf("%s writes by itself, and not by terminal.Out or terminal.Err: %s", file, strings.TrimSpace(line))
			}
		}
	}
}
