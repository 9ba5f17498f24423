package netcmd

import (
	"strings"
	"testing"
)

// withTmpfs is a run whose child has a tmpfs, and another one in there.
func withTmpfs(r Run) Run {
	r.Children[0].Files = &FileSystem{Base: "/", Tree: Tree{"/": {{Name: "mnt", Kind: FolderEntry}}}, Mounts: []Mount{
		{Path: "/mnt", Size: 1 << 20, Mode: 0o750, UID: 7, GID: 8},
		{Path: "/mnt/nested", Size: 4096, Mode: 0o1777},
	}}
	return r
}

// A tmpfs is mounted once for the run, with its owner as far as the run has him, and
// bound into the child.
func TestTmpfs(t *testing.T) {
	for _, test := range []struct {
		isolated *Isolated
		dir      string
		owner    string
	}{
		{nil, "/run/vagganet/vagga/run", ",uid=7,gid=8"},
		{&Isolated{RunDir: "/srv"}, "/srv", ",uid=7,gid=8"},
		{&Isolated{RunDir: "/srv", OwnUser: true}, "/srv", ""},
	} {
		r := withTmpfs(testRun(test.isolated, true))
		text := script(t, r.Plan())
		for _, line := range []string{
			"tmpfs " + test.dir + "/.tmpfs/a/0 tmpfs size=1048576,mode=750" + test.owner + " 0 0\n",
			"tmpfs " + test.dir + "/.tmpfs/a/1 tmpfs size=4096,mode=1777 0 0\n",
			test.dir + "/.tmpfs/a/0 /mnt none bind 0 0\n",
			test.dir + "/.tmpfs/a/1 /mnt/nested none bind,X-mount.mkdir 0 0\n",
		} {
			if strings.Count(text, "\n"+line) != 1 {
				t.Errorf("no line %s in\n%s", line, text)
			}
		}
		if covers := r.covers(); strings.Count(covers, "tmpfs ") != 4 {
			t.Errorf("not mounted together with all else:\n%s", covers)
		}
	}
}

// Without a tmpfs, nothing is mounted for one.
func TestNoTmpfs(t *testing.T) {
	if text := script(t, testRun(nil, true).Plan()); strings.Contains(text, ".tmpfs") {
		t.Error(text)
	}
}
