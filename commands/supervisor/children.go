package supervisor

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"vagganet/commands/runner"
	"vagganet/commands/runstate"
	"vagganet/netcmd"
)

// process is a child of the run that was started.
type process struct {
	name  string
	guest bool
	pid   int
	// owed is a signal that the command has not got yet, because it was not
	// there yet.
	owed syscall.Signal
}

// exit is the end of a process.
type exit struct {
	pid  int
	code int
}

// children are the processes of a run, and what is known of how it ends.
type children struct {
	running map[int]*process
	// code is that of the child that decides; -1 while none has.
	code     int
	stopping bool
	// kill says that patience is over.
	kill <-chan time.Time
	spec Spec
}

// retry is how long it takes until a signal is owed again to a command that was
// not there yet.
const retry = 20 * time.Millisecond

// supervise starts the children and waits for the last of them. It returns the
// code of the one that decides.
func supervise(spec Spec, r *runner.Runner, signals <-chan syscall.Signal, report func(error)) int {
	out := newOutput(spec)
	c := &children{running: map[int]*process{}, code: -1, spec: spec}
	if err := c.start(r, out); err != nil {
		report(err)
		c.code = Failed
		c.stop(syscall.SIGTERM)
	}
	exits := make(chan exit)
	go reap(exits)
	for len(c.running) > 0 {
		select {
		case e := <-exits:
			c.ended(e)
		case s := <-signals:
			c.signalled(s)
		case <-c.kill:
			c.killAll()
		case <-c.retry():
			c.payOwed()
		}
	}
	// What the children left behind holds their output open.
	if os.Getpid() == 1 {
		unix.Kill(-1, unix.SIGKILL)
		out.wait()
	}
	return max(c.code, 0)
}

func (c *children) start(r *runner.Runner, out *output) error {
	for i, s := range c.spec.Run.Start() {
		child := c.spec.Run.Children[i]
		cmd := r.Command(s)
		// A group of its own, for Ctrl+C to go to all of it.
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if err := startWithOutput(cmd, child.Name, out); err != nil {
			return fmt.Errorf("%s could not be started: %w", child.Name, err)
		}
		c.running[cmd.Process.Pid] = &process{name: child.Name, guest: child.Node != netcmd.Bridge, pid: cmd.Process.Pid}
	}
	return nil
}

func startWithOutput(cmd *exec.Cmd, name string, out *output) error {
	done, err := out.attach(cmd, name)
	if err != nil {
		return err
	}
	defer done()
	return cmd.Start()
}

// reap waits for every process, for those too that lost their parents: this
// process is the init of its namespace.
func reap(exits chan<- exit) {
	for {
		var status unix.WaitStatus
		pid, err := unix.Wait4(-1, &status, 0, nil)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return
		case status.Signaled():
			exits <- exit{pid, 128 + int(status.Signal())}
		default:
			exits <- exit{pid, status.ExitStatus()}
		}
	}
}

// ended takes note of an exit. The first child that ends, even well, ends the
// run.
func (c *children) ended(e exit) {
	p, ours := c.running[e.pid]
	if !ours {
		return
	}
	delete(c.running, e.pid)
	if c.code < 0 {
		c.code = e.code
	}
	if !c.stopping {
		if len(c.running) > 0 {
			fmt.Fprintf(os.Stderr, "vagganet: %s ended with exit code %d, stopping the others\n", p.name, e.code)
		}
		c.stop(syscall.SIGTERM)
	}
}

// signalled passes a signal of the user's on. A second Ctrl+C kills.
func (c *children) signalled(s syscall.Signal) {
	if c.stopping && s == syscall.SIGINT {
		c.killAll()
		return
	}
	c.stop(s)
}

// stop asks all children to end: with INT and QUIT the whole process group, as
// a terminal does, else the command alone.
func (c *children) stop(s syscall.Signal) {
	c.stopping = true
	if c.kill == nil {
		c.kill = time.After(c.spec.KillAfter)
	}
	for _, p := range c.running {
		p.owed = s
	}
	c.payOwed()
}

// payOwed sends the signals that are owed to commands that are there now.
func (c *children) payOwed() {
	for _, p := range c.running {
		if p.owed == 0 {
			continue
		}
		targets := p.commands()
		if len(targets) == 0 {
			continue
		}
		if p.owed != syscall.SIGINT && p.owed != syscall.SIGQUIT {
			targets = targets[:1]
		}
		for _, pid := range targets {
			unix.Kill(pid, p.owed)
		}
		p.owed = 0
	}
}

func (c *children) retry() <-chan time.Time {
	for _, p := range c.running {
		if p.owed != 0 {
			return time.After(retry)
		}
	}
	return nil
}

// killAll ends every process group; a guest's PID namespace ends with it.
func (c *children) killAll() {
	for _, p := range c.running {
		unix.Kill(-p.pid, unix.SIGKILL)
	}
}

// commands are the child's own command, first, and what else is in its process
// group; none if it is not there yet. In a guest, the group has two more: the
// process that made the PID namespace and that namespace's init. Both must stay
// until the command has ended.
func (p *process) commands() []int {
	first := []int{p.pid}
	if p.guest {
		first = nil
		for _, init := range runstate.Children(p.pid) {
			first = append(first, runstate.Children(init)...)
		}
	}
	var group []int
	for len(first) > 0 {
		pid := first[0]
		first = append(first[1:], runstate.Children(pid)...)
		if pgid, err := unix.Getpgid(pid); err == nil && pgid == p.pid {
			group = append(group, pid)
		}
	}
	return group
}
