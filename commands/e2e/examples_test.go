package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The examples are real systems under partitions. Each is a folder with a
// vagga.yaml and a test.txtar, which is run like the scripts of the kernel
// tests, on a copy of the folder. Its second line names the programs that it
// wants installed:
//
//	# needs: nginx curl
const (
	exampleScripts = testdata + "/examples/*/" + exampleScript
	exampleScript  = "test.txtar"
	// They take a minute, and packages that not everybody wants to install.
	examplesVar = "VAGGANET_EXAMPLES"
	// There is no network in a sandbox: what an example's own Go module needs is fetched
	// before, and is there.
	modulesVar = "GOMODCACHE"
)

func TestExamples(t *testing.T) {
	if os.Getenv(examplesVar) == "" {
		t.Skip("skipped: these have a target of their own: make test-examples")
	}
	become := needSandboxes(t)
	t.Setenv(modulesVar, goModules(t))
	// One after another: they measure time, and each keeps two cores busy.
	eachVariant(t, exampleScripts, func(t *testing.T, script string, v variant) {
		needTools(t, neededBy(t, script)...)
		runSandbox(t, become, script, v)
	})
}

// goModules is the folder of the modules that Go has fetched; empty where there is no Go.
func goModules(t *testing.T) string {
	out, err := exec.Command("go", "env", modulesVar).Output()
	if err != nil {
		t.Logf("no modules of Go: %v", err)
	}
	return strings.TrimSpace(string(out))
}

var needsLine = regexp.MustCompile(`(?m)^# needs: (.*)$`)

func neededBy(t *testing.T, script string) []string {
	text, err := os.ReadFile(script)
	if err != nil {
		t.Fatal(err)
	}
	m := needsLine.FindSubmatch(text)
	if m == nil {
		t.Fatalf(`%s: no line like "# needs: nginx curl"`, script)
	}
	return strings.Fields(string(m[1]))
}

// copyExample puts the files beside an example's test where the test runs.
func copyExample(script, dir string) error {
	if match, err := filepath.Match(exampleScripts, script); !match {
		return err
	}
	return os.CopyFS(dir, os.DirFS(filepath.Dir(script)))
}
