package netcmd

import (
	"strings"
	"testing"
)

// The host's own names stand below the run's, and never beside them.
func TestHosts(t *testing.T) {
	r := portsRun()
	r.Guests[0].Hostname, r.Guests[1].Hostname = "a", "beta"
	r.Hosts = "127.0.0.1 localhost LocalHost\n127.0.1.1\tbox # mine\n10.0.0.1 A far Beta\n10.0.0.2 b\n" +
		"# 10.0.0.3 c\nnonsense d\n10.0.0.4\n10.0.0.5 bridge host\nfe80::1%eth0 six\n10.0.0.6 e\x1b[m f\x00g ok"
	want := "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n172.18.0.1\ta\n172.18.0.2\tbeta b\n" +
		"172.18.0.254\tbridge\n172.18.255.1\thost\n127.0.1.1\tbox\n10.0.0.1\tfar\nfe80::1%eth0\tsix\n10.0.0.6\tok\n"
	if got := r.hosts(); got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
	r.Guests[0].Name, r.Guests[0].Hostname = "host", "bridge"
	r.Hosts = ""
	want = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n172.18.0.1\tbridge host\n172.18.0.2\tbeta b\n"
	if got := r.hosts(); got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
	r = portsRun()
	r.Isolated = &Isolated{}
	if got := r.hosts(); strings.Contains(got, "\thost\n") {
		t.Errorf("an isolated run has no host, but got %q", got)
	}
}
