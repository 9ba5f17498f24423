package e2e

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// What packagers set for the C compiler is not Go's: its linker would refuse it.
// Of Go's own there is GO_LDFLAGS.
func TestMakeLeavesFlagsOfCAlone(t *testing.T) {
	needTools(t, "make")
	cmd := exec.Command("make", "-n", "build")
	cmd.Dir = top
	cmd.Env = append(os.Environ(), "MAKEFLAGS=", "GO_LDFLAGS=-s -w",
		"LDFLAGS=-Wl,-z,relro", "CFLAGS=-foreign", "CXXFLAGS=-foreign", "CPPFLAGS=-foreign", "ASFLAGS=-foreign", "CC=-foreign")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if text := string(out); strings.Contains(text, "relro") || strings.Contains(text, "foreign") || !strings.Contains(text, " -s -w\"") {
		t.Errorf("make build would run:\n%s", text)
	}
}
