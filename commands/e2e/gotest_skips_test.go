package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestSkips has scripts/gotest run tests that are skipped.
func TestSkips(t *testing.T) {
	passed := `{"Action":"pass","Package":"p","Test":"TestOther"}` + "\n"
	skipped := func(test, reason string) string {
		return `{"Action":"output","Package":"p","Test":"` + test + `","Output":"    a_test.go:30: ` + reason + `\n"}` + "\n" +
			`{"Action":"output","Package":"p","Test":"` + test + `","Output":"--- SKIP: ` + test + ` (0.00s)\n"}` + "\n" +
			`{"Action":"skip","Package":"p","Test":"` + test + `","Elapsed":0}` + "\n"
	}
	noFiles := `{"Action":"skip","Package":"none","Elapsed":0}` + "\n"
	known := skipped("TestVM", "skipped: these have a target that makes one: make test-vm")
	unknown := skipped("TestKernel/run/root-nft", "skipped: not installed: \\\"ip\\\"")
	tests := []struct {
		name, ci, events, code string // code is that of go test
		good                   bool
		said                   string
	}{
		{"known", "true", passed + known + noFiles, "0", true, ""},
		{"unknown", "true", passed + known + unknown, "0", false, `TestKernel/run/root-nft: skipped: not installed: \"ip\"`},
		{"known by name alone", "true", passed + skipped("TestVM", "skipped: needs root"), "0", false, "TestVM: skipped: needs root"},
		{"no reason", "true", passed + skipped("TestVM", ""), "0", false, "TestVM: \n"},
		{"no test", "true", known, "0", false, "no test has passed"},
		{"failed", "true", passed, "1", false, ""},
		{"no CI", "", unknown, "0", true, ""},
		{"failed without CI", "", passed, "1", false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			runner := filepath.Join(t.TempDir(), "runner")
			script := "#!/bin/sh\nwhile [ $# -gt 0 ]; do [ \"$1\" != --jsonfile ] || printf %s \"$EVENTS\" >\"$2\"; shift; done\nexit " + tt.code + "\n"
			if err := os.WriteFile(runner, []byte(script), 0o755); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(top+"/scripts/gotest", runner, "./...")
			cmd.Env = append(os.Environ(), "CI="+tt.ci, "EVENTS="+tt.events)
			out, err := cmd.CombinedOutput()
			if (err == nil) != tt.good || !strings.Contains(string(out), tt.said) || tt.said == "" && len(out) > 0 {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
