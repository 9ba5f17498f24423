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
	"vagganet/netcmd/gateway"
	"vagganet/netcmd/plan"
)

// HeldError is a port that another run has.
type HeldError struct{ gateway.Forwarded }

func (e *HeldError) Error() string {
	return fmt.Sprintf("port %s of the gateway is held by run %s", e.PortForward, e.Run)
}

// Help returns what helps.
func (e *HeldError) Help() string {
	return "end that run first, or give one of the two another port; vagganet status lists them"
}

// Open does the step that opens the ports of a run whose process this is, inside of
// the gateway. It returns the rules of runs that are no more, which it removes
// first. The error is a *HeldError if another run has a port.
func Open(ctx context.Context, r *runner.Runner, run netcmd.Run, step plan.Step) ([]gateway.Forwarded, error) {
	g := run.Gateway
	held, err := lock(ctx, g)
	if err != nil {
		return nil, err
	}
	defer held.Close()
	living, gone, err := sweep(ctx, r, g, run.GatewayEnter(), func(f gateway.Forwarded) bool {
		// This run's name is nobody else's any more.
		return f.Run != run.Name && runstate.Lives(g.RunsDir(), f.Run, f.Token)
	})
	if err != nil {
		return nil, err
	}
	if taken, found := run.Taken(living); found {
		return gone, &HeldError{taken}
	}
	step.Holders = nil
	return gone, r.Run(ctx, plan.Plan{step})
}

// Sweep closes the ports of runs that are no more and returns their rules. It
// is for a process outside of the gateway.
func Sweep(ctx context.Context, r *runner.Runner, g gateway.Gateway) ([]gateway.Forwarded, error) {
	held, err := lock(ctx, g)
	if err != nil {
		return nil, err
	}
	defer held.Close()
	_, gone, err := sweep(ctx, r, g, g.Enter(), func(f gateway.Forwarded) bool {
		return runstate.Lives(g.RunsDir(), f.Run, f.Token)
	})
	return gone, err
}

func sweep(ctx context.Context, r *runner.Runner, g gateway.Gateway, enter []string, lives func(gateway.Forwarded) bool) (living, gone []gateway.Forwarded, err error) {
	list := g.ListForwards(enter)
	if err := r.Run(ctx, plan.Plan{list}); err != nil {
		return nil, nil, err
	}
	listed, err := r.Var(list.Capture)
	if err != nil {
		return nil, nil, err
	}
	for _, f := range g.ReadForwards(listed) {
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

// Describe returns what was removed, a line for each run.
func Describe(gone []gateway.Forwarded) []string {
	var lines []string
	for len(gone) > 0 {
		first, others, what := gone[0], []gateway.Forwarded(nil), []string(nil)
		for _, f := range gone {
			if f.Run == first.Run && f.Token == first.Token {
				what = append(what, f.PortForward.String())
			} else {
				others = append(others, f)
			}
		}
		slices.Sort(what)
		lines = append(lines, fmt.Sprintf("closed port %s, which run %s left open when it was killed", strings.Join(what, ", "), first.Run))
		gone = others
	}
	return lines
}

// lock keeps others waiting until the file returned is closed. It is the folder
// itself that is locked: no file has to be made.
func lock(ctx context.Context, g gateway.Gateway) (*os.File, error) {
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
