package runstate

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"golang.org/x/sys/unix"

	"vagganet/netcmd/gateway"
)

// Making keeps others from making or removing a gateway of this name until what
// it returns is closed, and waits for that until the context ends. It is a socket
// with a name that is no file: the kernel drops it when the process ends, and
// there is one of each name in a network, like the gateway's device. Waiting gets
// a description of who is to be waited for, once.
func Making(ctx context.Context, g gateway.Gateway, waiting func(who string)) (*net.UnixListener, error) {
	name := &net.UnixAddr{Name: "@vagganet/" + g.Interface, Net: "unix"}
	for since := time.Now(); ; {
		listener, err := net.ListenUnix("unix", name)
		if !errors.Is(err, unix.EADDRINUSE) {
			return listener, err
		}
		if waiting != nil && time.Since(since) > tellAfter {
			waiting(peer(name))
			waiting = nil
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(makingInterval):
		}
	}
}

const (
	tellAfter      = 2 * time.Second // more than making a gateway takes
	makingInterval = 10 * time.Millisecond
)

// peer describes the process that has a socket.
func peer(name *net.UnixAddr) string {
	who := "another process"
	conn, err := net.DialUnix("unix", nil, name)
	if err != nil {
		return who
	}
	defer conn.Close()
	raw, err := conn.SyscallConn()
	if err != nil {
		return who
	}
	raw.Control(func(fd uintptr) {
		if cred, err := unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED); err == nil {
			who = fmt.Sprintf("process %d of user %d", cred.Pid, cred.Uid)
		}
	})
	return who
}
