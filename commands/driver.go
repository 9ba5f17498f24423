package commands

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"syscall"

	"al.essio.dev/pkg/shellescape"
	"github.com/urfave/cli/v2"

	"vagganet/commands/checks"
	"vagganet/commands/cmdline"
	"vagganet/commands/job"
	"vagganet/commands/supervisor"
	"vagganet/netcmd"
	"vagganet/netcmd/live"
)

// runArguments are the arguments of run that come before its driver.
func runArguments(c *cli.Context) []string {
	args := c.Args().Slice()
	if i := slices.Index(args, "--"); i >= 0 {
		args = args[:i]
	}
	return args
}

// driverArgv is the command line of a run's driver; empty where it has none. A driver that
// can't be run is an error before anything starts.
func driverArgv(c *cli.Context) ([]string, error) {
	args := c.Args().Slice()
	i := slices.Index(args, "--")
	if i < 0 {
		return nil, nil
	}
	argv := args[i+1:]
	if len(argv) == 0 || argv[0] == "" {
		return nil, cmdline.Usagef("run takes a command behind --")
	}
	_, err := exec.LookPath(argv[0])
	var failed *exec.Error
	switch {
	case err == nil, errors.Is(err, exec.ErrDot), slices.Contains(netcmd.ProgramNames, argv[0]):
		return argv, nil
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return nil, cmdline.WithExitCode(fmt.Errorf("%s: not found", argv[0]), cmdline.ExitNotFound)
	case errors.As(err, &failed):
		err = failed.Err
	}
	return nil, cmdline.WithExitCode(fmt.Errorf("%s: %w", argv[0], err), cmdline.ExitCantRun)
}

// driverListed returns what is said of a driver in a script, which does without.
func driverListed(argv []string) string {
	if len(argv) == 0 {
		return ""
	}
	return "\nthe script leaves out the driver, which the program runs itself:\n" + shellescape.QuoteCommand(argv)
}

// startDriver returns the function that starts a run's driver: as exec would start it in
// the bridge.
func (a App) startDriver(c *cli.Context, run netcmd.Run, argv []string) supervisor.StartDriver {
	return func(name string, suspend func()) (supervisor.Driver, error) {
		runs, err := a.runs(run.Gateway)
		if err != nil {
			return nil, err
		}
		found, err := checks.ChooseRun(run.Gateway, runs, name)
		if err != nil {
			return nil, err
		}
		l, err := a.live(run.Gateway, found)
		if err != nil {
			return nil, err
		}
		beside := live.Process{PID: l.Supervisor, Env: run.DriverEnv(os.Environ(), name)}
		cmd := newRunner(c).Command(l.Exec(netcmd.Bridge, beside, a.inside(false), argv))
		if !job.InTerminal() {
			// So that what is sent to our group does not come to the driver twice.
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		}
		j, err := job.Start(cmd, true)
		if err != nil {
			return nil, err
		}
		j.Stopped = suspend
		return j, nil
	}
}
