package job

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// Here a command of another user is kept apart from the caller's terminal. Whoever
// has a terminal as his own can type into it (TIOCSTI), and the caller's shell
// would run that; whoever has it open reads what the caller types later.

func isTerminal(file *os.File) bool { return term.IsTerminal(int(file.Fd())) }

// behindTerminal runs the process inside once more, with a pseudo-terminal, and
// passes on what comes and goes. That process leads the session: the command's
// own group could not be stopped if it did.
func behindTerminal(words []string) (int, error) {
	keyboard := int(os.Stdin.Fd())
	p, err := newPseudoTerminal(keyboard)
	if err != nil {
		return 0, err
	}
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = p.terminal, p.terminal, p.terminal
	if !isTerminal(os.Stderr) {
		cmd.Stderr = os.Stderr
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	signals, resized := catch(), make(chan os.Signal, 1)
	signal.Notify(resized, syscall.SIGWINCH)
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	p.terminal.Close()
	pid := cmd.Process.Pid
	go forward(signals, func(s syscall.Signal) { unix.Kill(pid, s) })
	go forward(resized, func(syscall.Signal) { p.resize(keyboard) })
	before, err := term.MakeRaw(keyboard)
	if err != nil {
		return 0, err
	}
	defer term.Restore(keyboard, before)
	go io.Copy(p.master, os.Stdin)
	shown := show(os.Stdout, p.master)
	code := wait(pid, func() {
		term.Restore(keyboard, before)
		standStill(os.Getpid())
		term.MakeRaw(keyboard)
		p.resize(keyboard)
		unix.Kill(pid, unix.SIGCONT)
	})
	shown()
	return code, nil
}

// behindPipes runs a command in a session without a terminal. What is a file of
// the caller's, and not his terminal, stays as it is. Mine says that the keyboard
// is the command's.
func behindPipes(cmd *exec.Cmd, mine bool) (int, error) {
	keyboard, finished, err := standardFiles(cmd, mine)
	if err != nil {
		return 0, err
	}
	if mine {
		takeTerminal()
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	signals := catch(syscall.SIGTSTP)
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	pid := cmd.Process.Pid
	if keyboard != nil {
		go typeInto(keyboard)
	}
	suspend := func() {
		standStill(os.Getpid())
		unix.Kill(-pid, unix.SIGCONT)
	}
	go forward(signals, func(s syscall.Signal) {
		switch {
		case s == syscall.SIGINT, s == syscall.SIGQUIT:
			unix.Kill(-pid, s) // as a terminal does
		case s != syscall.SIGTSTP:
			unix.Kill(pid, s)
		default:
			// A session without a terminal is not stopped by SIGTSTP.
			unix.Kill(-pid, unix.SIGSTOP)
			if !mine {
				suspend()
			}
		}
	})
	stopped := suspend
	if !mine {
		stopped = nil
	}
	code := wait(pid, stopped)
	finished()
	return code, nil
}

// standardFiles gives a command the caller's files, and pipes in place of his
// terminal. Keyboard takes what is typed; nil if that is not for the command. The
// function finished is to be called when the command has ended.
func standardFiles(cmd *exec.Cmd, mine bool) (keyboard io.WriteCloser, finished func(), err error) {
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if isTerminal(os.Stdin) {
		cmd.Stdin = nil // in the background, nobody types for it
		if mine {
			if keyboard, err = cmd.StdinPipe(); err != nil {
				return nil, nil, err
			}
		}
	}
	var finish []func()
	for _, stream := range []struct {
		caller  *os.File
		command *io.Writer
	}{{os.Stdout, &cmd.Stdout}, {os.Stderr, &cmd.Stderr}} {
		if !isTerminal(stream.caller) {
			continue
		}
		from, to, err := os.Pipe()
		if err != nil {
			return nil, nil, err
		}
		*stream.command = to
		shown := show(stream.caller, from)
		finish = append(finish, func() { to.Close(); shown() })
	}
	return keyboard, func() {
		for _, f := range finish {
			f()
		}
	}, nil
}

// retry is how long it takes until the terminal is read again that was another
// job's.
const retry = 50 * time.Millisecond

// typeInto passes on what is typed, until the end of that. While the terminal is
// another job's, as it still is for a moment when a shell has this one go on,
// reading from it fails, and doesn't stop the process.
func typeInto(command io.WriteCloser) {
	signal.Ignore(syscall.SIGTTIN)
	defer command.Close()
	for buffer := make([]byte, 4<<10); ; {
		n, err := os.Stdin.Read(buffer)
		if errors.Is(err, syscall.EIO) {
			time.Sleep(retry)
			continue
		}
		if _, failed := command.Write(buffer[:n]); err != nil || failed != nil {
			return
		}
	}
}

// takeTerminal makes this process a group of its own, the one in the foreground:
// what led here would not survive a Ctrl+C.
func takeTerminal() {
	signal.Ignore(syscall.SIGTTOU)
	defer signal.Reset(syscall.SIGTTOU)
	if unix.Setpgid(0, 0) == nil {
		giveTerminal(os.Getpid())
	}
}

// forward calls send for each signal that comes.
func forward(signals <-chan os.Signal, send func(syscall.Signal)) {
	for s := range signals {
		send(s.(syscall.Signal))
	}
}

// idle is how long nothing may come from what a command has left behind, once it
// has ended itself.
const idle = 100 * time.Millisecond

// show copies what is written until nobody is left to write, or the command has
// ended: then the function returned is to be called, which waits for the rest.
func show(to io.Writer, from *os.File) func() {
	var ended atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer from.Close() // the writer gets an error then
		for buffer := make([]byte, 32<<10); ; {
			n, err := from.Read(buffer)
			if ended.Load() {
				from.SetReadDeadline(time.Now().Add(idle))
			}
			if _, failed := to.Write(buffer[:n]); err != nil || failed != nil {
				return
			}
		}
	}()
	return func() {
		ended.Store(true)
		from.SetReadDeadline(time.Now().Add(idle))
		<-done
	}
}
