package inner

import (
	"bytes"
	"os"
	"testing"
)

// The stand-in says what sysctl -n would, as status reads it.
func TestSysctlReads(t *testing.T) {
	want, err := os.ReadFile("/proc/sys/kernel/ostype")
	if err != nil {
		t.Skip(err)
	}
	var out bytes.Buffer
	if err := sysctlTo(&out, []string{"-n", "kernel.ostype"}); err != nil || out.String() != string(want) {
		t.Errorf("got %v and %q, not %q", err, out.String(), want)
	}
	if err := sysctlTo(&out, []string{"-n", "kernel.no_such_setting"}); err == nil {
		t.Error("a setting that isn't there can be read")
	}
}
