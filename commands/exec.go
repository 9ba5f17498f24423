package commands

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/hints"
	"vagganet/commands/job"
	"vagganet/commands/kinds"
	"vagganet/commands/messages"
	"vagganet/commands/runstate"
	"vagganet/commands/terminal"
	"vagganet/netcmd"
	"vagganet/netcmd/links"
	"vagganet/netcmd/live"
	"vagganet/netcmd/plan"
)

func (a App) execVerb() *cli.Command {
	return &cli.Command{
		Name:      "exec",
		Usage:     "run a command as if it had been started in a guest, or in the bridge",
		ArgsUsage: "NODE COMMAND [ARGUMENT ...]",
		Flags:     []cli.Flag{runFlag(), dryRunFlag(), kinds.SeedFlag()},
		Action:    a.exec,
	}
}

func (a App) exec(c *cli.Context) error {
	node, argv, err := nodeAndCommand(c)
	if err != nil {
		return err
	}
	l, err := a.liveRun(c)
	if err != nil {
		return err
	}
	if !kinds.IsSet(node) {
		return a.execIn(c, l, node, argv)
	}
	nodes, err := kinds.Find(c, a.guestsOf(c, l), node)
	if err != nil {
		return err
	}
	if !c.Bool("dry-run") {
		terminal.Say(terminal.Err, "%s: %s", node, links.Brief(nodes, " "))
	}
	for _, node := range nodes {
		err = cmp.Or(err, a.execIn(c, l, node, argv))
	}
	return err
}

// execIn runs a command in a node.
func (a App) execIn(c *cli.Context, l live.Run, node string, argv []string) error {
	if err := checkNode(l, node); err != nil {
		return err
	}
	if node == netcmd.Bridge && runstate.InNetwork(l.Dir+"/"+node) {
		// It is there already. A run's first process may show nobody its namespaces.
		return a.foreground(c, plan.Step{Place: plan.Place{Name: node}, Argv: argv}, false)
	}
	beside := live.Process{PID: l.Supervisor}
	var err error
	if node != netcmd.Bridge {
		if beside, err = a.guestCommand(c, l, node); err != nil {
			return err
		}
		beside.Env = withTerminal(beside.Env)
	}
	if beside.PID == 0 {
		return noProcess(l, node)
	}
	if err := a.checkLives(l); err != nil {
		return err
	}
	return a.foreground(c, l.Exec(node, beside, a.inside(beside.UserID != 0), argv), true)
}

// noProcess returns the error that there is nothing in a guest that a command could be
// started beside.
func noProcess(l live.Run, guest string) error {
	if code := exitOf(l, guest); code != nil {
		return hints.With(fmt.Errorf("the process of node %s has ended, with exit code %d", guest, *code),
			"a command can still be run in its network, with the caller's files: vagganet partition run %s COMMAND", guest)
	}
	return hints.With(fmt.Errorf("no process of node %s can be seen from here", guest),
		"it may be starting or ending; from inside of a guest only partition run works")
}

// exitOf asks a run how a child has ended; it is nil where the child hasn't, or
// nobody answers.
func exitOf(l live.Run, child string) *int {
	conn, err := messages.Dial(l.Dir)
	if err != nil {
		return nil
	}
	defer conn.Close()
	reply, err := conn.Send(messages.Message{Ended: child})
	if err != nil {
		return nil
	}
	return reply.Code
}

// guestCommand is what is known of a guest's own command.
func (a App) guestCommand(c *cli.Context, l live.Run, guest string) (live.Process, error) {
	p, err := a.awaitGuest(c.Context, l, guest)
	if err != nil {
		return p, err
	}
	if p.UserID == 0 || l.UserNS == "" {
		return p, nil
	}
	r, s := newRunner(c), l.ReadEnv(guest, p)
	if err := r.Run(c.Context, plan.Plan{s}); err != nil {
		return p, err
	}
	environ, err := r.Var(s.Capture)
	return runstate.WithEnviron(p, environ), err
}

const (
	guestInterval = 10 * time.Millisecond // how often it is looked at a guest that is being set up
	sayAfter      = 2 * time.Second       // more than that takes
)

// awaitGuest waits until a guest's command is there, if the guest is being set up:
// until then, its processes are not where the command will be, nor its user. The
// PID is 0 if nothing of the guest can be seen.
func (a App) awaitGuest(ctx context.Context, l live.Run, guest string) (live.Process, error) {
	asked, said := false, false
	for since := time.Now(); ; {
		p := a.Machine.GuestCommand(l, guest)
		switch {
		case !p.Starting && (p.PID != 0 || asked):
			return p, nil
		case !p.Starting:
			messages.AwaitStart(l.Dir) // who doesn't answer has no guest to wait for
			asked = true
			continue
		case !said && time.Since(since) > sayAfter:
			terminal.Say(terminal.Err, "waiting until guest %s is set up", guest)
			said = true
		}
		if err := pause(ctx); err != nil {
			return p, err
		}
	}
}

// inside are the words of the process in a node's PID namespace. Other says that
// the command's user is not the caller.
func (a App) inside(other bool) []string {
	program, _ := a.Machine.Program()
	return []string{program, job.Verb, string(job.WayFor(other))}
}

// withTerminal has the caller's kind of terminal in place of the one that the
// run was started from.
func withTerminal(env []string) []string {
	kind, known := os.LookupEnv("TERM")
	if !known {
		return env
	}
	env = slices.DeleteFunc(env, func(e string) bool { return strings.HasPrefix(e, "TERM=") })
	return append(env, "TERM="+kind)
}

// nodeAndCommand are the arguments of exec and of partition run.
func nodeAndCommand(c *cli.Context) (string, []string, error) {
	args := c.Args().Slice()
	if len(args) > 1 && args[1] == "--" {
		args = append(args[:1:1], args[2:]...)
	}
	if len(args) < 2 || args[0] == "" || args[1] == "" {
		return "", nil, cmdline.Usagef("%s takes a node and a command", c.Command.Name)
	}
	return args[0], args[1:], nil
}

func checkNode(l live.Run, node string) error {
	if node == netcmd.Bridge {
		return nil
	}
	for _, g := range l.Guests {
		if g.Name == node {
			return nil
		}
	}
	return hints.With(fmt.Errorf("no node of run %s is called %q", l.Run, node),
		"there are: %s, %s", netcmd.Bridge, links.Brief(l.Names(), ", "))
}
