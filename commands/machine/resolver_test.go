package machine

import (
	"fmt"
	"testing"
)

func TestParseResolvConf(t *testing.T) {
	tests := []struct{ text, servers, options string }{
		{"", "[]", "[]"},
		{"nameserver 10.0.0.1\nnameserver fe80::1%eth0\n", "[10.0.0.1 fe80::1%eth0]", "[]"},
		{"# nameserver 10.0.0.1\n;nameserver 10.0.0.2\n#x y\n", "[]", "[]"},
		{"\tnameserver\t10.0.0.1  # why\n\nsearch  a.example\tb.example\noptions ndots:2 edns0", "[10.0.0.1]",
			"[search a.example b.example options ndots:2 edns0]"},
		{"nameserver 0.0.0.0\n", "[127.0.0.1]", "[]"},
		{"nameserver\nnameserver localhost\nnameserver 10.0.0.256\nsearch\n", "[]", "[]"},
	}
	for _, test := range tests {
		servers, options := parseResolvConf(test.text)
		if got := fmt.Sprint(servers); got != test.servers {
			t.Errorf("%q has the servers %s, not %s", test.text, got, test.servers)
		}
		if got := fmt.Sprint(options); got != test.options {
			t.Errorf("%q has the options %s, not %s", test.text, got, test.options)
		}
	}
}
