package machine

import (
	"os"
	"path/filepath"
	"testing"
)

// The lowest limit on the way up counts, and a container's own group is "/".
func TestGroupLimit(t *testing.T) {
	mount := t.TempDir()
	for dir, text := range map[string]string{"": "900\n", "a": "max\n", "a/b": "1000\n", "c": "100\n", "c/d": "max\n"} {
		if err := os.MkdirAll(filepath.Join(mount, dir), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(mount, dir, "pids.max"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for groups, want := range map[string]int64{
		"0::/\n":                 900,
		"0::/a/b\n":              900,
		"1:cpu:/c\n0::/c/d\n":    100,
		"0::/not/there\n":        900,
		"8:pids:/c\n":            0,
		"":                       0,
		"0::/../elsewhere\n":     900,
		"4:memory:/x\n0::/c\n":   100,
		"0::/a\n1:name=x:/c/d\n": 900,
	} {
		if got := groupLimit(groups, mount, "pids.max"); got != want {
			t.Errorf("%q: %d, want %d", groups, got, want)
		}
	}
	if got := groupLimit("0::/a\n", mount, "memory.max"); got != 0 {
		t.Errorf("a file that isn't there says %d", got)
	}
}
