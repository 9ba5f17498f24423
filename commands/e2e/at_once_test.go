package e2e

import "github.com/rogpeppe/go-internal/testscript"

// atonce partition|gateway: many commands at once.
func cmdAtOnce(ts *testscript.TestScript, neg bool, args []string) {
	switch {
	case neg || len(args) != 1:
	case args[0] == "partition":
		newParted(ts).atOnce()
		return
	case args[0] == "gateway":
		newStriking(ts).atOnce()
		return
	}
	ts.Fatalf("usage: atonce partition|gateway")
}
