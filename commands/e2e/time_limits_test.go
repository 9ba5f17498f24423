package e2e

import (
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// Limits are for what hangs. On a slow machine that is busy everything else is done
// in a part of them.
var (
	patience    = inVM(3 * time.Minute)  // for something that is to happen in a script
	sandboxTime = inVM(20 * time.Minute) // for a script; then the kernel ends it
)

// closingTime is how long before go test's own limit what runs is ended, to say
// what did not.
const closingTime = 30 * time.Second

// inVM is longer in a machine that is emulated.
func inVM(limit time.Duration) time.Duration {
	if os.Getenv(vmVar) != "" {
		return 5 * limit
	}
	return limit
}

// tooLate counts the scripts that had no turn before go test's time was up.
var tooLate atomic.Int32

// timeFor returns how long a script may run. go test's own limit would end all
// of us in the middle, and call failed what only waited for its turn.
func timeFor(t *testing.T) time.Duration {
	end, ok := t.Deadline()
	if !ok {
		return sandboxTime
	}
	left := time.Until(end) - closingTime
	if left < closingTime {
		tooLate.Add(1)
		t.Skip("skipped: the time of go test is up")
	}
	return min(left, sandboxTime)
}

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
