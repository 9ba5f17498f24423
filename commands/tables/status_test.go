package tables

import (
	"net/netip"
	"strings"
	"testing"

	"vagganet/netcmd"
)

// States have colours where they are asked for, which move no column, and nothing else has:
// what names have of them is written out.
func TestStatusColours(t *testing.T) {
	run := RunStatus{Info: netcmd.Info{Run: "r\x1b[31m", Command: "c", Isolated: true}}
	for i, state := range []string{"running", "down", "paused", "starting", "ready", "ended"} {
		guest := netcmd.Guest{Name: "bob", IP: netip.AddrFrom4([4]byte{10, 0, 0, byte(i + 1)})}
		run.Guests = append(run.Guests, GuestStatus{Guest: guest, Pid: 7 * (i % 2), State: state})
	}
	run.Guests[0].Name = "al\x1b[31mice"
	const plain = `no gateway vagga, 1 run

run r\x1b[31m: command c, isolated, cut by iptables, up 0s
  GUEST          ADDRESS   PID  STATE
  al\x1b[31mice  10.0.0.1  -    running
  bob            10.0.0.2  7    down
  bob            10.0.0.3  -    paused
  bob            10.0.0.4  7    starting
  bob            10.0.0.5  -    ready
  bob            10.0.0.6  7    ended
  nothing is cut
`
	coloured := plain
	for state, number := range map[string]string{"down": "31", "paused": "33", "starting": "36", "ready": "32"} {
		coloured = strings.Replace(coloured, " "+state+"\n", " \x1b["+number+"m"+state+"\x1b[0m\n", 1)
	}
	for colour, want := range map[bool]string{false: plain, true: coloured} {
		var b strings.Builder
		if err := (Status{Interface: "vagga", Runs: []RunStatus{run}}).Write(&b, colour); err != nil || b.String() != want {
			t.Errorf("%v\n%q, want\n%q", err, b.String(), want)
		}
	}
}
