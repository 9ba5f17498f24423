package commands

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"

	"github.com/urfave/cli/v2"
	"golang.org/x/sys/unix"

	"vagganet/commands/cmdline"
	"vagganet/commands/supervisor"
	"vagganet/commands/terminal"
)

// A run in the background is this program once more, in a session of its own. It writes to
// the caller's files until all is ready, but for what the run itself writes: that goes to a
// log, which is a file without a name. So it ends with the last process that has it open.

// detachedVerb is the program's argument that makes it a run in the background. The whole
// command line follows, and a pipe for the run's name is open.
const detachedVerb = "_detached"

// nameFD is that pipe.
const nameFD = 3

// detach starts the same command line in the background. It prints the run's name when all
// is ready, or passes on the exit code of what has failed.
func (a App) detach(c *cli.Context) error {
	program, _ := a.Machine.Program()
	from, to, err := os.Pipe()
	if err != nil {
		return err
	}
	cmd := exec.Command(program, append([]string{detachedVerb}, a.args...)...)
	cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = os.Stdout, os.Stderr, []*os.File{to}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	to.Close()
	defer context.AfterFunc(c.Context, func() {
		var by supervisor.Interrupted
		if errors.As(context.Cause(c.Context), &by) {
			cmd.Process.Signal(syscall.Signal(by))
		}
	})()
	name, err := io.ReadAll(from)
	if err != nil || len(name) > 0 {
		_, lost := terminal.Out.Write(name)
		return errors.Join(err, lost)
	}
	err = cmd.Wait()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return err
	}
	return cmdline.PassOn(supervisor.CodeOf(unix.WaitStatus(exit.Sys().(syscall.WaitStatus))))
}

// detached is what a run in the background has. Its methods do nothing for one in the
// foreground, which is nil.
type detached struct {
	name   *os.File // takes the run's name, when it is ready
	log    *os.File
	caller *os.File // the caller's standard error, until then
}

func newDetached() *detached {
	syscall.CloseOnExec(nameFD)
	return &detached{name: os.NewFile(nameFD, "name")}
}

// takeOutput has all further output go to the log: to a file that is there, or else to one
// without a name.
func (d *detached) takeOutput(log *os.File, spec *supervisor.Spec, outside *supervisor.Outside) error {
	if d == nil {
		return nil
	}
	var err error
	if d.log = log; log == nil {
		d.log, err = namelessFile()
	}
	if err != nil {
		return fmt.Errorf("there is no room for the run's log: %w", err)
	}
	caller, err := unix.FcntlInt(2, unix.F_DUPFD_CLOEXEC, nameFD)
	if err != nil {
		return os.NewSyscallError("fcntl", err)
	}
	d.caller = os.NewFile(uintptr(caller), "the caller's")
	if err := d.redirect(d.log); err != nil {
		return err
	}
	spec.Detached, outside.Ready = true, d.ready
	return nil
}

// redirect has standard output and standard error go to a file.
func (d *detached) redirect(to *os.File) error {
	for _, fd := range []int{1, 2} {
		if err := unix.Dup3(int(to.Fd()), fd, 0); err != nil {
			return os.NewSyscallError("dup3", err)
		}
	}
	return nil
}

// ready tells the caller the run's name. A caller that is not there any more doesn't know of
// the run, so it ends.
func (d *detached) ready(run string) {
	if _, err := fmt.Fprintln(d.name, run); err != nil {
		syscall.Kill(os.Getpid(), syscall.SIGTERM)
	}
	d.name.Close()
	d.caller.Close()
	d.caller = nil
}

// giveBack gives a caller who still waits what the run has written, and what will be.
func (d *detached) giveBack() {
	if d == nil || d.caller == nil {
		return
	}
	d.log.Seek(0, io.SeekStart)
	io.Copy(d.caller, d.log)
	d.redirect(d.caller)
}

// namelessFile makes a file that is there for as long as somebody has it open.
func namelessFile() (*os.File, error) {
	file, err := os.OpenFile(os.TempDir(), unix.O_TMPFILE|os.O_RDWR|os.O_APPEND, 0o600)
	if err == nil {
		return file, nil
	}
	if file, err = os.CreateTemp("", "vagganet-log-*"); err != nil { // not every file system can
		return nil, err
	}
	if err = os.Remove(file.Name()); err == nil {
		_, err = unix.FcntlInt(file.Fd(), unix.F_SETFL, unix.O_APPEND)
	}
	return file, err
}

// logOf is the way to the log of a run in the background, by its first process.
func logOf(supervisor int) string { return fmt.Sprintf("/proc/%d/fd/1", supervisor) }
