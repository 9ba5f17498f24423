package bench

import (
	"context"
	"os"
	"os/exec"
	"time"

	"vagganet/commands/netns"
	"vagganet/commands/nodes"
	"vagganet/commands/runner"
	"vagganet/netcmd"
	"vagganet/netcmd/addresses"
	"vagganet/netcmd/gateway"
	"vagganet/netcmd/plan"
)

// shellOut brings up a run of m guests by the tools of its plan and nothing else: it
// reads no config file and no facts, registers no name, and nobody listens. What the
// program takes beyond that is its own work. It is started where a run's first process
// is, and takes the slot.
func shellOut(m, slot int) error {
	vagganet, err := exec.LookPath("vagganet")
	if err != nil {
		return err
	}
	run := plainRun(m, vagganet).Plan()[0]
	network, children := run.Inside.Plan.Children()
	r := &runner.Runner{
		Free: func(*plan.Numbers) (int, error) { return slot, nil },
		Nodes: func(ctx context.Context, s plan.Step) error {
			return nodes.Make(ctx, vagganet, s)
		},
	}
	name := run.Inside.Name
	r.Set(name.Variable, name.Wanted)
	r.Set(name.Token, "none")
	if err := r.Run(context.Background(), network); err != nil {
		return err
	}
	var started []*exec.Cmd
	for _, s := range children {
		cmd := r.Command(s)
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		if err := netns.At(s.Place.Thread, cmd.Start); err != nil {
			return err
		}
		started = append(started, cmd)
	}
	for _, cmd := range started {
		if err := cmd.Wait(); err != nil {
			return err
		}
	}
	return nil
}

// plainRun is benchRun as the program makes it of a config file, with a child in each
// guest.
func plainRun(m int, vagganet string) netcmd.Run {
	run := benchRun(m, 0).Run
	run.Name, run.Command, run.Mode = "m", "run", plan.WaitAll
	tools := plan.UsualTools()
	tools.Brctl, tools.Hostname = plan.Tool{"busybox", "brctl"}, plan.Tool{"busybox", "hostname"}
	run.Gateway = gateway.Gateway{Interface: "vagga", Network: addresses.DefaultNetwork, Tools: tools}
	run.Program, run.KillAfter, run.IPv6, run.BridgeFilter = vagganet, 2*time.Second, true, true
	for _, g := range run.Guests {
		run.Children = append(run.Children, netcmd.Child{Name: g.Name, Node: g.Name, Argv: []string{"sh", "-c", "echo up"}})
	}
	return run
}
