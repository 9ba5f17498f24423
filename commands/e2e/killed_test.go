package e2e

import "github.com/rogpeppe/go-internal/testscript"

// kills create|destroy|run …: the program is killed after each of its steps.
func cmdKills(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: kills create|destroy|run OPTION…|partition")
	}
	if args[0] == "partition" {
		p := newParted(ts)
		p.waits()
		p.killed()
		return
	}
	k := newStriking(ts)
	switch args[0] {
	case "create":
		k.gatewayKilled("create", func() {})
	case "run":
		k.runKilled(args[1:]...)
	case "destroy":
		k.gatewayKilled("destroy", func() { k.good("create") })
	}
}
