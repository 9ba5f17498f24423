package inner

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"syscall"

	"vagganet/commands/cmdline"
	"vagganet/commands/terminal"
	"vagganet/netcmd"
)

// BecomeCommand gives the variables that came past a shell their own names back,
// and becomes a command, with the messages and exit codes of a shell's exec. It
// returns only if it can't.
func BecomeCommand(argv []string) int {
	env := netcmd.Uncarry(os.Environ())
	path, err := exec.LookPath(argv[0])
	if err == nil || errors.Is(err, exec.ErrDot) {
		err = syscall.Exec(path, argv, env)
		if errors.Is(err, syscall.ENOEXEC) { // a script that doesn't say whose
			err = syscall.Exec("/bin/sh", append([]string{"sh", path}, argv[1:]...), env)
		}
	}
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, fs.ErrNotExist) {
		terminal.Say(terminal.Err, "%s: not found", argv[0])
		return cmdline.ExitNotFound
	}
	var failed *exec.Error
	if errors.As(err, &failed) {
		err = failed.Err
	}
	terminal.Say(terminal.Err, "%s: %v", argv[0], err)
	return cmdline.ExitCantRun
}
