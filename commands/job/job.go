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
	"syscall"

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

// Run is the process outside: it runs a command to its end, and returns its
// exit code. Through says that the command line has a process inside.
func Run(cmd *exec.Cmd, through bool) (int, error) {
	mine := HasTerminal()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	before, _ := term.GetState(int(os.Stdin.Fd()))
	signals := catch()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	pid := cmd.Process.Pid
	pass(signals, func(s syscall.Signal) {
		// The process inside is the child of the one that led there.
		if inside := runstate.Children(pid); through && len(inside) > 0 {
			unix.Kill(inside[0], s)
			return
		}
		unix.Kill(pid, s)
	})
	if !mine || !through {
		return wait(pid, nil), nil
	}
	code := wait(pid, func() {
		// All of the job, as the terminal would: a script that called us, too.
		standStill(0)
		// The process inside may be a group of its own, which can't take the
		// terminal while another one has it.
		if inside := runstate.Children(pid); len(inside) > 0 && HasTerminal() {
			group, _ := unix.Getpgid(inside[0])
			giveTerminal(group)
		}
		unix.Kill(pid, unix.SIGCONT)
	})
	// Inside, nobody could give it back: whose it was is not seen there. Here,
	// it is one that has no right to it who takes it.
	signal.Ignore(syscall.SIGTTOU)
	giveTerminal(unix.Getpgrp())
	if before != nil && code == 128+int(syscall.SIGKILL) {
		// What was killed, with its run perhaps, could not set it right itself.
		term.Restore(int(os.Stdin.Fd()), before)
	}
	return code, nil
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
	terminal, err := openTerminal()
	if err == nil {
		terminal.Close()
	}
	go func() {
		for s := range signals {
			if err == nil && (s == syscall.SIGINT || s == syscall.SIGQUIT) {
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
