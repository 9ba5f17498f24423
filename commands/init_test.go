package commands

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vagganet/commands/config"
	"vagganet/commands/project"
	"vagganet/netcmd"
	"vagganet/netcmd/addresses"
)

// What init writes is a config file without mistakes, and one that run takes.
func TestStarterParses(t *testing.T) {
	file, err := config.Parse("vagga.yaml", starter, os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	if len(file.Ignored) > 0 {
		t.Errorf("it has keys that mean nothing: %v", file.Ignored)
	}
	command, err := file.Command("flaky")
	if err != nil {
		t.Fatal(err)
	}
	if err := project.CheckSupervised(file, command); err != nil {
		t.Error(err)
	}
	network, err := addresses.NewGuestNetwork(file.GuestNetwork)
	if err != nil {
		t.Fatal(err)
	}
	run := netcmd.Run{Network: network}
	chosen, err := project.Choose(command, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := project.AddChildren(Host{}, &run, command, chosen, file); err != nil {
		t.Error(err)
	}
	if len(run.Guests) != 3 || len(run.Children) != 4 || run.Children[3].Node != netcmd.Bridge {
		t.Errorf("not three nodes and a bridge command: %+v", run.Children)
	}
}

func TestWriteNewLeavesWhatIsThere(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "vagga.yaml")
	if err := writeNew(path, []byte("first")); err != nil {
		t.Fatal(err)
	}
	if err := writeNew(path, []byte("second")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v", err)
	}
	wantFile(t, path, "first")
	// A link that leads nowhere is something, too.
	link := filepath.Join(dir, "link")
	if err := os.Symlink("nowhere", link); err != nil {
		t.Fatal(err)
	}
	if err := writeNew(link, []byte("third")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v", err)
	}
}

func TestReplaceFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "vagga.yaml")
	for _, text := range []string{"first", "second"} {
		if err := replaceFile(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		wantFile(t, path, text)
	}
	// What can't be replaced stays, and so does nothing else.
	folder := filepath.Join(dir, "folder")
	if err := os.MkdirAll(filepath.Join(folder, "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := replaceFile(folder, []byte("third")); err == nil {
		t.Error("it replaced a folder")
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if got := strings.Join(names, " "); got != "folder vagga.yaml" {
		t.Errorf("there is now: %s", got)
	}
}

func wantFile(t *testing.T, path, want string) {
	t.Helper()
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("%s has %q, not %q (%v)", path, got, want, err)
	}
}

// Editors find the schema that is installed with the program.
func TestModeline(t *testing.T) {
	prefix := t.TempDir()
	program := filepath.Join(prefix, "bin/vagganet")
	if line := modeline(program); line != nil {
		t.Errorf("without a schema: %q", line)
	}
	schema := filepath.Join(prefix, "share/vagganet/vagga.schema.json")
	if err := os.MkdirAll(filepath.Dir(schema), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(schema, []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	if line, want := string(modeline(program)), "# yaml-language-server: $schema="+schema+"\n\n"; line != want {
		t.Errorf("%q, want %q", line, want)
	}
}
