package e2e

import (
	"os"
	"path/filepath"
	"testing"
)

// The kernel tests run the program on the real kernel. Each script of
// testdata/kernel has a sandbox of its own: network, mount and process
// namespaces in which the "host" is private, so that nothing of the machine is
// touched and nothing outlives the test. The sandbox is this test binary,
// started again by sandbox.sh.
//
// The first lines of a script name what it is run as, and with which iptables (see
// variant). The kernel's own condition is [netem].
const (
	kernelScripts = testdata + "/kernel"
	insideVar     = "VAGGANET_IN_SANDBOX"
	scriptVar     = "VAGGANET_SANDBOX_SCRIPT"
	whoVar        = "WHO"
	iptablesVar   = "IPTABLES"
	ebtablesVar   = "VAGGANET_EBTABLES" // the program's own
)

func TestKernel(t *testing.T) {
	if os.Getenv(insideVar) != "" {
		runInside(t)
		return
	}
	become := needSandboxes(t)
	eachVariant(t, filepath.Join(kernelScripts, "*.txtar"), func(t *testing.T, script string, v variant) {
		t.Parallel()
		runSandbox(t, become, script, v)
	})
}

// eachVariant runs each script in each of its variants.
func eachVariant(t *testing.T, pattern string, run func(t *testing.T, script string, v variant)) {
	scripts, err := filepath.Glob(pattern)
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts in %s: %v", pattern, err)
	}
	t.Cleanup(func() {
		if n := tooLate.Swap(0); n > 0 {
			t.Errorf("the time of go test is up: scripts without a turn: %d", n)
		}
	})
	for _, script := range scripts {
		for _, v := range variants(t, script) {
			t.Run(scriptName(script)+"/"+v.String(), func(t *testing.T) { run(t, script, v) })
		}
	}
}
