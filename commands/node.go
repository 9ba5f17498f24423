package commands

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"vagganet/commands/events"
	"vagganet/commands/faults"
	"vagganet/commands/hints"
	"vagganet/commands/kinds"
	"vagganet/commands/messages"
	"vagganet/netcmd"
	"vagganet/netcmd/links"
	"vagganet/netcmd/live"
	"vagganet/netcmd/plan"
)

func (a App) killVerb() *cli.Command   { return a.verbOf(kinds.Kill()) }
func (a App) pauseVerb() *cli.Command  { return a.verbOf(kinds.Pause()) }
func (a App) resumeVerb() *cli.Command { return a.verbOf(kinds.Resume()) }
func (a App) startVerb() *cli.Command  { return a.verbOf(kinds.Start()) }

// verbOf is a kind that is a verb of its own.
func (a App) verbOf(k kinds.Kind) *cli.Command {
	return k.Command(a.orAsk(a.changeBy(k), k.Name), runFlag(), dryRunFlag())
}

// changeNodes makes a change of nodes' processes, under the run's lock, or prints it.
func (a App) changeNodes(c *cli.Context, lock *os.File, l live.Run, change faults.Change, conn *messages.Conn) error {
	change, nodes, err := a.nodesOf(c, l, change)
	if err != nil {
		return err
	}
	steps := change.PlanNodes(l, nodes)
	if c.Bool("dry-run") && change.For > 0 {
		steps = slices.Concat(steps, live.Pause(change.For), faults.Heal(change.State).PlanNodes(l, after(change, nodes)))
	}
	title := fmt.Sprintf("vagganet %s, of run %s", change.What, l.Run)
	return a.applyBy(c, strings.Join(append([]string{title}, change.Lines...), "\n"), steps, func(ctx context.Context, p plan.Plan) error {
		if conn == nil {
			conn, err = announce(l, change)
		}
		if err == nil {
			err = checkStarts(l, conn, nodes)
		}
		if err != nil {
			return err
		}
		return carryOut(ctx, c, lock, conn, p, func() error { return a.awaitNodes(l, change, nodes) })
	})
}

// checkStarts returns an error if nodes are to be started whose process has ended by
// itself, in a run that a script has started: that waits for those that were killed.
func checkStarts(l live.Run, conn *messages.Conn, nodes []live.Node) error {
	for _, n := range nodes {
		if conn == nil && !n.Runs() && !n.Down {
			return fmt.Errorf("the process of %s has ended, and run %s was started by a script, which starts only those again that were killed", n.Name, l.Run)
		}
	}
	return nil
}

// after returns what nodes are like once a change has been made.
func after(change faults.Change, nodes []live.Node) []live.Node {
	nodes = slices.Clone(nodes)
	for i := range nodes {
		nodes[i].Down, nodes[i].Paused = change.Nodes[i].How == events.Down, change.Nodes[i].How == events.Paused
	}
	return nodes
}

// nodesOf returns what is known of the nodes that a change is about, in its order, or
// the error that one of them can't be changed so. What heals takes them as they are. Of a
// set, or all, those are left out of the change that can't be changed, if there are others.
func (a App) nodesOf(c *cli.Context, l live.Run, change faults.Change) (faults.Change, []live.Node, error) {
	if l.NoProc && l.Supervisor <= 1 {
		return change, nil, hints.With(fmt.Errorf("parts of /proc are hidden here, so the processes of nodes can't be seen from inside of run %s", l.Run),
			"from outside of it, it works")
	}
	var nodes []live.Node
	var not error
	all, rows := a.nodesToChange(l, change), change.Nodes
	change.Nodes = rows[:0:0]
	for _, row := range rows {
		i := slices.IndexFunc(all, func(n live.Node) bool { return n.Name == row.From })
		if i < 0 {
			return change, nil, links.NoGuest(l.Names(), row.From) // what is to be healed comes from the run
		}
		n := all[i]
		err := checkChange(c.Command.Name, n)
		if change.FromSet && err != nil {
			if not = cmp.Or(not, err); !isAlready(row.How, n) {
				continue
			}
			err = nil
		}
		if err != nil {
			return change, nil, err
		}
		if s := change.Signal; n.Paused && s != 0 && s != syscall.SIGKILL {
			return change, nil, hints.With(fmt.Errorf("%s is paused, and gets no %s before it goes on", row.From, live.SignalName(s)), "have it go on by: vagganet resume %s", row.From)
		}
		nodes, change.Nodes = append(nodes, n), append(change.Nodes, row)
	}
	if change.Whom != "" || len(nodes) < len(rows) {
		change.Whom = strings.Join(names(nodes), " ")
	}
	if len(nodes) == 0 {
		return change, nil, not
	}
	return change, nodes, nil
}

