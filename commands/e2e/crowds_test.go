package e2e

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// The crowd tests are kernel tests of many runs and of many guests at once.
const (
	crowdScripts = testdata + "/crowds"
	// They take some minutes, and all that the machine has.
	crowdsVar = "VAGGANET_CROWDS"
)

// neighboursVar tells a sandbox how many neighbours the machine's table has room
// for: it is one for all networks, and seen from the machine's own alone. The
// condition [neighbours:N] is true where there is room for that many.
const neighboursVar = "VAGGANET_NEIGHBOURS"

// mostNeighbours is 0 where this isn't the machine's own network.
func mostNeighbours() int {
	text, err := os.ReadFile("/proc/sys/net/ipv4/neigh/default/gc_thresh3")
	if err != nil {
		return 0
	}
	n, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return n
}

func haveNeighbours(wanted string) (bool, error) {
	n, err := strconv.Atoi(wanted)
	if err != nil {
		return false, err
	}
	room, err := strconv.Atoi(os.Getenv(neighboursVar))
	return room >= n, err
}

func TestCrowds(t *testing.T) {
	if os.Getenv(crowdsVar) == "" {
		t.Skip("skipped: these have a target of their own: make test-crowds")
	}
	become := needSandboxes(t)
	// One after another: each has hundreds of processes.
	eachVariant(t, filepath.Join(crowdScripts, "*.txtar"), func(t *testing.T, script string, v variant) {
		runSandbox(t, become, script, v)
	})
}
