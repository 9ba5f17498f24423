package supervisor

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"os"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"vagganet/commands/events"
	"vagganet/commands/netns"
	"vagganet/netcmd"
	"vagganet/netcmd/plan"
)

// How long it takes until it is tried again whether a child is ready: the pause doubles.
const (
	firstLook   = 10 * time.Millisecond
	longestLook = 250 * time.Millisecond
	// lookLongest is how long one try may take.
	lookLongest = 5 * time.Second
)

// readiness finds out whether children are ready. Who is found so is sent to ready, by
// the number that the child was started under.
type readiness struct {
	ps    *processes
	ready chan started
	// runs are the processes by which it is tried now, with what gets their exit codes.
	runs  map[int]chan<- int
	looks chan func()
	// stop ends, for each child, what was begun for its last process.
	stop map[int]context.CancelFunc
	logs map[int]*log
}

// started is one start of a child.
type started struct{ child, times int }

func newReadiness(ps *processes) *readiness {
	r := &readiness{ps: ps, ready: make(chan started), runs: map[int]chan<- int{}, looks: make(chan func()),
		stop: map[int]context.CancelFunc{}, logs: map[int]*log{}}
	for i, child := range ps.spec.Run.Children {
		if child.Ready != nil {
			r.logs[i] = newLog(child.Ready)
		}
	}
	return r
}

