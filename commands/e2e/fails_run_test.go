package e2e

import (
	"slices"
	"strings"
)

// runFails has each step of a run fail. Those that close the ports again don't
// change the exit code, which is the command's.
func (k *striking) runFails(options ...string) {
	words := slices.Concat([]string{"vagganet", "run"}, options, []string{"once"})
	k.up(options)
	children, last := 0, 0
	k.each(refuse, words, func() {}, func(n int, r result) {
		failing := r.calls[n-1]
		inside := slices.Contains(failing.Argv, "_supervise")
		switch {
		case slices.Contains(failing.Env, aChild):
			children = n
			return
		case inside:
			if r.code != 125 || !strings.Contains(r.errors, "vagganet: the namespaces of the run could not be entered") || !strings.Contains(r.errors, refusal) {
				k.fatalf("exit code %d: %s", r.code, r.errors)
			}
		case children > 0:
			if r.code != 0 || !strings.Contains(r.errors, "vagganet: the run's ports could not be closed: step 1 of 1 (") || !strings.Contains(r.errors, refusal) {
				k.fatalf("exit code %d: %s", r.code, r.errors)
			}
			if closed := k.good("status").errors; !strings.Contains(closed, "closed port 7000") {
				k.fatalf("then status: %s", closed)
			}
		default:
			k.wantFailure(125, r, n)
			last = n
		}
		k.wantState(k.without(options))
	})
	if slices.Contains(options, "--isolated") {
		k.down(options)
		return
	}
	k.now = "the last step of setting up fails, and so does all that closes the ports"
	k.order(k.TestScript, refuse, last, last+1, last+2)
	r := k.run(k.strike.command(words...))
	if r.code != 125 || strings.Count(r.errors, "  "+refusal) != 3 || !strings.Contains(r.errors, "vagganet: the run's ports could not be closed: step") {
		k.fatalf("exit code %d: %s", r.code, r.errors)
	}
	if closed := k.good("status").errors; !strings.Contains(closed, "closed port 7000") {
		k.fatalf("then status: %s", closed)
	}
	k.wantState(k.created)
	k.down(options)
}
