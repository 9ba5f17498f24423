package commands

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/shlex"
	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
)

// calls finds the lines of a text that call the program, as one would type them.
var calls = regexp.MustCompile(`(?m)^(?:    +| *\$ )(vagganet|vagga_partition) (.*)`)

// Each call of the program in a page or a paper has verbs, options and numbers of
// words that it knows.
func TestCallsInPages(t *testing.T) {
	withoutSettings(t)
	files, err := filepath.Glob("pages/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, file := range append(files, "../README.md") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range calls.FindAllStringSubmatch(string(text), -1) {
			n++
			words, err := shlex.Split(call[2])
			if end := slices.IndexFunc(words, ofShell); end >= 0 {
				words = words[:end]
			}
			if err == nil {
				err = wouldTake(append([]string{call[1]}, words...))
			}
			if err != nil {
				t.Errorf("%s: %s: %v", file, call[0], err)
			}
		}
	}
	if n < 20 {
		t.Errorf("only %d calls were found", n)
	}
	if wouldTake([]string{"vagganet", "run", "--nonsense"}) == nil || wouldTake([]string{"vagganet", "nonsense"}) == nil {
		t.Error("it would take anything")
	}
}

// ofShell reports whether a word is where a command line ends for the shell.
func ofShell(word string) bool { return strings.IndexAny(strings.TrimPrefix(word, "2"), "|>&") == 0 }

// wouldTake reads a command line as the program does, and does nothing.
func wouldTake(args []string) error {
	app := App{Machine: Host{}}.cli()
	nothing := func(*cli.Context) error { return nil }
	for _, c := range app.Commands {
		if c.Action = nothing; strings.HasPrefix(c.ArgsUsage, "KIND") {
			c.Action = cmdline.NoKind
		}
		for _, kind := range c.Subcommands {
			kind.Action = nothing
		}
	}
	called, err := cmdline.Arrange(app, cmdline.Alias(app, args))
	if err != nil {
		return err
	}
	return app.Run(called.Args)
}
