package messages

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Request is a verb that a guest asks the run to carry out: the guest has no
// rights over the bridge and over other guests.
type Request struct {
	// Verb is its name, or two names: "partition", "isolate".
	Verb    []string        `json:"verb"`
	Options []RequestOption `json:"options"`
	Args    []string        `json:"args"`
}

// RequestOption is an option of a Request's verb.
type RequestOption struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Requested is a request that came in, with the guest's files for output.
type Requested struct {
	Request
	Stdout, Stderr *os.File
	// Gone is closed when the guest's process has ended, or been answered.
	Gone chan struct{}
	conn *net.UnixConn
	once sync.Once
}

// requestAnswer is the end of a request: an exit code, or why it was refused.
type requestAnswer struct {
	Code  int    `json:"code"`
	Error string `json:"error,omitempty"`
}

const (
	requestSocket  = ".request"
	longestRequest = 1 << 16
)

// Send asks the run with that folder for something, and returns its exit code.
// What is done writes to this process's own stdout and stderr. The error is
// ErrNobody where nobody listens.
func (r Request) Send(ctx context.Context, dir string) (int, error) {
	conn, err := net.DialUnix("unixpacket", nil, &net.UnixAddr{Net: "unixpacket", Name: filepath.Join(dir, requestSocket)})
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrNobody, err)
	}
	defer conn.Close()
	text, err := json.Marshal(r)
	if err != nil {
		return 0, err
	}
	if len(text) > longestRequest {
		return 0, errors.New("that is too much at once for the run")
	}
	if _, _, err := conn.WriteMsgUnix(text, unix.UnixRights(1, 2), nil); err != nil {
		return 0, err
	}
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	buffer := make([]byte, longestRequest)
	n, err := conn.Read(buffer)
	if cause := context.Cause(ctx); cause != nil {
		return 0, cause
	}
	var a requestAnswer
	if err != nil || json.Unmarshal(buffer[:n], &a) != nil {
		return 0, errors.New("the run ended before it was done")
	}
	if a.Error != "" {
		return 0, errors.New(a.Error)
	}
	return a.Code, nil
}

// ListenForRequests takes requests by a socket in the run's folder, for as long as
// this process lives.
func ListenForRequests(dir string) (<-chan *Requested, error) {
	path := filepath.Join(dir, requestSocket)
	socket, err := net.ListenUnix("unixpacket", &net.UnixAddr{Net: "unixpacket", Name: path})
	if err != nil {
		return nil, err
	}
	requests := make(chan *Requested)
	go serveAll(socket, func(conn *net.UnixConn) { receive(conn, requests) })
	return requests, os.Chmod(path, 0o600)
}

// receive passes a request on, and waits until its sender has ended.
func receive(conn *net.UnixConn, requests chan<- *Requested) {
	conn.SetReadDeadline(time.Now().Add(time.Minute)) // it is sent at once
	r, err := read(conn)
	conn.SetReadDeadline(time.Time{})
	if err != nil {
		conn.Close()
		return
	}
	requests <- r
	conn.Read(make([]byte, 1))
	close(r.Gone)
}

// read reads a request, which has two files with it and no others.
func read(conn *net.UnixConn) (*Requested, error) {
	buffer, oob := make([]byte, longestRequest), make([]byte, unix.CmsgSpace(4*2))
	n, oobn, flags, _, err := conn.ReadMsgUnix(buffer, oob)
	if err != nil {
		return nil, err
	}
	files, err := filesOf(oob[:oobn])
	r := &Requested{Gone: make(chan struct{}), conn: conn}
	if err == nil {
		err = json.Unmarshal(buffer[:n], &r.Request)
	}
	if err == nil && (len(files) != 2 || flags&(unix.MSG_TRUNC|unix.MSG_CTRUNC) != 0) {
		err = errors.New("no request")
	}
	if err != nil {
		for _, f := range files {
			f.Close()
		}
		return nil, err
	}
	r.Stdout, r.Stderr = files[0], files[1]
	return r, nil
}

func filesOf(oob []byte) ([]*os.File, error) {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return nil, err
	}
	var files []*os.File
	for _, m := range messages {
		fds, err := unix.ParseUnixRights(&m)
		if err != nil {
			return files, err
		}
		for _, fd := range fds {
			files = append(files, os.NewFile(uintptr(fd), "a guest's"))
		}
	}
	return files, nil
}

// Done answers with an exit code.
func (r *Requested) Done(code int) { r.answer(requestAnswer{Code: code}) }

// Refuse answers with an error.
func (r *Requested) Refuse(err error) { r.answer(requestAnswer{Code: 1, Error: err.Error()}) }

func (r *Requested) answer(a requestAnswer) {
	r.once.Do(func() {
		r.CloseFiles()
		text, err := json.Marshal(a)
		if err == nil {
			r.conn.Write(text)
		}
		r.conn.Close()
	})
}

// CloseFiles closes the guest's files, which are by then the verb's.
func (r *Requested) CloseFiles() {
	r.Stdout.Close()
	r.Stderr.Close()
}
