package supervisor

import (
	"os"

	"vagganet/commands/netns"
	"vagganet/commands/runstate"
	"vagganet/netcmd"
	"vagganet/netcmd/plan"
)

// freeSlot finds a slot whose device is not in the gateway; as many as there are if
// there is none.
func freeSlot(run netcmd.Run, n *plan.Numbers) (free int, err error) {
	err = netns.In(gatewayNet(run), func() error {
		free = runstate.FirstFree(n.Count, func(number int) bool {
			_, err := os.Stat("/proc/sys/net/ipv4/conf/" + run.Gateway.Network.Slot(number).GatewayDevice())
			return err == nil
		})
		return nil
	})
	return free, err
}

// gatewayNet is the file of the gateway's network namespace; empty if this process
// is in it.
func gatewayNet(run netcmd.Run) string {
	if !run.InCallersNet() {
		return ""
	}
	return run.Gateway.NetNS()
}
