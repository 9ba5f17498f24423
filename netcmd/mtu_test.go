package netcmd

import (
	"strings"
	"testing"
)

// The MTU is that of all devices between guests, and of no other; and where none
// is asked for, it is not named.
func TestMTU(t *testing.T) {
	for _, isolated := range []*Isolated{nil, {RunDir: "/mnt"}} {
		r := testRun(isolated, true)
		plain := script(t, r.Plan())
		r.MTU = 9000
		text := script(t, r.Plan())
		for _, line := range []string{
			"link add eth0 address 02:00:ac:12:00:01 mtu 9000 type veth peer name g-a mtu 9000 netns ",
			"link add eth0 address 02:00:ac:12:00:02 mtu 9000 type veth peer name g-b mtu 9000 netns ",
			"link set dev children address 02:00:ac:12:00:fe mtu 9000 up\n",
			`"mtu": 9000`,
		} {
			if !strings.Contains(text, line) {
				t.Errorf("isolated %v: no %q in\n%s", isolated != nil, line, text)
			}
		}
		without := strings.NewReplacer(" mtu 9000", "", "  \"mtu\": 9000,\n", "").Replace(text)
		if without != plain {
			t.Errorf("isolated %v: what else differs:\n%s\nwithout an MTU:\n%s", isolated != nil, text, plain)
		}
	}
}
