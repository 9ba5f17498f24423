package commands

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/sys/unix"

	"vagganet/commands/cmdline"
	"vagganet/commands/hints"
	"vagganet/commands/messages"
	"vagganet/commands/runstate"
)

func (a App) waitVerb() *cli.Command {
	return &cli.Command{
		Name:  "wait",
		Usage: "wait until a run has ended, or for something of it",
		Flags: []cli.Flag{runFlag(),
			&cli.BoolFlag{Name: "ready", Usage: "wait until all of its children are ready"},
			&cli.BoolFlag{Name: "healed", Usage: "wait until no link and no uplink is cut"},
			&cli.BoolFlag{Name: "faults", Usage: "wait until its timeline of faults is done"}},
		Action: a.wait,
	}
}

// waited says of what was waited for that it did not come.
var waited = map[messages.Until]string{
	messages.UntilReady:  "before it was ready",
	messages.UntilHealed: "before its links were healed",
	messages.UntilFaults: "before its timeline was done",
}

func (a App) wait(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	until, err := untilOf(c)
	if err != nil {
		return err
	}
	run, conn, err := a.dialRun(c)
	if err != nil {
		return err
	}
	defer conn.Close()
	reply, err := conn.Await(c.Context, messages.Message{Until: until})
	switch {
	case errors.Is(err, messages.ErrEnded):
		err = fmt.Errorf("run %s was killed", run.Name)
		if until == messages.UntilEnded {
			return cmdline.WithExitCode(err, 128+int(unix.SIGKILL))
		}
		return err
	case err != nil || reply.Code == nil:
		return err
	case until != messages.UntilEnded:
		return fmt.Errorf("run %s ended with exit code %d %s", run.Name, *reply.Code, waited[until])
	}
	if err := a.awaitGone(c.Context, run); err != nil {
		return err
	}
	return cmdline.PassOn(*reply.Code)
}

// untilOf is what the options wait for.
func untilOf(c *cli.Context) (messages.Until, error) {
	until := messages.UntilEnded
	for _, u := range []messages.Until{messages.UntilReady, messages.UntilHealed, messages.UntilFaults} {
		if !c.Bool(string(u)) {
			continue
		}
		if until != messages.UntilEnded {
			return until, cmdline.Usagef("wait takes --%s or --%s, not both", until, u)
		}
		until = u
	}
	return until, nil
}

// runSetUp finds the run, and waits while it is being set up.
func (a App) runSetUp(c *cli.Context) (runstate.Run, error) {
	g, err := a.gateway(c)
	if err != nil {
		return runstate.Run{}, err
	}
	for {
		run, err := a.chosenRun(c, g)
		if run.Supervisor == 0 || run.Info != nil {
			return run, err
		}
		if err := pause(c.Context); err != nil {
			return run, err
		}
	}
}

// awaitGone waits until all of a run is gone.
func (a App) awaitGone(ctx context.Context, run runstate.Run) error {
	for a.lives(run.Supervisor, run.Started) {
		if err := pause(ctx); err != nil {
			return err
		}
	}
	return nil
}

// pause waits for a moment, or until the context has ended.
func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(guestInterval):
		return nil
	}
}

// dialRun finds the run, as runSetUp does, and connects to it.
func (a App) dialRun(c *cli.Context) (runstate.Run, *messages.Conn, error) {
	run, err := a.runSetUp(c)
	if err != nil {
		return run, nil, err
	}
	conn, err := messages.Dial(run.Dir)
	if err != nil {
		err = hints.With(fmt.Errorf("run %s: %w", run.Name, err), "a run that a script has started ends with the script, and writes to the script's output")
	}
	return run, conn, err
}

func (a App) stopVerb() *cli.Command {
	return &cli.Command{
		Name:   "stop",
		Usage:  "end a run, and wait until it is gone",
		Flags:  []cli.Flag{runFlag()},
		Action: a.stop,
	}
}

func (a App) stop(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	run, conn, err := a.dialRun(c) // a shell that is process 1 takes no TERM
	if err != nil {
		return err
	}
	conn.Close()
	if !a.lives(run.Supervisor, run.Started) {
		return nil
	}
	if err := unix.Kill(run.Supervisor, unix.SIGTERM); err != nil && err != unix.ESRCH {
		return fmt.Errorf("run %s can't be ended: %w", run.Name, err)
	}
	return a.awaitGone(c.Context, run)
}
