package machine

import "testing"

func TestUmask(t *testing.T) {
	for status, want := range map[string]string{
		"Name:\tx\nUmask:\t0022\nState:\tR": "", "Name:\tx\nUmask:\t0027\nState:\tR": "0027", "Umask:\t0000\n": "0000", "Name:\tUmask: 7\n": "",
	} {
		if got := umask(status); got != want {
			t.Errorf("%q has umask %q, not %q", status, got, want)
		}
	}
}
