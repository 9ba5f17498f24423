package netcmd

import (
	"net/netip"
	"strings"
	"testing"

	"vagganet/netcmd/addresses"
	"vagganet/netcmd/gateway"
	"vagganet/netcmd/plan"
)

// testRun is a run of two guests, whose cuts are made by ebtables or not.
func testRun(isolated *Isolated, ebtables bool) Run {
	tools := plan.UsualTools()
	if !ebtables {
		tools.Ebtables = nil
	}
	return Run{
		Name: "flock", Command: "flock", Network: addresses.DefaultGuestNetwork,
		Gateway:  gateway.Gateway{Interface: "vagga", Network: addresses.DefaultNetwork, Tools: tools},
		Isolated: isolated,
		Guests:   []Guest{{Name: "a", IP: netip.MustParseAddr("172.18.0.1")}, {Name: "b", IP: netip.MustParseAddr("172.18.0.2")}},
		Children: []Child{{Name: "a", Node: "a", Argv: []string{"true"}}},
		Program:  "/opt/vagganet",
	}
}

func script(t *testing.T, p plan.Plan) string {
	var b strings.Builder
	if err := plan.Script(&b, "", p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// An isolated run has no word of a gateway, and none that would load a module.
func TestIsolatedRun(t *testing.T) {
	for _, ebtables := range []bool{false, true} {
		text := script(t, testRun(&Isolated{RunDir: "/mnt", RunsDir: "/tmp/runs", OwnUser: true}, ebtables).Plan())
		for _, word := range []string{"sudo", "modprobe", "physdev", "ch0", "172.18.192", "172.18.255", "MASQUERADE", "/run/vagganet", "nsenter --user"} {
			if strings.Contains(text, word) {
				t.Errorf("ebtables %v: %q in the script", ebtables, word)
			}
		}
		for _, word := range []string{"unshare --user --map-root-user --net setpriv --pdeathsig=KILL unshare", "mount -t tmpfs -o mode=0755 tmpfs /mnt\n", `"isolated": true`, `"slot": -1`} {
			if !strings.Contains(text, word) {
				t.Errorf("ebtables %v: no %q in the script", ebtables, word)
			}
		}
	}
	if text := script(t, testRun(&Isolated{RunDir: "/mnt"}, true).Plan()); strings.Contains(text, "--map-root-user") {
		t.Error("root needs not become root")
	}
}

// The chain for partitions is in the table that plain cuts are made in.
func TestCutChain(t *testing.T) {
	for _, isolated := range []*Isolated{nil, {RunDir: "/mnt"}} {
		for ebtables, want := range map[bool]string{
			true:  " ebtables-restore --noflush <<'END'\n*filter\n:VAGGA RETURN\n-A FORWARD -j VAGGA\nCOMMIT\n",
			false: "*filter\n:VAGGA - [0:0]\n-A FORWARD -j VAGGA\nCOMMIT\n",
		} {
			text := script(t, testRun(isolated, ebtables).Plan())
			if strings.Count(text, "VAGGA\n") != 1 || !strings.Contains(text, want) {
				t.Errorf("ebtables %v, isolated %v:\n%s", ebtables, isolated != nil, text)
			}
		}
	}
}
