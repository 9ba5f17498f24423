package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rogpeppe/go-internal/txtar"

	"vagganet/commands/e2e/fake"
)

const goldenScripts = "testdata"

// TestGolden compares what the program prints with what is written down. The
// machine that it prints for is described by the script's facts.json, so the
// tests say the same on every machine. UPDATE_GOLDEN=1 writes down what is
// printed now.
func TestGolden(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 goldenScripts,
		UpdateScripts:       os.Getenv("UPDATE_GOLDEN") != "",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               setup,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"faketools": fake.CmdTools,
		},
	})
}

// setup gives a script its machine, and the functions that complete command lines.
func setup(env *testscript.Env) error {
	completions, err := filepath.Abs("scripts/completions")
	env.Setenv("COMPLETIONS", completions)
	return errors.Join(err, fake.Setup(env))
}

// TestScriptsAreShell has every printed script read by the shell, and by
// shellcheck, and so too the script inside that a run has.
func TestScriptsAreShell(t *testing.T) {
	_, noShellcheck := exec.LookPath("shellcheck")
	for name, script := range printedScripts(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkShell(t, script, "sh", "-n")
			if noShellcheck != nil {
				t.Skip("skipped: shellcheck is not installed; sh -n says it is well")
			}
			// Commands of the user's are in single quotes, and are meant to
			// come through as they are: SC2016.
			checkShell(t, script, "shellcheck", "-s", "sh", "-e", "SC2016", "-")
		})
	}
}

func checkShell(t *testing.T, script string, words ...string) {
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Stdin = strings.NewReader(script)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s\n%s", strings.Join(words, " "), err, out, script)
	}
}

// printedScripts are all golden texts that are scripts, by the names of their
// files, and those inside of them.
func printedScripts(t *testing.T) map[string]string {
	files, err := filepath.Glob(filepath.Join(goldenScripts, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts in %s: %v", goldenScripts, err)
	}
	scripts := map[string]string{}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			text := string(f.Data)
			if !strings.HasPrefix(text, "#!/bin/sh\n") {
				continue
			}
			name := strings.TrimSuffix(filepath.Base(file), ".txtar") + "/" + f.Name
			scripts[name] = text
			if !strings.Contains(name, "run_") {
				continue
			}
			inner, err := innerScript(text)
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			scripts[name+"/inside"] = inner
		}
	}
	if len(scripts) < len(files) {
		t.Errorf("only %d scripts in %d files", len(scripts), len(files))
	}
	return scripts
}

// innerScript is the here-document that a run gives to a shell inside. Its end
// word is RUN, and longer where a line of the document is just that.
func innerScript(script string) (string, error) {
	_, rest, found := strings.Cut(script, " <<'RUN")
	end, rest, _ := strings.Cut(rest, "'")
	_, inner, _ := strings.Cut(rest, "\n")
	inner, _, whole := strings.Cut(inner, "\nRUN"+end+"\n")
	if !found || !whole {
		return "", errors.New("no script inside")
	}
	return inner + "\n", nil
}
