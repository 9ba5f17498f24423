package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

const (
	vmScripts = testdata + "/vm"
	vmVar     = "VAGGANET_IN_VM" // set by scripts/vm-test
)

// TestVM runs the scripts of testdata/vm, which are like those of
// testdata/kernel, but in the machine's own network namespace: they load modules
// and change settings that a kernel has once. So they run in a virtual machine
// only, one after another, on a kernel that has just been booted.
func TestVM(t *testing.T) {
	if os.Getenv(vmVar) == "" {
		t.Skip("skipped: these change the machine that they run on, and have a target that makes one: make test-vm")
	}
	eachVariant(t, filepath.Join(vmScripts, "*.txtar"), func(t *testing.T, script string, v variant) {
		v.onMachine = true
		runSandbox(t, nil, script, v)
	})
}

// loadBridgeFilter loads what the kernel tests need, where the machine is there
// for them.
func loadBridgeFilter(t *testing.T) {
	if os.Getenv(vmVar) == "" {
		return
	}
	if out, err := exec.Command("modprobe", "br_netfilter").CombinedOutput(); err != nil {
		t.Fatalf("modprobe br_netfilter: %v: %s", err, out)
	}
}
