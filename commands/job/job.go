// Package job runs one command with the caller's terminal, as a shell would: a
// Ctrl+C is the command's alone, and a Ctrl+Z stops command and program.
//
// For a command in a PID namespace it takes two processes. The one outside was
// started by the user. The one inside, in the namespace but not yet in the
// node's file system, makes the command a process group of its own: the
// command must be able to see that group, and what leads into the namespace,
// nsenter, must not be in it, since a Ctrl+C would end it.
//
// A command of another user than the caller gets no terminal of the caller's,
// into which it could type: see apart.go.
package job

import (
	"os"
	"os/exec"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"

	"vagganet/commands/runstate"
	"vagganet/commands/supervisor"
	"vagganet/netcmd"
)

// HasTerminal reports whether the keyboard is this process's to give away.
func HasTerminal() bool {
	terminal, err := openTerminal()
	if err != nil {
		return false
	}
	defer terminal.Close()
	owner, err := unix.IoctlGetInt(int(terminal.Fd()), unix.TIOCGPGRP)
	return err == nil && owner == unix.Getpgrp()
}

func openTerminal() (*os.File, error) { return os.OpenFile("/dev/tty", os.O_RDWR, 0) }

// Job is a command that was started, as the process outside has it.
type Job struct {
	// Stopped is called before this process stands still with its command; it may be nil.
	Stopped func()
	pid     int
	// through reports whether the command line has a process inside, and mine whether
	// the keyboard is the command's.
	through, mine bool
	// group reports whether the command line is a process group of its own.
	group  bool
	before *term.State
	// suspensions counts how often it was to stand still.
	suspensions atomic.Int64
}

// Start starts a command. Through reports whether its command line has a process inside.
func Start(cmd *exec.Cmd, through bool) (*Job, error) {
	j := &Job{through: through, mine: HasTerminal(), group: cmd.SysProcAttr != nil && cmd.SysProcAttr.Setpgid}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	j.before, _ = term.GetState(int(os.Stdin.Fd()))
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	j.pid = cmd.Process.Pid
	return j, nil
}

// Run runs a command to its end, and returns its exit code.
func Run(cmd *exec.Cmd, through bool) (int, error) {
	signals := catch()
	j, err := Start(cmd, through)
	if err != nil {
		return 0, err
	}
	pass(signals, j.signalInside)
	return j.Wait(), nil
}

// signalInside sends a signal to the process inside, which passes it on.
func (j *Job) signalInside(s syscall.Signal) {
	// The process inside is the child of the one that led there.
	if inside := runstate.Children(j.pid); j.through && len(inside) > 0 {
		unix.Kill(inside[0], s)
		return
	}
	unix.Kill(j.pid, s)
}

// Signal sends a signal to the command itself: the keyboard's to its whole group, as a
// terminal does, unless the keyboard has sent it there already.
func (j *Job) Signal(s syscall.Signal) {
	if s == syscall.SIGCONT && j.group {
		j.goOn()
		return
	}
	keyboards := s == syscall.SIGINT || s == syscall.SIGQUIT || s == syscall.SIGTSTP
	if keyboards && !j.mine && HasTerminal() {
		return
	}
	target := j.pid
	for range 2 {
		if inside := runstate.Children(target); len(inside) > 0 {
			target = inside[0]
		}
	}
	if group, err := unix.Getpgid(target); keyboards && err == nil && group == target {
		target = -target
	}
	unix.Kill(target, s)
}

// goOn lets a group of its own go on, again and again for a while: nsenter, which leads
// into the namespace, stops itself when it has found its child stopped, and that may be
// the first thing that it does when it goes on.
func (j *Job) goOn() {
	suspended := j.suspensions.Load()
	go func() {
		for range wakes {
			if j.suspensions.Load() != suspended {
				return
			}
			unix.Kill(-j.pid, unix.SIGCONT)
			time.Sleep(wakeInterval)
		}
	}()
}

// How often a group is woken, and how long it takes in between.
const (
	wakes        = 50
	wakeInterval = 20 * time.Millisecond
)

// Suspend has the command stand still, and reports whether this process will, too: it
// does where it waits for that.
func (j *Job) Suspend() bool {
	switch {
	case j.mine && j.through:
		j.Signal(unix.SIGTSTP)
		return true
	case j.group:
		j.suspensions.Add(1)
		unix.Kill(-j.pid, unix.SIGSTOP)
	default:
		j.Signal(unix.SIGSTOP)
	}
	return false
}

// Wait waits for the command's end, and returns its exit code.
func (j *Job) Wait() int {
	defer j.suspensions.Add(1) // its number is somebody else's soon: nobody is to be woken by that
	if !j.mine || !j.through {
		return wait(j.pid, nil)
	}
	code := wait(j.pid, j.standStill)
	// Inside, nobody could give it back: whose it was is not seen there. Here,
	// it is one that has no right to it who takes it.
	signal.Ignore(syscall.SIGTTOU)
	giveTerminal(unix.Getpgrp())
	if j.before != nil && code > 128 {
		// What a signal ended could not set it right itself.
		term.Restore(int(os.Stdin.Fd()), j.before)
	}
	return code
}

