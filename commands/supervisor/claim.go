package supervisor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"vagganet/commands/netns"
	"vagganet/commands/runner"
	"vagganet/commands/runstate"
	"vagganet/netcmd"
)

// NoSlotError means that the gateway has as many runs as it can.
type NoSlotError struct{ Gateway string }

func (e *NoSlotError) Error() string {
	return fmt.Sprintf("all %d slots of the gateway %s are taken by other runs", netcmd.Slots, e.Gateway)
}

// claim takes a free slot. Another run may be faster: then the kernel refuses to
// make the device a second time, and the next slot is tried.
func claim(ctx context.Context, r *runner.Runner, run *netcmd.Run) error {
	if run.Gateway.Isolated != nil {
		return nil
	}
	network := run.Gateway.Network
	for range netcmd.Slots {
		n, err := freeSlot(run)
		if err != nil {
			return err
		}
		if n == netcmd.Slots {
			break
		}
		run.Slot = network.Slot(n)
		err = r.Run(ctx, run.Claim())
		if !slotTaken(err) {
			return err
		}
	}
	return &NoSlotError{run.Gateway.Interface}
}

// slotTaken reports whether a slot could not be claimed because its device is there
// already. Whatever else fails would fail with all other slots as well.
func slotTaken(err error) bool {
	var failed *runner.StepError
	return errors.As(err, &failed) && strings.HasPrefix(failed.InputLine(), "link add ") && strings.Contains(failed.Stderr, "File exists")
}

// freeSlot finds a slot whose device is not in the gateway; netcmd.Slots if there
// is none.
func freeSlot(run *netcmd.Run) (n int, err error) {
	err = netns.In(gatewayNet(*run), func() error {
		n = runstate.FirstFree(netcmd.Slots, func(n int) bool {
			_, err := os.Stat("/proc/sys/net/ipv4/conf/" + run.Gateway.Network.Slot(n).GatewayDevice())
			return err == nil
		})
		return nil
	})
	return n, err
}

// gatewayNet is the file of the gateway's network namespace; empty if this process
// is in it.
func gatewayNet(run netcmd.Run) string {
	if !run.InCallersNet() {
		return ""
	}
	return run.Gateway.NetNS()
}
