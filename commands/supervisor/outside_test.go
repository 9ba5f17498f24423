package supervisor

import (
	"encoding/json"
	"errors"
	"net/netip"
	"os/exec"
	"reflect"
	"strings"
	"testing"
	"time"

	"vagganet/netcmd"
	"vagganet/netcmd/addresses"
	"vagganet/netcmd/gateway"
	"vagganet/netcmd/plan"
)

func TestKilledBy(t *testing.T) {
	for _, c := range []struct {
		line string
		code int
		err  error
	}{
		{"kill -KILL $$", 137, nil},
		{"exit 1", 0, ErrNotInside}, // nsenter's own code
		{"exit 0", 0, ErrNotInside},
	} {
		code, err := killedBy(exec.Command("sh", "-c", c.line).Run())
		if code != c.code || !errors.Is(err, c.err) {
			t.Errorf("%s: %d, %v", c.line, code, err)
		}
	}
}

// The exit code is what is announced last; what else is announced is done.
func TestAttend(t *testing.T) {
	for said, want := range map[string]int{"7\n": 7, "ready r\n0\n": 0, "ready r\nsignal 15\n": -1, "": -1, "x\n": -1} {
		run := ""
		a := attendant{tellReady: func(name string) { run = name }}
		code, known := a.attend(strings.NewReader(said))
		if known != (want >= 0) || known && code != want || strings.HasPrefix(said, "ready") != (run == "r") {
			t.Errorf("%q: %d, %v, ready: %q", said, code, known, run)
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