// standStill stops this process as its command was stopped, and lets both go on.
func (j *Job) standStill() {
	if j.Stopped != nil {
		j.Stopped()
	}
	// All of the job, as the terminal would: a script that called us, too.
	standStill(0)
	// The process inside may be a group of its own, which can't take the
	// terminal while another one has it.
	if inside := runstate.Children(j.pid); len(inside) > 0 && HasTerminal() {
		group, _ := unix.Getpgid(inside[0])
		giveTerminal(group)
	}
	unix.Kill(j.pid, unix.SIGCONT)
}

// InTerminal reports whether this process has a terminal at all.
func InTerminal() bool {
	terminal, err := openTerminal()
	if err != nil {
		return false
	}
	terminal.Close()
	return true
}

// Verb is the program's argument that makes it the process inside. After it
// come a Way, the command's PATH, and the command line.
const Verb = "_exec"

// Way is how the process inside deals with the caller's terminal.
type Way string

// The ways. What isn't apart shares the terminal, if there is one.
const (
	Background      Way = ""               // the keyboard is not the command's
	Foreground      Way = "terminal"       // it is
	ApartBackground Way = "apart"          // the command has a session of its own,
	ApartForeground Way = "apart-terminal" // and a terminal of its own, or none
)

// WayFor is the way for a command of the caller's user, or of another one.
func WayFor(other bool) Way {
	switch mine := HasTerminal(); {
	case other && mine:
		return ApartForeground
	case other:
		return ApartBackground
	case mine:
		return Foreground
	}
	return Background
}

// Inside is the process inside. It returns the command's exit code.
func Inside(args []string) (int, error) {
	way, search, argv := Way(args[0]), args[1], args[2:]
	supervisor.CloseInherited()
	if way == ApartForeground && isTerminal(os.Stdin) && isTerminal(os.Stdout) {
		return behindTerminal(append([]string{os.Args[0], Verb, string(Foreground)}, args[1:]...))
	}
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), "PATH="+search)
	if way == ApartForeground || way == ApartBackground {
		return behindPipes(cmd, way == ApartForeground)
	}
	return beside(cmd, way == Foreground)
}

// beside runs a command that shares the terminal.
func beside(cmd *exec.Cmd, terminal bool) (int, error) {
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: terminal}
	signals := catch()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	pid := cmd.Process.Pid
	pass(signals, func(s syscall.Signal) { unix.Kill(pid, s) })
	if !terminal {
		return wait(pid, nil), nil
	}
	goOn := func() {
		giveTerminal(pid)
		// It may have wanted the terminal before it was its own.
		unix.Kill(-pid, unix.SIGCONT)
	}
	goOn()
	return wait(pid, func() {
		standStill(os.Getpid())
		goOn()
	}), nil
}

// catch takes the signals that would end this process before its command.
func catch(more ...os.Signal) <-chan os.Signal {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, append(supervisor.Wanted(syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM, syscall.SIGHUP), more...)...)
	return signals
}

// pass sends signals on; those of the keyboard only where there is none: from
// there they come to the command by themselves.
func pass(signals <-chan os.Signal, send func(syscall.Signal)) {
	keyboard := InTerminal()
	go func() {
		for s := range signals {
			if keyboard && (s == syscall.SIGINT || s == syscall.SIGQUIT) {
				continue
			}
			send(s.(syscall.Signal))
		}
	}()
}

// wait returns the exit code of a process. When it stops, stopped is called, if
// there is one.
func wait(pid int, stopped func()) int {
	options := 0
	if stopped != nil {
		options = unix.WUNTRACED
	}
	for {
		var status unix.WaitStatus
		_, err := unix.Wait4(pid, &status, options, nil)
		switch {
		case err == unix.EINTR:
		case err != nil:
			return netcmd.ExitOwn
		case status.Stopped():
			stopped()
		default:
			return supervisor.CodeOf(status)
		}
	}
}

// standStill stops this process, or with 0 all of its group, and returns when it
// was told to go on. The thread that calls may well be the last to stop.
func standStill(pid int) {
	on := make(chan os.Signal, 1)
	signal.Notify(on, syscall.SIGCONT)
	defer signal.Stop(on)
	unix.Kill(pid, unix.SIGSTOP)
	<-on
}

// giveTerminal makes it a process group's.
func giveTerminal(group int) {
	terminal, err := openTerminal()
	if err != nil {
		return
	}
	defer terminal.Close()
	unix.IoctlSetPointerInt(int(terminal.Fd()), unix.TIOCSPGRP, group)
}
