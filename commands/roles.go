package commands

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"vagganet/commands/hints"
	"vagganet/commands/kinds"
	"vagganet/netcmd/live"
)

// guestsOf are the guests of a run, and what finds those of a role: they are asked only if
// somebody wants to know.
func (a App) guestsOf(c *cli.Context, l live.Run) kinds.Nodes {
	return kinds.Nodes{Guests: l.Names(), InRole: func(role string) ([]string, error) {
		if err := kinds.CheckRole(role, l.Roles); err != nil {
			return nil, err
		}
		return a.inRole(c, l, role)
	}}
}

// inRole runs a role's command in all guests, side by side, and returns those in which it
// succeeds. One that hangs in a guest is as good as one that fails there, unless it
// succeeds nowhere.
func (a App) inRole(c *cli.Context, l live.Run, role string) ([]string, error) {
	ctx, cancel := context.WithTimeout(c.Context, kinds.PatienceWithRoles)
	defer cancel()
	names := l.Names()
	is, said := make([]bool, len(names)), make([]string, len(names))
	var asked sync.WaitGroup
	for i, name := range names {
		asked.Add(1)
		go func() {
			defer asked.Done()
			is[i], said[i] = a.isInRole(ctx, c, l, name, l.Roles[role])
		}()
	}
	asked.Wait()
	if err := context.Cause(c.Context); err != nil {
		return nil, err
	}
	var found []string
	var why strings.Builder
	for i, name := range names {
		if is[i] {
			found = append(found, name)
		}
		fmt.Fprintf(&why, "\n%s: %s", name, said[i])
	}
	if found == nil {
		return nil, hints.With(fmt.Errorf("@%s: no node is one now", role), "its command is: %s%s", l.Roles[role], why.String())
	}
	return found, nil
}

// isInRole reports whether a role's command succeeds in a guest, and what else became of
// it.
func (a App) isInRole(ctx context.Context, c *cli.Context, l live.Run, guest, line string) (is bool, said string) {
	beside, err := a.guestCommand(c, l, guest)
	if err != nil {
		return false, err.Error()
	}
	if beside.PID == 0 {
		return false, "no process of it runs"
	}
	step := l.Exec(guest, beside, a.inside(beside.UserID != 0), []string{"/bin/sh", "-c", line})
	cmd := newRunner(c).Command(step)
	var output strings.Builder
	cmd.Stdout, cmd.Stderr = &output, &output
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	err = runWithin(ctx, cmd)
	var exit *exec.ExitError
	last := slices.Collect(strings.Lines(strings.TrimSpace(output.String())))
	switch {
	case err == nil:
		return true, ""
	case ctx.Err() != nil:
		return false, fmt.Sprintf("no answer within %v", kinds.PatienceWithRoles)
	case !errors.As(err, &exit):
		return false, err.Error()
	case len(last) > 0:
		return false, fmt.Sprintf("exit code %d, %s", exit.ExitCode(), last[len(last)-1])
	}
	return false, fmt.Sprintf("exit code %d", exit.ExitCode())
}

// runWithin runs a command that gets TERM when a context ends, and is left alone where
// that doesn't help.
func runWithin(ctx context.Context, cmd *exec.Cmd) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
	select {
	case <-done:
	case <-time.After(patienceToEnd):
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
	return ctx.Err()
}

// patienceToEnd is how long a command of a role may take to end that has got TERM.
const patienceToEnd = 300 * time.Millisecond
