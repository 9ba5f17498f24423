package prober

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"vagganet/netcmd/live"
)

// accept sends back what comes from other guests, until the socket is closed.
func (p *probe) accept(to int) {
	for {
		c, err := p.guests[to].tcp.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			// Too many open files: there are fewer in a moment.
			time.Sleep(10 * time.Millisecond)
			continue
		}
		go func() {
			defer c.Close()
			c.SetDeadline(time.Now().Add(p.patience))
			message := make([]byte, messageSize)
			if _, err := io.ReadFull(c, message); err != nil {
				return
			}
			if _, ours := p.sender(message, to); ours {
				c.Write(message)
				c.Read(message) // until the other end closes
			}
		}()
	}
}

// connect tries one link until it is open, somebody says no, or the time is up.
func (p *probe) connect(from, to int, limit time.Duration) live.Answer {
	cut := p.cut[p.number(from, to)] || p.cut[p.number(to, from)]
	deadline := time.Now().Add(limit)
	for {
		is := p.connectOnce(from, to, cut, deadline)
		if is != live.Silent || time.Until(deadline) < retry {
			return is
		}
		time.Sleep(retry)
	}
}

// retry is the pause after a try that failed before its time.
const retry = 100 * time.Millisecond

// connectOnce opens a connection, and wants back what it sends. Where nothing
// should come through, an open connection is enough.
func (p *probe) connectOnce(from, to int, cut bool, deadline time.Time) live.Answer {
	c, err := p.dial(from, to, deadline)
	if err != nil {
		return answerOf(err)
	}
	defer c.Close()
	c.SetDeadline(deadline)
	message := p.message(from, to)
	if _, err := c.Write(message); err != nil {
		return answerOf(err)
	}
	back := make([]byte, len(message))
	if _, err := io.ReadFull(c, back); err != nil && !cut {
		return answerOf(err)
	}
	if !cut && !bytes.Equal(message, back) {
		return live.Silent
	}
	return live.Through
}

func answerOf(err error) live.Answer {
	if errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ECONNRESET) {
		return live.Refused
	}
	return live.Silent
}

// dial begins a connection; the first write waits until it is open. Only the
// beginning needs a thread in the guest's namespace.
func (p *probe) dial(from, to int, deadline time.Time) (*os.File, error) {
	for {
		var fd int
		err := p.in(p.guests[from], func() (err error) {
			fd, err = p.begin(from, to)
			return err
		})
		if err == nil {
			return os.NewFile(uintptr(fd), p.guests[from].name), nil
		}
		if !errors.Is(err, syscall.EMFILE) || time.Now().After(deadline) {
			return nil, err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func (p *probe) begin(from, to int) (int, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	// The guest is known by its address. Closing leaves nothing behind.
	err = errors.Join(
		unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1}),
		unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1),
		unix.Bind(fd, &unix.SockaddrInet4{Addr: p.guests[from].ip.As4()}))
	if err == nil {
		there := p.guests[to]
		err = unix.Connect(fd, &unix.SockaddrInet4{Addr: there.ip.As4(), Port: there.tcp.Addr().(*net.TCPAddr).Port})
	}
	if err != nil && !errors.Is(err, unix.EINPROGRESS) {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}
