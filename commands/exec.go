package commands

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"

	"github.com/urfave/cli/v2"

	"vagganet/commands/runstate"
	"vagganet/netcmd"
	"vagganet/netcmd/plan"
)

func (a App) execVerb() *cli.Command {
	return &cli.Command{
		Name:      "exec",
		Usage:     "run a command as if it had been started in a guest, or in the bridge",
		ArgsUsage: "NODE COMMAND [ARGUMENT ...]",
		Description: "NODE is a guest or \"bridge\". The command has the node's namespaces and file\n" +
			"system. The exit code is the command's; 125 says that vagganet itself failed,\n" +
			"126 that the command can't be run, 127 that it wasn't found.",
		Flags:  []cli.Flag{runFlag(), dryRunFlag()},
		Action: a.exec,
	}
}

func (a App) exec(c *cli.Context) error {
	node, argv, err := nodeAndCommand(c)
	if err != nil {
		return err
	}
	live, err := a.liveRun(c)
	if err != nil {
		return err
	}
	if err := checkNode(live, node); err != nil {
		return err
	}
	target := live.Supervisor
	if node != netcmd.Bridge {
		target = a.Machine.GuestProcess(live, node)
	}
	if target == 0 {
		return withHint(fmt.Errorf("no process of node %s can be seen from here", node),
			"it may be starting or ending; from inside of a guest only partition run works")
	}
	return a.foreground(c, live.Exec(node, target, argv))
}

// nodeAndCommand are the arguments of exec and of partition run.
func nodeAndCommand(c *cli.Context) (string, []string, error) {
	args := c.Args().Slice()
	if len(args) > 1 && args[1] == "--" {
		args = append(args[:1:1], args[2:]...)
	}
	if len(args) < 2 {
		return "", nil, usagef("%s takes a node and a command", c.Command.Name)
	}
	return args[0], args[1:], nil
}

func checkNode(live netcmd.LiveRun, node string) error {
	if node == netcmd.Bridge {
		return nil
	}
	for _, g := range live.Guests {
		if g.Name == node {
			return nil
		}
	}
	return withHint(fmt.Errorf("no node of run %s is called %q", live.Run, node),
		"there are: %s, %s", netcmd.Bridge, strings.Join(live.Names(), ", "))
}

// foreground prints a step, or runs it with the caller's terminal and passes on
// its exit code.
func (a App) foreground(c *cli.Context, s plan.Step) error {
	if c.Bool("dry-run") {
		return plan.Script(os.Stdout, title(c, "a command in "+s.Place.Name), plan.Plan{s})
	}
	cmd := newRunner(c).Command(s)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	// A terminal's signals come to the command by themselves: it is in the
	// same process group. Others are passed on.
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM, syscall.SIGHUP)
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() {
		for s := range signals {
			if s == syscall.SIGTERM || s == syscall.SIGHUP {
				passSignal(cmd.Process.Pid, s.(syscall.Signal))
			}
		}
	}()
	err := cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exitCode(codeOf(exit.Sys().(syscall.WaitStatus)))
	}
	return err
}

// passSignal sends a signal to the command itself: where nsenter entered a PID
// namespace, that is its child.
func passSignal(pid int, s syscall.Signal) {
	if children := runstate.Children(pid); len(children) > 0 {
		pid = children[0]
	}
	syscall.Kill(pid, s)
}

func codeOf(status syscall.WaitStatus) int {
	if status.Signaled() {
		return 128 + int(status.Signal())
	}
	return status.ExitStatus()
}
