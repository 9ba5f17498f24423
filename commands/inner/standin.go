package inner

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"vagganet/netcmd/plan"
)

// standIn returns a stand-in by its name; nil if there is none. Stand-ins do as much of
// two host tools as a partition needs: a child with a root file system of its own can
// call vagga_partition where only iptables is installed.
func standIn(name string) func(args []string) error {
	switch name {
	case "_nsenter":
		return nsenter
	case "_sysctl":
		return sysctl
	}
	return nil
}

// nsenter runs a command in a network namespace: --net=FILE COMMAND ….
func nsenter(args []string) error {
	if len(args) < 2 || !strings.HasPrefix(args[0], "--net=") {
		return errors.New("usage: _nsenter --net=FILE COMMAND …")
	}
	// A thread enters the namespace, and is the one that becomes the command.
	runtime.LockOSThread()
	file, err := os.Open(strings.TrimPrefix(args[0], "--net="))
	if err != nil {
		return err
	}
	if err := unix.Setns(int(file.Fd()), unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("enter %s: %w", file.Name(), err)
	}
	path, err := exec.LookPath(args[1])
	if err != nil {
		return err
	}
	return syscall.Exec(path, args[1:], os.Environ())
}

// sysctl writes settings, -q -w NAME=VALUE …, or says what they are: -n NAME ….
func sysctl(args []string) error { return sysctlTo(os.Stdout, args) }

func sysctlTo(out io.Writer, args []string) error {
	args = slices.DeleteFunc(args, func(a string) bool { return strings.HasPrefix(a, "-") })
	for _, setting := range args {
		name, value, write := strings.Cut(setting, "=")
		file := "/proc/sys/" + strings.ReplaceAll(name, ".", "/")
		if write {
			if err := os.WriteFile(file, []byte(value), 0); err != nil {
				return err
			}
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if _, err := out.Write(text); err != nil {
			return err
		}
	}
	return nil
}

// UseStandIns puts the program itself for tools that are not there.
func UseStandIns(tools *plan.Tools, has func(program string) bool, program string) {
	if !has(tools.Nsenter[0]) {
		tools.Nsenter = plan.Tool{program, "_nsenter"}
	}
	if !has(tools.Sysctl[0]) {
		tools.Sysctl = plan.Tool{program, "_sysctl"}
	}
}
