package e2e

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestTimeIsUp has go test's time be up before a script had its turn: what waited
// is skipped, and the run has failed all the same.
func TestTimeIsUp(t *testing.T) {
	if os.Getenv(insideVar) != "" {
		return
	}
	needSandboxes(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(self, "-test.v", "-test.run=^TestKernel$/^limits$", "-test.timeout="+closingTime.String()).CombinedOutput()
	said := string(out)
	if err == nil || strings.Count(said, "--- FAIL: ") != 1 || !strings.Contains(said, "--- FAIL: TestKernel (") ||
		!strings.Contains(said, "--- SKIP: TestKernel/limits/tester-nft ") || !strings.Contains(said, "scripts without a turn: 1") {
		t.Errorf("%v\n%s", err, said)
	}
}
