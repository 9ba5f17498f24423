package commands

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/events"
	"vagganet/commands/faults"
	"vagganet/commands/hints"
	"vagganet/commands/kinds"
	"vagganet/commands/messages"
	"vagganet/netcmd/links"
	"vagganet/netcmd/live"
	"vagganet/netcmd/plan"
)

// changeBy is the action of a kind: it makes the change that a command line asks for,
// or prints it.
func (a App) changeBy(k kinds.Kind) cli.ActionFunc {
	return func(c *cli.Context) error {
		forGuests, err := k.Change(c)
		if err != nil {
			return err
		}
		live, err := a.liveRun(c)
		if err != nil {
			return err
		}
		if k.Name == "uplink" && live.Isolated {
			return fmt.Errorf("run %s is isolated: its guests have no uplink", live.Run)
		}
		nodes, roles := withRoles(a.guestsOf(c, live))
		change, err := forGuests(nodes)
		if err != nil {
			return err
		}
		change.Roles = roles
		if change.Sets(faults.Shapes) {
			if err := a.checkTools(live.ListShapes()); err != nil {
				return err
			}
		}
		lock, err := a.lockToChange(c, live)
		if err != nil {
			return err
		}
		defer lock.Close()
		cuts, err := a.change(c, lock, live, change, nil)
		lock.Close() // who reads the output may take for ever
		if err == nil {
			sayMore(c, change, cuts)
		}
		return err
	}
}

// withRoles returns the same guests, and which of them are found to be in which role, as
// soon as somebody asks.
func withRoles(nodes kinds.Nodes) (kinds.Nodes, map[string]string) {
	roles, inRole := map[string]string{}, nodes.InRole
	nodes.InRole = func(role string) ([]string, error) {
		found, err := inRole(role)
		if err == nil {
			roles[role] = strings.Join(found, " ")
		}
		return found, err
	}
	return nodes, roles
}

// change makes a change, under the run's lock, or prints it, and returns what is cut
// then. The run gets it before, so that it will heal what has an end even if this
// process is killed, and a message when it is done. Conn is nil if it has yet to get it.
func (a App) change(c *cli.Context, lock *os.File, l live.Run, change faults.Change, conn *messages.Conn) (links.Cuts, error) {
	if change.Sets(faults.Nodes) {
		return links.Cuts{}, a.changeNodes(c, lock, l, change, conn)
	}
	wanted, now, err := a.observe(c, l, change)
	if err == nil {
		err = kinds.CheckBridgeFilter(l, wanted.Cuts)
	}
	if err != nil {
		return wanted.Cuts, err
	}
	steps := change.Plan(l, wanted, now)
	if c.Bool("dry-run") {
		steps, err = change.Script(l, steps, wanted, now)
	}
	if err != nil {
		return wanted.Cuts, err
	}
	what := "partition: " + change.What
	if shape, found := strings.CutPrefix(change.What, "shape "); found {
		what = "shape: " + shape
	}
	title := fmt.Sprintf("vagganet %s, of run %s", what, l.Run)
	return wanted.Cuts, a.applyBy(c, strings.Join(append([]string{title}, change.Lines...), "\n"), steps, func(ctx context.Context, p plan.Plan) error {
		if conn == nil {
			conn, err = announce(l, change)
		}
		if err != nil {
			return err
		}
		return carryOut(ctx, c, lock, conn, p, nil)
	})
}

// observe returns what there is after a change, and reads of what there is now as much
// as its plan depends on, also for a dry run: that is no change.
func (a App) observe(c *cli.Context, l live.Run, change faults.Change) (wanted links.Faults, now live.Observed, err error) {
	now.Faults = links.NoFaults(l.Names())
	reads := change.Adapts()
	if !reads {
		wanted, err = change.Apply(now.Faults)
		reads = err == nil && l.NeedsRules(wanted.Cuts)
	}
	if reads {
		if err = a.checkTools(l.ListRules()); err == nil {
			now, err = readRules(c, l)
		}
	}
	if err == nil && change.Sets(faults.Shapes) {
		err = a.readShapes(c, l, &now)
	}
	if err == nil && (change.Adapts() || change.Sets(faults.Shapes)) {
		wanted, err = change.Apply(now.Faults)
	}
	return wanted, now, err
}

// carryOut does a plan, under the run's lock, and sends the run that it is done. Conn
// is nil where nobody listens. Await, if not nil, waits until what the plan does is in force.
func carryOut(ctx context.Context, c *cli.Context, lock *os.File, conn *messages.Conn, p plan.Plan, await func() error) error {
	began := events.Clock()
	r := newRunner(c)
	r.Lock = lock
	err := r.Run(ctx, p)
	if err == nil && await != nil {
		err = await()
	}
	if err != nil || conn == nil {
		return err
	}
	now := events.Clock()
	conn.Send(messages.Message{Done: &faults.Done{Clock: now, Took: now - began, Skew: r.Skew}})
	return conn.Close()
}

// announce sends a change to the run. Where nobody listens, it is only the run's events
// that lack it, unless somebody has to heal it.
func announce(l live.Run, change faults.Change) (*messages.Conn, error) {
	conn, err := messages.Dial(l.Dir)
	if err == nil {
		_, err = conn.Send(messages.Message{About: &change})
	}
	switch {
	case err == nil:
		return conn, nil
	case change.For == 0:
		return nil, nil
	case errors.Is(err, messages.ErrNobody):
		return nil, hints.With(fmt.Errorf("--for: %w", err), "a run that a script has started has no supervisor: heal it by another command")
	}
	return nil, fmt.Errorf("--for: %w", err)
}

// healVerb is called by the run itself when a fault's time is up.
func (a App) healVerb() *cli.Command {
	return &cli.Command{Name: faults.HealVerb, Hidden: true, Action: a.healFault}
}

// healFault heals what is left of a fault: links that no later command has named. The
// run's first process knows which they are, but can't wait for tools, nor for the lock
// that keeps them what they are: so it starts this verb, which asks under the lock.
func (a App) healFault(c *cli.Context) error {
	asked := events.Clock()
	id, err := strconv.Atoi(c.Args().First())
	if err != nil {
		return cmdline.Usagef("%s takes the number of a fault", c.Command.Name)
	}
	live, err := a.liveRun(c)
	if err != nil {
		return err
	}
	lock, err := a.lockRun(c.Context, live)
	if err != nil {
		return err
	}
	defer lock.Close()
	conn, err := messages.Dial(live.Dir)
	if err != nil {
		return err
	}
	reply, err := conn.Send(messages.Message{About: &faults.Change{What: "heal", By: faults.ByCommand, Heals: id, Asked: asked}})
	if err != nil {
		return err
	}
	_, err = a.change(c, lock, live, faults.Heal(reply.State), conn)
	return err
}
