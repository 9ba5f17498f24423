package runstate

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"vagganet/netcmd/gateway"
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
		if pid, _, err := holder(path, true); pid != 0 || err != nil {
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
	if runs, err := list(gateway.Gateway{}, dir, func(name string) { t.Errorf("%s is said to be gone", name) }); len(runs) > 0 || err != nil {
		t.Errorf("%v: %v", runs, err)
	}
}

// Root finds the runs in the folders of users, but removes nothing there: that is
// for the users themselves.
func TestRootRemovesNothingOfUsers(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("skipped: needs root, who can give a folder to another user")
	}
	for user, want := range map[int]bool{0: true, 4711: false} {
		dir := t.TempDir()
		file := filepath.Join(dir, "killed")
		if err := errors.Join(os.WriteFile(file, []byte("token"), 0o600), os.Chown(file, user, user), os.Chown(dir, user, user)); err != nil {
			t.Fatal(err)
		}
		removed := false
		if runs, err := list(gateway.Gateway{}, dir, func(string) { removed = true }); len(runs) > 0 || err != nil {
			t.Errorf("%v: %v", runs, err)
		}
		if _, err := os.Lstat(file); os.IsNotExist(err) != want || removed != want {
			t.Errorf("of user %d: removed %v, said so %v", user, os.IsNotExist(err), removed)
		}
	}
}

// Who only looks removes no name, though the run was killed.
func TestListRemovesNothing(t *testing.T) {
	home := t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", home)
	dir := filepath.Join(home, "vagganet", "look")
	file := filepath.Join(dir, "killed")
	if err := errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(file, []byte("token"), 0o600)); err != nil {
		t.Fatal(err)
	}
	g := gateway.Gateway{Interface: "look"}
	if runs, _ := List(g, nil); len(runs) > 0 {
		t.Errorf("a run that was killed is listed: %v", runs)
	}
	if _, err := os.Lstat(file); err != nil {
		t.Error(err)
	}
	removed := ""
	List(g, func(name string) { removed += name })
	if _, err := os.Lstat(file); err == nil || removed != "killed" {
		t.Errorf("removed: %q; %v", removed, err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	List(g, nil)
	if _, err := os.Lstat(dir); err != nil {
		t.Errorf("an empty folder: %v", err)
	}
}
