// Package messages has what commands and guests send to a run by its sockets, and what it
// answers.
package messages

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"vagganet/commands/events"
	"vagganet/commands/faults"
)

// Message is one that a command sends to the run. It is one of its fields.
type Message struct {
	About *faults.Change `json:"about,omitempty"`
	Done  *faults.Done   `json:"done,omitempty"`
	// Ended asks how a child ended.
	Ended string        `json:"ended,omitempty"`
	Check *faults.Check `json:"check,omitempty"`
	// Started asks for an answer once the run has started all of its children.
	Started bool `json:"started,omitempty"`
	// Until asks for an answer once something is so of the run.
	Until Until `json:"until,omitempty"`
	// Seen is, for UntilChanged, what Reply.Changes was; -1 to be answered at once.
	Seen int `json:"seen,omitempty"`
	// Logs asks where the lines of the children are.
	Logs bool `json:"logs,omitempty"`
	// Gone is the end of the connection, which the listener makes a message of.
	Gone bool `json:"-"`
	// Fault is the number of the fault that this connection is about.
	Fault int `json:"-"`
	// Session is that of the process that has connected, as the kernel has it.
	Session int `json:"-"`
}

// sessionOf is the session of the process that has connected; 0 if it has ended.
func sessionOf(conn net.Conn) int {
	session := 0
	if raw, err := conn.(*net.UnixConn).SyscallConn(); err == nil {
		raw.Control(func(fd uintptr) {
			if peer, err := unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED); err == nil && peer.Pid > 0 {
				session, _ = unix.Getsid(int(peer.Pid))
			}
		})
	}
	return session
}

// Reply is the answer: the number of the fault, for About, and what is left of the one
// that it heals; and the exit code of a child that has ended, for Ended, or of the run, for
// Until, if it has ended before. Changes is, for UntilChanged, how many events there were.
type Reply struct {
	Fault   int   `json:"fault,omitempty"`
	Code    *int  `json:"code,omitempty"`
	Changes int   `json:"changes,omitempty"`
	Logs    *Logs `json:"logs,omitempty"`
	events.State
}

// SocketName is the file of a run's folder by which it is spoken to.
const SocketName = ".messages"

// patience is how long the run may take to answer.
const patience = 5 * time.Second

// ErrNobody means that nobody listens: the run has been started by a script.
var ErrNobody = errors.New("nobody keeps time in this run")

// Conn is a command's connection to the run.
type Conn struct {
	conn net.Conn
	in   *json.Decoder
}

// Dial connects to the run whose folder that is. The error is ErrNobody, or
// that the run doesn't answer.
func Dial(dir string) (*Conn, error) {
	// Not net.Dial, nor net.Listen: with them, the program would have a resolver of host names
	// in it.
	conn, err := net.DialUnix("unix", nil, address(dir))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNobody, err)
	}
	return &Conn{conn, json.NewDecoder(conn)}, nil
}

// Send sends a message and waits for the answer.
func (c *Conn) Send(m Message) (Reply, error) {
	var r Reply
	c.conn.SetDeadline(time.Now().Add(patience))
	err := json.NewEncoder(c.conn).Encode(m)
	if err == nil {
		err = c.in.Decode(&r)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = errors.New("the run doesn't answer")
	}
	return r, err
}

// AwaitStart waits until the run has started all of its children for the first
// time, or doesn't answer.
func AwaitStart(dir string) error {
	c, err := Dial(dir)
	if err != nil {
		return err
	}
	defer c.Close()
	_, err = c.Send(Message{Started: true})
	return err
}

// Close ends the connection. A fault that was told about, but not that it is
// done, then counts as interrupted.
func (c *Conn) Close() error { return c.conn.Close() }

// Received is a message that came in, and the way to answer it.
type Received struct {
	Message
	Answer chan<- Reply
	// Sent is closed when the answer has been sent.
	Sent <-chan struct{}
}

// Listen takes messages by a socket in the run's folder, for as long as this
// process lives.
func Listen(dir string) (<-chan Received, error) {
	socket, err := net.ListenUnix("unix", address(dir))
	if err != nil {
		return nil, err
	}
	asks := make(chan Received)
	go serveAll(socket, func(conn *net.UnixConn) { serve(conn, asks) })
	return asks, os.Chmod(address(dir).Name, 0o600)
}

func address(dir string) *net.UnixAddr {
	return &net.UnixAddr{Net: "unix", Name: filepath.Join(dir, SocketName)}
}

// serveAll serves connections, each beside the others, for as long as this process
// lives.
func serveAll(socket *net.UnixListener, serve func(*net.UnixConn)) {
	for {
		conn, err := socket.AcceptUnix()
		if err != nil {
			time.Sleep(patience / 100) // too many open files, for a moment
			continue
		}
		go serve(conn)
	}
}

// serve passes on what a connection says.
func serve(conn net.Conn, asks chan<- Received) {
	defer conn.Close()
	answers := make(chan Reply)
	fault, session := 0, sessionOf(conn)
	ask := func(m Message, sent <-chan struct{}) Reply {
		m.Fault, m.Session = fault, session
		asks <- Received{m, answers, sent}
		return <-answers
	}
	limited := &io.LimitedReader{R: conn}
	in, out := json.NewDecoder(limited), json.NewEncoder(conn)
	for {
		var m Message
		limited.N = messageLongest
		if in.Decode(&m) != nil || m.check() != nil {
			break
		}
		sent := make(chan struct{})
		r := ask(m, sent)
		if m.About != nil {
			fault = r.Fault
		}
		err := out.Encode(r)
		close(sent)
		if err != nil {
			break
		}
	}
	if fault != 0 {
		ask(Message{Gone: true}, nil)
	}
}
