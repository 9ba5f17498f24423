package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// needSandboxes skips the test where no sandbox can be made, and sees to it
// that none leaks. It returns the words that make a command root's.
func needSandboxes(t *testing.T) (become []string) {
	become = needRoot(t)
	needTools(t, "unshare", "nsenter", "setpriv", "timeout", "ip", "iptables", "busybox", "newuidmap", "sudo", "sysctl", "pgrep")
	needNamespaces(t, become)
	before := machineTraces(t)
	t.Cleanup(func() {
		if after := machineTraces(t); !slices.Equal(before, after) {
			t.Errorf("a sandbox leaked into the machine\nbefore: %q\nafter:  %q", before, after)
		}
	})
	return become
}

// needRoot returns the words that make a command root's.
func needRoot(t *testing.T) []string {
	if os.Getuid() == 0 {
		return nil
	}
	if out, err := exec.Command("sudo", "-n", "true").CombinedOutput(); err != nil {
		t.Skipf("skipped: needs root, or sudo without a password: %v: %s", err, out)
	}
	return []string{"sudo", "-n"}
}

func needTools(t *testing.T, tools ...string) {
	var missing []string
	// The folders of root's tools are not in everybody's PATH, nor are PostgreSQL's servers
	// on Debian.
	servers, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	path := strings.Join(append([]string{toolPath()}, servers...), ":")
	for _, tool := range tools {
		if _, err := exec.Command("env", "PATH="+path, "sh", "-c", "command -v "+tool).Output(); err != nil {
			missing = append(missing, tool)
		}
	}
	if missing != nil {
		t.Skipf("skipped: not installed: %s", strings.Join(missing, " "))
	}
}

func toolPath() string { return os.Getenv("PATH") + ":/usr/local/sbin:/usr/sbin:/sbin" }

// needNamespaces tries what a sandbox needs, and looks for the one module that
// the program would load: that would change the machine's own bridges.
func needNamespaces(t *testing.T, become []string) {
	cmd := sandboxCommand(become, "true")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("skipped: this kernel, or the container we are in, gives no namespaces: %v: %s", err, out)
	}
	loadBridgeFilter(t)
	if _, err := os.Stat("/proc/sys/net/bridge"); err != nil {
		t.Skip("skipped: br_netfilter is not loaded, and loading it changes the machine's own bridges: modprobe br_netfilter")
	}
}
