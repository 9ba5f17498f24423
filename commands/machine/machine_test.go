package machine

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"vagganet/netcmd/gateway"
	"vagganet/netcmd/plan"
)

func TestSubordinate(t *testing.T) {
	const text = "# comment\n\nother:1:2\nme:x:65536\nme:100000:0\n  me:100000:65536  \nme:200000:65536\n1001:300000:5\nme:1:2:3\n"
	file := filepath.Join(t.TempDir(), "subuid")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		file, name string
		uid        int
		want       gateway.IDRange
	}{
		{file, "me", 1000, gateway.IDRange{First: 100000, Count: 65536}},
		{file, "by-number", 1001, gateway.IDRange{First: 300000, Count: 5}},
		{file, "m", 100, gateway.IDRange{}},
		{file + "-absent", "me", 1000, gateway.IDRange{}},
	} {
		if got := subordinate(c.file, c.name, c.uid); got != c.want {
			t.Errorf("%s (%d) has %v, want %v", c.name, c.uid, got, c.want)
		}
	}
}

func TestHexAddr(t *testing.T) {
	want := netip.MustParseAddr("172.18.0.1")
	b := want.As4()
	// The kernel prints the address's bytes as a number of the machine's.
	text := fmt.Sprintf("%08X", binary.NativeEndian.Uint32(b[:]))
	if got, err := hexAddr(text); err != nil || got != want {
		t.Errorf("%s is read as %s: %v", text, got, err)
	}
	for _, text := range []string{"", "x", "0123456789"} {
		if got, err := hexAddr(text); err == nil {
			t.Errorf("%q is read as %s", text, got)
		}
	}
}

// The default route is none that could be in the way, and loopback has its
// address everywhere.
func TestAddressesAndRoutes(t *testing.T) {
	if lo, err := net.InterfaceByName("lo"); err != nil || lo.Flags&net.FlagUp == 0 {
		t.Skip("skipped: the loopback device is down, as where packages are built")
	}
	if lo := (Route{"lo", netip.MustParsePrefix("127.0.0.1/8")}); !slices.Contains(addresses(), lo) {
		t.Errorf("no %v in %v", lo, addresses())
	}
	for _, r := range routes() {
		if !r.Prefix.IsValid() || r.Prefix.Bits() == 0 || r.Device == "" {
			t.Errorf("route %v", r)
		}
	}
}

func TestLegacyIptables(t *testing.T) {
	dir := t.TempDir()
	for name, target := range map[string]string{"iptables": "alternative", "alternative": "xtables-legacy-multi", "other": "xtables-nft-multi"} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"xtables-legacy-multi", "xtables-nft-multi"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
	for name, want := range map[string]bool{"iptables": true, "other": false, "absent": false, dir + "/iptables": true} {
		if got := (Host{}).LegacyIptables(plan.Tool{name}); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestProgram(t *testing.T) {
	dir := t.TempDir()
	args := os.Args
	defer func() { os.Args = args }()
	os.Args = []string{"vagga"}
	t.Setenv("PATH", dir)
	for i, name := range []string{"vagga", "vagganet", "vagga_network", "vagga_partition"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o755); err != nil {
			t.Fatal(err)
		}
		path, lacks := Host{}.Program()
		if path != filepath.Join(dir, "vagga") || lacks != (i < 3) {
			t.Errorf("with %d names: %s, lacks some: %v", i+1, path, lacks)
		}
	}
}

// The name of a command may have anything in it, brackets too.
func TestReadStat(t *testing.T) {
	stat := func(name, state string) string {
		return "12 (" + name + ") " + state + " 1 12 12 0 -1 4194304 100 0 0 0 0 0 0 0 20 0 1 0 4567 1000 100\n"
	}
	for text, want := range map[string]string{
		stat("sleep", "S"): "running", stat("a) T (b", "R"): "running", stat("x", "T"): "stopped",
		stat("x", "t"): "stopped", stat("x", "Z"): "ended", "": "ended", "12 (x) R 1\n": "ended",
	} {
		if got := readStat(text); got.State != want {
			t.Errorf("%q: %q, want %q", text, got.State, want)
		}
	}
	if age := (Host{}).Process(os.Getpid()).Age; age < 0 || age > time.Hour {
		t.Errorf("this test is %v old", age)
	}
}

// A mount on a folder that is always empty hides nothing.
func TestProcIsHidden(t *testing.T) {
	line := func(at string) string { return "33 27 0:30 / " + at + " rw,nosuid - proc proc rw\n" }
	for info, want := range map[string]bool{
		line("/proc"): false, line("/proc") + line("/proc/sys/fs/binfmt_misc"): false, line("/process"): false, "": false,
		line("/proc") + line("/proc/kcore"): true, line("/proc/sys"): true, line("/") + line("/proc/acpi"): true,
	} {
		if got := procIsHidden(info); got != want {
			t.Errorf("%q: %v", info, got)
		}
	}
}

func TestRestricted(t *testing.T) {
	const debian, apparmor = "kernel/unprivileged_userns_clone", "kernel/apparmor_restrict_unprivileged_userns"
	for _, test := range []struct {
		settings map[string]string
		want     bool
	}{
		{nil, false}, {map[string]string{debian: "1", apparmor: "0"}, false}, {map[string]string{debian: "0"}, true},
		{map[string]string{apparmor: "1"}, true}, {map[string]string{debian: "1", apparmor: "2"}, true},
	} {
		if got := restricted(func(name string) string { return test.settings[name] }); got != test.want {
			t.Errorf("with %v: %v", test.settings, got)
		}
	}
}
