package runstate

import (
	"os"
	"path/filepath"
	"testing"

	"vagganet/netcmd"
)

// Root looks into folders of users, who may have put links there: to a file that
// root must not open, or that it must not make.
func TestLinksAreNotFollowed(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	there, missing := filepath.Join(outside, "there"), filepath.Join(outside, "missing")
	if err := os.WriteFile(there, []byte("token"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"a": there, "b": missing, "c": dir} {
		path := filepath.Join(dir, name)
		if err := os.Symlink(target, path); err != nil {
			t.Fatal(err)
		}
		// A folder may have been read a moment before the link was put there.
		if pid, _, err := holder(path); pid != 0 || err != nil {
			t.Errorf("%s is held by %d: %v", name, pid, err)
		}
		if file, err := lock(path, byRun); err == nil {
			t.Errorf("%s is locked, as %s", name, file.Name())
		}
		if Lives(dir, name, "token") {
			t.Errorf("%s lives", name)
		}
		if _, err := os.Readlink(path); err != nil {
			t.Errorf("%s is gone: %v", name, err)
		}
	}
	if _, err := os.Lstat(missing); err == nil {
		t.Error("a file was made where a link leads to")
	}
	if runs, err := list(netcmd.Gateway{}, dir, func(name string) { t.Errorf("%s is said to be gone", name) }); len(runs) > 0 || err != nil {
		t.Errorf("%v: %v", runs, err)
	}
}
