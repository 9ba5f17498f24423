package supervisor

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"

	"vagganet/commands/faults"
	"vagganet/netcmd"
)

// TimelineVariable is set for a verb that the run's timeline calls.
const TimelineVariable = "VAGGANET_TIMELINE"

// ownVerb is one of the program's verbs in the bridge's namespace, as a bridge command
// would call it. This process does not do it itself: to wait for the run's lock, or for a
// tool, would hold up the children.
func (ps *processes) ownVerb(words []string, env ...string) *exec.Cmd {
	run := ps.spec.Run
	run.Children = []netcmd.Child{{Name: faultsName, Node: netcmd.Bridge, Argv: append([]string{run.Program}, words...), Env: env}}
	cmd := ps.runner.Command(run.Child(run.Children[0]))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return cmd
}

// startFault runs a verb that changes links, or checks them. What it prints is not the
// children's, so only what it has to say to a person is shown.
func (ps *processes) startFault(o faults.Order) error {
	var env []string
	if o.Planned() {
		env = []string{TimelineVariable + "=1"}
	}
	cmd := ps.ownVerb(o.Words, env...)
	done, err := ps.out.attach(cmd, netcmd.Child{Name: faultsName, Node: netcmd.Bridge}, nil)
	if err != nil {
		return err
	}
	defer done()
	cmd.Stdout = nil
	if err := cmd.Start(); err != nil {
		return err
	}
	ps.order, ps.planned = cmd.Process.Pid, o.Planned()
	ps.out.cutOff.Store(false)
	return cmd.Process.Release() // it is reaped by number
}

func (ps *processes) ordered(session int) bool { return session != 0 && session == ps.order }

// killOrder ends what no PID namespace would.
func (ps *processes) killOrder() {
	if ps.order != 0 {
		unix.Kill(-ps.order, unix.SIGKILL)
	}
}
