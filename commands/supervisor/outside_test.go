package supervisor

import (
	"encoding/json"
	"errors"
	"net/netip"
	"os/exec"
	"reflect"
	"testing"
	"time"

	"vagganet/netcmd"
	"vagganet/netcmd/addresses"
	"vagganet/netcmd/gateway"
	"vagganet/netcmd/plan"
)

func TestExitCode(t *testing.T) {
	for _, c := range []struct {
		line, said string
		code       int
		err        error
	}{
		{"exit 0", "7", 7, nil},
		{"exit 9", "0", 0, nil},
		{"kill -KILL $$", "", 137, nil},
		{"exit 1", "", 0, ErrNotInside}, // nsenter's own code
		{"exit 0", "", 0, ErrNotInside},
		{"exit 125", "x", 0, ErrNotInside},
	} {
		code, err := exitCode(exec.Command("sh", "-c", c.line).Run(), c.said)
		if code != c.code || !errors.Is(err, c.err) {
			t.Errorf("%s, said %q: %d, %v", c.line, c.said, code, err)
		}
	}
}

// What the process outside says to the one inside arrives whole.
func TestSpecAsJSON(t *testing.T) {
	spec := Spec{Token: "t", Prefix: true, Trace: true, Run: netcmd.Run{
		Name: "n", Command: "c", Network: addresses.DefaultGuestNetwork, Program: "/x", Links: true, IPv6: true, BridgeFilter: true,
		ExactName: true, KillAfter: 3 * time.Second,
		Guests:   []netcmd.Guest{{Name: "a", Hostname: "h", IP: netip.MustParseAddr("172.18.0.1")}},
		Children: []netcmd.Child{{Name: "a", Node: "a", Argv: []string{"", "two\nlines", "é"}, Env: []string{"A="}, Path: "/p", WorkDir: "/w"}},
		Gateway: gateway.Gateway{Interface: "v", Network: addresses.DefaultNetwork, Sudo: []string{"sudo", "-n"},
			Tools: plan.Tools{IP: plan.Tool{"ip"}, Brctl: plan.Tool{"busybox", "brctl"}, Iptables: plan.Tool{"x"}, Sysctl: plan.Tool{"s"}, Hostname: plan.Tool{"h"}}},
	}}
	text, err := json.Marshal(spec)
	var got Spec
	if err == nil {
		err = json.Unmarshal(text, &got)
	}
	if err != nil || !reflect.DeepEqual(got, spec) {
		t.Errorf("got  %+v\nwant %+v: %v", got, spec, err)
	}
}
