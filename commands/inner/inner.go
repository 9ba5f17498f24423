// Package inner has the processes that plans, and other processes of the program, start it
// as: to probe links, to do as much of a host tool as a partition needs, and so on.
package inner

import (
	"os"

	"vagganet/commands/cmdline"
	"vagganet/commands/hints"
	"vagganet/commands/job"
	"vagganet/commands/nodes"
	"vagganet/commands/prober"
	"vagganet/commands/terminal"
	"vagganet/netcmd/gateway"
	"vagganet/netcmd/live"
)

// Main runs the program as one of the processes that its own plans and processes
// start; is is false where the words are a person's. They are those behind the program's
// name.
func Main(words []string) (code int, is bool) {
	switch {
	case len(words) == 0:
	case standIn(words[0]) != nil:
		if err := standIn(words[0])(words[1:]); err != nil {
			hints.Report(terminal.Err, err)
			return cmdline.ExitFailed, true
		}
		return 0, true
	case len(words) == 1 && words[0] == live.ProbeVerb:
		return probe(), true
	case len(words) == 1 && words[0] == nodes.Verb:
		return nodes.Main(), true
	case len(words) > 1 && words[0] == gateway.ReachVerb:
		return tryReach(words[1], len(words) > 2), true
	case len(words) > 3 && words[0] == job.Verb:
		return between(words[1:]), true
	}
	return 0, false
}

// probe is the process that probes links.
func probe() int {
	if err := prober.Main(os.Stdin, os.Stdout); err != nil {
		hints.Report(terminal.Err, err)
		return cmdline.ExitFailed
	}
	return 0
}

// between is the process that waits for a command in a PID namespace.
func between(args []string) int {
	code, err := job.Inside(args)
	if err != nil {
		hints.Report(terminal.Err, err)
		return cmdline.ExitOwn
	}
	return code
}
