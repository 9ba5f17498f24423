// Package nodes makes the namespaces of a run's nodes.
//
// A process with threads can't go to a user namespace, but one that it starts can begin
// in a new one. The bridge's is below that of the run's first process, and the guests'
// are below the bridge's: so the first process starts this program once more, in the
// bridge's namespaces, and that one starts a command in each guest's.
package nodes

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"

	"vagganet/commands/runner"
	"vagganet/netcmd/plan"
)

// Verb is the program's argument that makes it the process in the bridge's namespaces.
const Verb = "_nodes"

// order is what that process is told.
type order struct {
	Guests   int      `json:"guests"`
	Settings []string `json:"settings"`
	Maps     idMaps   `json:"maps"`
}

// socketFD is where it sends the guests' namespaces to.
const socketFD = 3

// Make does a step that makes nodes: it mounts the namespaces of each. Program is this
// program's path. The error is a *runner.StepError.
func Make(ctx context.Context, program string, s plan.Step) error {
	said, err := makeAll(ctx, program, *s.Nodes)
	if err == nil {
		return nil
	}
	code := -1
	if exit, ok := err.(*exec.ExitError); ok {
		code = exit.ExitCode()
	}
	return &runner.StepError{Step: s, Argv: []string{program, Verb}, Code: code, Err: err, Stderr: said}
}

func makeAll(ctx context.Context, program string, all plan.Nodes) (said string, err error) {
	maps, err := ownMaps()
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(order{len(all.Guests), all.Settings, maps})
	if err != nil {
		return "", err
	}
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return "", err
	}
	socket, theirs := ends[0], os.NewFile(uintptr(ends[1]), "socket")
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, program, Verb)
	cmd.Stdin, cmd.Stderr, cmd.ExtraFiles = bytes.NewReader(text), &stderr, []*os.File{theirs}
	cmd.SysProcAttr = maps.inNewNamespaces()
	err = start(cmd)
	theirs.Close()
	if err != nil {
		unix.Close(socket)
		return err.Error(), err
	}
	err = mountAll(all, cmd.Process.Pid, socket)
	unix.Close(socket) // which the process waits for
	if waited := cmd.Wait(); err == nil {
		err = waited
	}
	return stderr.String(), err
}

// mountAll mounts the namespaces of the bridge, which are those of a process, and of
// the guests, as they come. That less of these come than there are guests is for the
// sender to say.
func mountAll(all plan.Nodes, pid, socket int) error {
	if err := mountNode(all.Bridge, fmt.Sprintf("/proc/%d/ns/user", pid), fmt.Sprintf("/proc/%d/ns/net", pid)); err != nil {
		return err
	}
	for _, guest := range all.Guests {
		user, network, err := receive(socket)
		if err != nil || user < 0 {
			return err
		}
		err = mountNode(guest, fmt.Sprintf("/proc/self/fd/%d", user), fmt.Sprintf("/proc/self/fd/%d", network))
		unix.Close(user)
		unix.Close(network)
		if err != nil {
			return err
		}
	}
	return nil
}

func mountNode(n plan.Node, user, network string) error {
	for from, to := range map[string]string{user: n.UserNS, network: n.NetNS} {
		if err := unix.Mount(from, to, "", unix.MS_BIND, ""); err != nil {
			return fmt.Errorf("mount a namespace at %s: %w", to, err)
		}
	}
	return nil
}

// receive returns the files of a guest's namespaces; -1 when no more come.
func receive(socket int) (user, network int, err error) {
	rights := make([]byte, unix.CmsgSpace(2*4))
	n, length := 0, 0
	err = untilDone(func() (err error) {
		n, length, _, _, err = unix.Recvmsg(socket, make([]byte, 1), rights, unix.MSG_CMSG_CLOEXEC)
		return err
	})
	if err != nil || n == 0 {
		return -1, -1, err
	}
	messages, err := unix.ParseSocketControlMessage(rights[:length])
	if err != nil {
		return -1, -1, err
	}
	var files []int
	if len(messages) == 1 {
		files, err = unix.ParseUnixRights(&messages[0])
	}
	if err != nil || len(files) != 2 {
		return -1, -1, fmt.Errorf("the namespaces of a guest did not come: %w", os.NewSyscallError("recvmsg", syscall.EMFILE))
	}
	return files[0], files[1], nil
}

// untilDone makes a system call again when a signal has interrupted it.
func untilDone(call func() error) error {
	for {
		if err := call(); err != unix.EINTR {
			return err
		}
	}
}
