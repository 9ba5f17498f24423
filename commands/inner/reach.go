package inner

import (
	"encoding/json"

	"vagganet/commands/cmdline"
	"vagganet/commands/hints"
	"vagganet/commands/prober"
	"vagganet/commands/terminal"
	"vagganet/netcmd/gateway"
)

// tryReach is the process in a gateway that sends packets to the host. It says what
// is in the guests' way, or writes what came of them, as JSON. Where it can't send
// any, nothing is known, which is no failure of what it is a step of.
func tryReach(text string, asJSON bool) int {
	var what gateway.Reach
	if err := json.Unmarshal([]byte(text), &what); err != nil {
		hints.Report(terminal.Err, err)
		return cmdline.ExitFailed
	}
	found, err := prober.Reach(what, "")
	if err != nil {
		found = gateway.Reached{}
	}
	if !asJSON {
		for _, t := range what.Troubles(found) {
			hints.Report(terminal.Err, t)
		}
		return 0
	}
	if err := json.NewEncoder(terminal.Out).Encode(found); err != nil {
		hints.Report(terminal.Err, err)
		return cmdline.ExitFailed
	}
	return 0
}
