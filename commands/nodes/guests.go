package nodes

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"al.essio.dev/pkg/shellescape"
	"golang.org/x/sys/unix"
)

// Main is the process in the bridge's namespaces. It writes why it failed for the one
// that has started it, and ends when that has all that it wants.
func Main() int {
	err := makeGuests(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	awaitMounts(socketFD)
	if err != nil {
		return 1
	}
	return 0
}

// awaitMounts returns when the other end of the socket is closed. Before that, the
// bridge's namespaces may not be mounted yet, and would be gone with this process.
func awaitMounts(socket int) {
	unix.Shutdown(socket, unix.SHUT_WR) // no more come
	untilDone(func() error {
		_, err := unix.Read(socket, make([]byte, 1))
		return err
	})
}

func makeGuests(in io.Reader) error {
	var o order
	if err := json.NewDecoder(in).Decode(&o); err != nil {
		return err
	}
	unix.CloseOnExec(socketFD)
	var started []*exec.Cmd
	var failed error
	for range o.Guests {
		cmd, err := startGuest(o)
		if err != nil {
			failed = err
			break
		}
		started = append(started, cmd)
	}
	for _, cmd := range started {
		if err := cmd.Wait(); err != nil && failed == nil {
			failed = fmt.Errorf("%s\n%s%w", shellescape.QuoteCommand(cmd.Args), cmd.Stderr, err)
		}
	}
	return failed
}

// startGuest makes a guest's namespaces, and sends them. The shell that is started in
// them waits for that, since they are gone with it, and gives the network namespace the
// settings that it begins with.
func startGuest(o order) (*exec.Cmd, error) {
	script := strings.Join(append([]string{"read -r rest || :"}, o.Settings...), "; ")
	cmd := exec.Command("sh", "-e", "-c", script)
	cmd.SysProcAttr, cmd.Stderr = o.Maps.inNewNamespaces(), new(strings.Builder)
	sent, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	defer sent.Close()
	if err := start(cmd); err != nil {
		return nil, err
	}
	return cmd, send(cmd.Process.Pid)
}

// send sends a process's user and network namespace.
func send(pid int) error {
	var files []int
	for _, kind := range []string{"user", "net"} {
		file, err := os.Open(fmt.Sprintf("/proc/%d/ns/%s", pid, kind))
		if err != nil {
			return err
		}
		defer file.Close()
		files = append(files, int(file.Fd()))
	}
	return untilDone(func() error { return unix.Sendmsg(socketFD, []byte{0}, unix.UnixRights(files...), nil, 0) })
}
