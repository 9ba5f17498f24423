package machine

import "testing"

func TestKindByFileName(t *testing.T) {
	for _, c := range []struct {
		name, content string
		want          bool
	}{
		{"xtables-legacy-multi", "", true},
		{"iptables-legacy", "", true},
		{"xtables-nft-multi", "", false},
		{"iptables-nft", "", false},
		{"xtables-compat-multi", "", false}, // nft's until 1.8
		{"xtables-multi", "", true},         // all there was until 1.6
		{"iptables", "\x7fELF ... libxtables", true},
		{"iptables", "\x7fELF ... iptables v%s (nf_tables)", false},
		{"ipt", "#!/bin/sh\nexec iptables-legacy \"$@\"\n", true},
		{"ipt", "#!/bin/sh\nexec iptables \"$@\"\n", false},
		{"ipt", "", false},
	} {
		if got := legacyIptables(c.name, func() string { return c.content }); got != c.want {
			t.Errorf("%s with %q: %v", c.name, c.content, got)
		}
	}
}
