package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// versioned is a folder with a changelog and the script that reads it.
type versioned struct {
	t   *testing.T
	dir string
}

func newVersioned(t *testing.T, dir string) versioned {
	script, err := os.ReadFile(filepath.Join(top, "scripts", "version"))
	if err != nil {
		t.Fatal(err)
	}
	v := versioned{t, dir}
	v.write("scripts/version", string(script))
	v.write("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - 2026-01-02\n\n## [1.2.2] - 2025-01-02\n")
	return v
}

func (v versioned) write(name, text string) {
	path := filepath.Join(v.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		v.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		v.t.Fatal(err)
	}
}

func (v versioned) git(words ...string) {
	cmd := exec.Command("git", append([]string{"-c", "user.name=x", "-c", "user.email=x@example.org"}, words...)...)
	cmd.Dir = v.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		v.t.Fatalf("%q: %v: %s", cmd.Args, err, out)
	}
}

// want compares what the script prints with a pattern, for each of its options.
func (v versioned) want(version, commit, date string) {
	v.t.Helper()
	for option, want := range map[string]string{"": version, "--commit": commit, "--date": date} {
		out, err := exec.Command("sh", filepath.Join(v.dir, "scripts", "version"), option).CombinedOutput()
		got := strings.TrimSuffix(string(out), "\n")
		if err != nil || !regexp.MustCompile("^("+want+")$").MatchString(got) {
			v.t.Errorf("version %s: %q, %v; want %s", option, got, err, want)
		}
	}
}

// The version is the changelog's, with the commit of this clone where it is not what was
// released, and never that of another clone around it.
func TestVersion(t *testing.T) {
	needTools(t, "git")
	const released, hash, number = "1767312000", "[0-9a-f]{40}", "[0-9]+"
	outer := newVersioned(t, t.TempDir())
	outer.want("1.2.3", "", released)

	outer.git("init", "-q")
	outer.git("add", ".")
	outer.git("commit", "-qm", "one")
	outer.want(`1\.2\.3\+g[0-9a-f]{7,}`, hash, number)
	outer.git("tag", "v1.2.3")
	outer.want("1.2.3", hash, number)
	outer.write("CHANGELOG.md", "# Changelog\n\n## [1.2.3] - 2026-01-02\n")
	outer.want(`1\.2\.3\+g[0-9a-f]{7,}\.dirty`, hash, number)

	inner := newVersioned(t, filepath.Join(outer.dir, "inner"))
	inner.want("1.2.3", "", released)
	inner.write(".version", "1.2.3+gabc 17 abcdef\n")
	inner.want(`1\.2\.3\+gabc`, "abcdef", "17")
}
