// Package ports opens ports at the gateway for runs, and closes those of runs
// that are no more.
//
// The rules for them are all of a run that does not hang from its processes. So
// each has the run's name and a token of its own on it, and whoever looks at
// them removes what belongs to no run that lives. Looking and changing is done
// under a lock: two runs can't both find a port free.
package ports

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"vagganet/commands/runner"
	"vagganet/commands/runstate"
	"vagganet/netcmd"
	"vagganet/netcmd/plan"
)

// HeldError is a port that another run has.
type HeldError struct{ netcmd.Forwarded }

func (e *HeldError) Error() string {
	return fmt.Sprintf("port %s of the gateway is held by %s", e.PortForward, holder(e.Forwarded))
}

// Open opens the ports of a run whose process this is, inside of the gateway.
// It returns the rules of runs that are no more, which it removes first. The
// error is a *HeldError if another run has a port.
func Open(ctx context.Context, r *runner.Runner, run netcmd.Run) ([]netcmd.Forwarded, error) {
	if !run.HasPorts() {
		return nil, nil
	}
	g := run.Gateway
	held, err := lock(ctx, g)
	if err != nil {
		return nil, err
	}
	defer held.Close()
	living, gone, err := sweep(ctx, r, g, run.GatewayEnter(), func(f netcmd.Forwarded) bool {
		switch {
		case f.Token == netcmd.ScriptToken:
			return f.Slot != run.Slot.Number && (run.InCallersNet() || deviceExists(g.Network.Slot(f.Slot).GatewayDevice()))
		case f.Run == run.Name:
			return false // the name is this run's now
		}
		return runstate.Lives(g.RunsDir(), f.Run, f.Token)
	})
	if err != nil {
		return nil, err
	}
	if taken, found := run.Taken(living); found {
		return gone, &HeldError{taken}
	}
	return gone, r.Run(ctx, run.Forward())
}

// Sweep closes the ports of runs that are no more and returns their rules. It
// is for a process outside of the gateway. From there it can't be seen whether
// a run that a script made is up: those are left alone.
func Sweep(ctx context.Context, r *runner.Runner, g netcmd.Gateway) ([]netcmd.Forwarded, error) {
	held, err := lock(ctx, g)
	if err != nil {
		return nil, err
	}
	defer held.Close()
	_, gone, err := sweep(ctx, r, g, g.Enter(), func(f netcmd.Forwarded) bool {
		return f.Token == netcmd.ScriptToken || runstate.Lives(g.RunsDir(), f.Run, f.Token)
	})
	return gone, err
}

func sweep(ctx context.Context, r *runner.Runner, g netcmd.Gateway, enter []string, lives func(netcmd.Forwarded) bool) (living, gone []netcmd.Forwarded, err error) {
	list := g.ListForwards(enter)
	if err := r.Run(ctx, plan.Plan{list}); err != nil {
		return nil, nil, err
	}
	for _, f := range g.ReadForwards(r.Var(list.Capture)) {
		if lives(f) {
			living = append(living, f)
		} else {
			gone = append(gone, f)
		}
	}
	if len(gone) == 0 {
		return living, nil, nil
	}
	return living, gone, r.Run(ctx, g.RemoveForwards(enter, gone))
}

// Describe says what was removed, a line for each run.
func Describe(gone []netcmd.Forwarded) []string {
	var lines []string
	for len(gone) > 0 {
		first, others, what := gone[0], []netcmd.Forwarded(nil), []string(nil)
		for _, f := range gone {
			if f.Run == first.Run && f.Token == first.Token {
				what = append(what, f.PortForward.String())
			} else {
				others = append(others, f)
			}
		}
		slices.Sort(what)
		lines = append(lines, fmt.Sprintf("closed port %s, which %s left open when it was killed", strings.Join(what, ", "), holder(first)))
		gone = others
	}
	return lines
}

func holder(f netcmd.Forwarded) string {
	if f.Token == netcmd.ScriptToken {
		return "run " + f.Run + " of a script"
	}
	return "run " + f.Run
}

// lock keeps others waiting until the file returned is closed. It is the folder
// itself that is locked: no file has to be made.
func lock(ctx context.Context, g netcmd.Gateway) (*os.File, error) {
	dir, err := os.Open(g.RunsDir())
	if err != nil {
		return nil, err
	}
	if err := runstate.Flock(ctx, dir); err != nil {
		dir.Close()
		return nil, err
	}
	return dir, nil
}

func deviceExists(name string) bool {
	_, err := os.Stat("/proc/sys/net/ipv4/conf/" + name)
	return err == nil
}