// watch begins to find out whether a child is ready that was started.
func (r *readiness) watch(s started) {
	child := r.ps.spec.Run.Children[s.child]
	if child.Ready == nil {
		r.unmark(child)
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	r.stop[s.child] = cancel
	r.waits(s.child)
	go func() {
		if r.await(ctx, child, r.logs[s.child]) {
			select {
			case r.ready <- s:
			case <-ctx.Done():
			}
		}
	}()
}

// unwatch ends what watch began, and takes note that a child isn't ready any more.
func (r *readiness) unwatch(i int) {
	child := r.ps.spec.Run.Children[i]
	if stop := r.stop[i]; stop != nil {
		stop()
		delete(r.stop, i)
	}
	if child.Ready != nil {
		r.unmark(child)
	}
}

// waits takes note that a child is not ready yet, or waits for others that are not.
func (r *readiness) waits(i int) {
	if child := r.ps.spec.Run.Children[i]; child.Name == child.Node {
		os.WriteFile(netcmd.StartingFile(r.ps.spec.Run.RunDir(), child.Node), nil, 0o644)
	}
}

func (r *readiness) unmark(child netcmd.Child) {
	if child.Name == child.Node {
		os.Remove(netcmd.StartingFile(r.ps.spec.Run.RunDir(), child.Node))
		os.Remove(netcmd.ReadyFile(r.ps.spec.Run.RunDir(), child.Node))
	}
}

// isReady takes note that a child is ready; false if it has ended since.
func (r *readiness) isReady(s started) bool {
	child := r.ps.spec.Run.Children[s.child]
	if r.stop[s.child] == nil || r.ps.times[s.child] != s.times {
		return false
	}
	if dir := r.ps.spec.Run.RunDir(); child.Name == child.Node {
		os.Rename(netcmd.StartingFile(dir, child.Node), netcmd.ReadyFile(dir, child.Node))
	}
	r.ps.recorder.Write(events.Event{Kind: events.Ready, Child: child.Name, Node: child.Node})
	return true
}

// await returns once a child is ready; false if that isn't of interest any more.
func (r *readiness) await(ctx context.Context, child netcmd.Child, log *log) bool {
	if child.Ready.Log != "" {
		select {
		case <-log.matched():
			return true
		case <-ctx.Done():
			return false
		}
	}
	for pause := firstLook; ; pause = min(2*pause, longestLook) {
		if child.Ready.Port != 0 && r.listens(child) || child.Ready.Run != nil && r.succeeds(ctx, child) {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(pause):
		}
	}
}

// listens reports whether a child takes connections at its address, tried from its own
// network, in which nothing is cut.
func (r *readiness) listens(child netcmd.Child) bool {
	run := r.ps.spec.Run
	at := plan.Thread{NetNS: run.RunDir() + "/" + child.Node}
	return netns.At(at, func() error { return connect(run.AddressOf(child.Node), child.Ready.Port) }) == nil
}

// connect makes a connection and ends it. It is no net.Dialer: with that, the program would have
// a resolver of host names in it.
func connect(ip netip.Addr, port int) error {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(socket)
	longest := unix.NsecToTimeval(lookLongest.Nanoseconds())
	if err := unix.SetsockoptTimeval(socket, unix.SOL_SOCKET, unix.SO_SNDTIMEO, &longest); err != nil {
		return err
	}
	to := unix.SockaddrInet4{Addr: ip.As4(), Port: port}
	if err := unix.Connect(socket, &to); err != nil {
		return err
	}
	// Where nobody listens, a client that the kernel gives that very port is connected to itself.
	if own, err := unix.Getsockname(socket); err != nil || own.(*unix.SockaddrInet4).Port == port {
		return unix.ECONNREFUSED
	}
	return nil
}

// succeeds reports whether a command succeeds that is run in a child's node.
func (r *readiness) succeeds(ctx context.Context, child netcmd.Child) bool {
	ctx, cancel := context.WithTimeout(ctx, lookLongest)
	defer cancel()
	code, pid := make(chan int, 1), make(chan int, 1)
	r.looks <- func() {
		cmd := r.ps.ownVerb(append([]string{"exec", child.Node, "--"}, child.Ready.Run...))
		if cmd.Start() != nil {
			code <- netcmd.ExitOwn
			return
		}
		r.runs[cmd.Process.Pid] = code
		pid <- cmd.Process.Pid
		cmd.Process.Release() // it is reaped by number
	}
	select {
	case c := <-code:
		return c == 0
	case <-ctx.Done():
		select {
		case p := <-pid:
			r.looks <- func() {
				if r.runs[p] != nil {
					unix.Kill(-p, unix.SIGTERM)
				}
			}
		default:
		}
		return false
	}
}

// reaped takes the exit code of a process that may be one by which it was tried.
func (r *readiness) reaped(pid, code int) {
	if took := r.runs[pid]; took != nil {
		delete(r.runs, pid)
		took <- code
	}
}

// killLooks ends what no PID namespace would.
func (r *readiness) killLooks() {
	for pid := range r.runs {
		unix.Kill(-pid, syscall.SIGKILL)
	}
}

// why says what a child lacks of being ready, and what it has written last.
func (r *readiness) why(i int) string {
	child := r.ps.spec.Run.Children[i]
	var text string
	switch {
	case child.Ready.Port != 0:
		text = fmt.Sprintf("nothing takes connections at %s, port %d", r.ps.spec.Run.AddressOf(child.Node), child.Ready.Port)
	case child.Ready.Run != nil:
		text = "this command doesn't succeed in it: " + strings.Join(child.Ready.Run, " ")
	default:
		text = "no line that it writes matches " + child.Ready.Log
	}
	lines := r.logs[i].last()
	if len(lines) == 0 {
		return text + "; it has written nothing"
	}
	return text + "; its last lines are:\n  " + strings.Join(lines, "\n  ")
}

// log is what is kept of the lines of a child that is to become ready: the last ones, and
// whether one of them matches.
type log struct {
	mu     sync.Mutex
	wanted *regexp.Regexp // nil for none
	found  chan struct{}
	lines  []string
	rest   []byte
}

const (
	lastLines   = 5
	longestLine = 500 // bytes that are looked at
)

func newLog(ready *netcmd.Ready) *log {
	l := &log{found: make(chan struct{})}
	if ready.Log != "" {
		l.wanted, _ = regexp.Compile(ready.Log)
	}
	return l
}

// reset forgets what the child has written, before it is started again.
func (l *log) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.found, l.lines, l.rest = make(chan struct{}), nil, nil
}

// matched is closed when a line matches that has come since the child was started.
func (l *log) matched() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.found
}

// Write takes what the child writes.
func (l *log) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(text)
	for len(text) > 0 {
		line, more, ended := bytes.Cut(text, []byte("\n"))
		l.rest = append(l.rest, line[:min(len(line), max(0, longestLine-len(l.rest)))]...)
		if text = more; !ended {
			break
		}
		l.take(string(l.rest))
		l.rest = l.rest[:0]
	}
	return n, nil
}

func (l *log) take(line string) {
	l.lines = append(l.lines, line)
	if len(l.lines) > lastLines {
		l.lines = l.lines[1:]
	}
	if l.wanted != nil && l.wanted.MatchString(line) {
		select {
		case <-l.found:
		default:
			close(l.found)
		}
	}
}

func (l *log) last() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string{}, l.lines...)
}