// nodesToChange returns what is known of a run's nodes. Where all processes of some are to get
// a signal, it waits until each has one whose child is only being started: at the beginning of
// a run a signal would find none, and the pause of one fail.
func (a App) nodesToChange(l live.Run, change faults.Change) []live.Node {
	starting := func(n live.Node) bool {
		return n.Starting && slices.ContainsFunc(change.Nodes, func(r links.Row) bool {
			return r.From == n.Name && (r.How == events.Paused || change.Signal != 0 && change.Signal != syscall.SIGKILL)
		})
	}
	for deadline := time.Now().Add(patienceWithNodes); ; time.Sleep(nodeInterval) {
		nodes := a.Machine.Nodes(l)
		if !slices.ContainsFunc(nodes, starting) || time.Now().After(deadline) {
			return nodes
		}
	}
}

// isAlready reports whether a node is what a change makes of it.
func isAlready(how string, n live.Node) bool {
	return how == events.Down && n.Down && !n.Runs() || how == events.Paused && n.Paused && n.Runs()
}

// checkChange returns an error if a verb does nothing to a node that is as it is.
func checkChange(verb string, n live.Node) error {
	switch {
	case verb != "start" && verb != "kill" && verb != "pause" && verb != "resume":
		return nil
	case verb == "start" && n.Paused && n.Runs():
		return hints.With(fmt.Errorf("%s is paused, and not down", n.Name), "have it go on by: vagganet resume %s", n.Name)
	case verb == "start" && n.Runs():
		return hints.With(fmt.Errorf("%s runs already", n.Name), "to start it anew: vagganet kill %s, and then start", n.Name)
	case verb == "start":
		return nil
	case !n.Runs() && n.Down:
		return hints.With(fmt.Errorf("%s is down already", n.Name), "start it again by: vagganet start %s", n.Name)
	case !n.Runs():
		return hints.With(fmt.Errorf("the process of %s has ended", n.Name), "start it again by: vagganet start %s", n.Name)
	case verb == "pause" && n.Paused:
		return hints.With(fmt.Errorf("%s is paused already", n.Name), "have it go on by: vagganet resume %s", n.Name)
	case verb == "resume" && !n.Paused:
		return fmt.Errorf("%s is not paused", n.Name)
	}
	return nil
}

// patienceWithNodes is how long processes may take to end, or to stand still, that were
// told to. Those that get KILL or STOP have no choice, but may wait for a disk.
const patienceWithNodes = 5 * time.Second

// awaitNodes waits until a change is in force: who is down has no process, and of who is
// paused none runs.
func (a App) awaitNodes(l live.Run, change faults.Change, nodes []live.Node) error {
	done := a.Machine.Gone
	switch {
	case len(change.Nodes) == 0 || change.Nodes[0].How == "":
		return nil
	case change.Nodes[0].How == events.Paused:
		done = a.Machine.StandStill
	}
	for deadline := time.Now().Add(patienceWithNodes); !done(nodes); time.Sleep(nodeInterval) {
		if time.Now().After(deadline) {
			return stillThere(l, change, nodes)
		}
	}
	return nil
}

func names(nodes []live.Node) []string {
	var list []string
	for _, n := range nodes {
		list = append(list, n.Name)
	}
	return list
}

// nodeInterval is how often it is looked whether nodes are as they are to be.
const nodeInterval = time.Millisecond

// stillThere is the error that processes have not ended by a signal that they may ignore:
// then they are not down.
func stillThere(l live.Run, change faults.Change, nodes []live.Node) error {
	signal := change.Signal
	if change.Nodes[0].How == events.Paused {
		signal = syscall.SIGSTOP
	}
	what := fmt.Errorf("processes of %s are still there %v after they got %s", links.Brief(names(nodes), " "), patienceWithNodes, live.SignalName(signal))
	if signal == syscall.SIGKILL || signal == syscall.SIGSTOP {
		return what
	}
	var errs []error
	for _, n := range nodes {
		if err := os.Remove(netcmd.DownFile(l.Dir, n.Name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(append([]error{hints.With(what, "so they are not down; by KILL, they have no choice")}, errs...)...)
}
