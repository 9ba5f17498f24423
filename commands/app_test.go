package commands

import "testing"

func TestWithSystemFolders(t *testing.T) {
	for path, want := range map[string]string{
		"/bin": "/bin:/usr/sbin:/sbin", "/sbin:/bin": "/sbin:/bin:/usr/sbin", "/bin:/usr/sbin:/sbin": "/bin:/usr/sbin:/sbin",
		"/opt/sbin": "/opt/sbin:/usr/sbin:/sbin",
	} {
		if got := withSystemFolders(path); got != want {
			t.Errorf("%q became %q, not %q", path, got, want)
		}
	}
}
