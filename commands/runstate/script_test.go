package runstate

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// A name that a script holds is taken, and the script's first process is known by it.
// Only when that is gone is the file taken away.
func TestNameOfScript(t *testing.T) {
	if _, err := exec.LookPath("flock"); err != nil {
		t.Skip("skipped: there is no flock here")
	}
	dir := t.TempDir()
	runs := filepath.Join(dir, "user", "runs")
	if err := os.MkdirAll(runs, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(runs, "web")
	script := exec.Command("flock", "-n", "-F", path, "sh", "-c", `printf token >"$1"; echo up; exec cat`, "sh", path)
	stdin, err1 := script.StdinPipe()
	stdout, err2 := script.StdoutPipe()
	if err := script.Start(); err != nil || err1 != nil || err2 != nil {
		t.Fatal(err, err1, err2)
	}
	stdout.Read(make([]byte, 3))
	if !Lives(runs, "web", "token") || Lives(runs, "web", "other") {
		t.Error("the script's run is not known by its token")
	}
	if pid, removed, err := holder(path, true); pid != script.Process.Pid || removed || err != nil {
		t.Errorf("held by %d, removed %v, %v; it is %d", pid, removed, err, script.Process.Pid)
	}
	if _, err := Register(runs, true, nil, "web", "t", true); err == nil {
		t.Error("the name was given to another run")
	}
	second, err := Register(runs, true, nil, "web", "t", false)
	if err != nil || second.Name != "web-2" {
		t.Fatalf("%+v, %v", second, err)
	}
	// And a script does not get what a run of the program has.
	if exec.Command("flock", "-n", filepath.Join(runs, "web-2"), "true").Run() == nil {
		t.Error("a script could lock the name of the program's run")
	}
	stdin.Close()
	script.Wait()
	if pid, removed, err := holder(path, true); pid != 0 || !removed || err != nil {
		t.Errorf("held by %d, removed %v, %v after its end", pid, removed, err)
	}
	// While a script looks for a name, what it may take stays.
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	folder, err := os.Open(runs)
	if err == nil {
		err = unix.Flock(int(folder.Fd()), unix.LOCK_EX)
	}
	if err != nil {
		t.Fatal(err)
	}
	if pid, removed, err := holder(path, true); pid != 0 || removed || err != nil {
		t.Errorf("held by %d, removed %v, %v while a script looks for a name", pid, removed, err)
	}
	folder.Close()
	if pid, removed, err := holder(path, true); pid != 0 || !removed || err != nil {
		t.Errorf("held by %d, removed %v, %v after that", pid, removed, err)
	}
	second.Release()
}

func TestFlockOf(t *testing.T) {
	const locks = `1: FLOCK  ADVISORY  WRITE 4711 00:19:42 0 EOF
1: -> FLOCK  ADVISORY  WRITE 4712 00:19:42 0 EOF
2: POSIX  ADVISORY  WRITE 4713 00:19:43 0 EOF
3: FLOCK  ADVISORY  READ  4714 00:19:43 0 EOF
`
	for _, test := range []struct {
		device, inode uint64
		want          int
	}{{0x19, 42, 4711}, {0x19, 43, 0}, {0x19, 44, 0}, {0x20, 42, 4711}, {0x19, 2, 0}} {
		if got := flockOf(locks, test.device, test.inode); got != test.want {
			t.Errorf("%+v: %d", test, got)
		}
	}
}
