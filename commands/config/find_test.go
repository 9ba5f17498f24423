package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	top := t.TempDir()
	deep := filepath.Join(top, "a", "b")
	// A folder of that name is not a file of that name.
	if err := os.MkdirAll(filepath.Join(deep, FileName), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := Find(deep)
	if !errors.Is(err, fs.ErrNotExist) ||
		!strings.HasPrefix(err.Error(), "there is no vagga.yaml in "+deep+", "+filepath.Dir(deep)+", ") ||
		!strings.HasSuffix(err.Error(), ", /") {
		t.Errorf("got %v", err)
	}
	want := filepath.Join(top, FileName)
	if err := os.WriteFile(want, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{deep, top} {
		if got, err := Find(dir); got != want || err != nil {
			t.Errorf("from %s: got %s, %v", dir, got, err)
		}
	}
	t.Chdir(deep)
	if got, err := Find("."); got != want || err != nil {
		t.Errorf("from .: got %s, %v", got, err)
	}
	if _, err := Find(want); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("from a file: got %v", err)
	}
}
