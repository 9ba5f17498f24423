package supervisor

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"vagganet/commands/events"
	"vagganet/commands/faults"
	"vagganet/commands/messages"
	"vagganet/commands/netns"
	"vagganet/commands/runner"
	"vagganet/commands/runstate"
	"vagganet/commands/terminal"
	"vagganet/netcmd"
	"vagganet/netcmd/plan"
)

// process is a child of the run that was started.
type process struct {
	child int
	guest bool
	pid   int
	// pending is a signal that the command has not got yet, because it was not
	// there yet.
	pending syscall.Signal
}

// processes are the hands of a run: its children on this machine.
type processes struct {
	spec     Spec
	steps    plan.Plan // one for each child
	runner   *runner.Runner
	out      *output
	recorder *events.Writer
	byPID    map[int]*process
	stopped  []int // those that stand still because of suspend
	order    int   // the process that carries out an order; 0 for none
	planned  bool  // whether the timeline has that order
	// times is how often each child was started, and ready finds out whether they are
	// ready.
	times map[int]int
	ready *readiness
	// requested are the processes that carry out what guests have asked for.
	requested map[int]*messages.Requested
	// tell says to the process outside what it waits for.
	announce func(word string)
}

// retry is how long it takes until a pending signal is tried again on a command that was
// not there yet.
const retry = 20 * time.Millisecond

// supervise starts the children and waits for the last of them. It returns the
// code of the one that decides.
func supervise(spec Spec, r *runner.Runner, children plan.Plan, recorder *events.Writer, announce func(word string), heard heard, asks *waits, requests requestsFor) int {
	// Caught, this one is an error of the write that it is about.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	out := newOutput(spec, recorder, func() { go func() { heard.signals <- syscall.SIGPIPE }() })
	ps := &processes{spec: spec, steps: children, runner: r, out: out, recorder: recorder, byPID: map[int]*process{}, announce: announce, requested: map[int]*messages.Requested{}, times: map[int]int{}}
	ps.ready = newReadiness(ps)
	d, s := newDecision(spec), faults.NewSchedule(spec.Faults, spec.Run.Guests, spec.Run.Seed)
	loop(d, s, ps, happenings{heard.signals, deaths(), asks.in, ps.requests(requests), ps.ready.ready, ps.ready.looks, heard.driver, asks})
	ps.killOrder()
	ps.ready.killLooks()
	out.endMarks()
	// What the children left behind holds their output open.
	if os.Getpid() == 1 {
		unix.Kill(-1, unix.SIGKILL)
		ps.out.wait()
	}
	for _, line := range s.Amiss() {
		ps.say(line)
	}
	lost := out.isLost()
	if lost != nil {
		ps.say(lost.Error())
	}
	if s.Fails() || lost != nil {
		return cmp.Or(d.exitCode(), netcmd.ExitOwn)
	}
	return d.exitCode()
}

// deaths sends the state of each process that has ended. This one is the init of its
// namespace, so it waits for those, too, that lost their parents.
func deaths() <-chan struct{} {
	children := make(chan os.Signal, 1)
	signal.Notify(children, syscall.SIGCHLD)
	died := make(chan struct{})
	go func() {
		for range children {
			died <- struct{}{}
		}
	}()
	return died
}

func (ps *processes) start(i int) error {
	child := ps.spec.Run.Children[i]
	cmd := ps.runner.Command(ps.steps[i])
	cmd.Env = netcmd.Carry(cmd.Env)
	// Without a terminal, into which it could type. The process group that comes
	// with a session is the one that Ctrl+C is for.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	look := ps.ready.logs[i]
	if look != nil {
		look.reset()
	}
	if err := startWithOutput(cmd, ps.steps[i].Place.Thread, child, ps.out, look); err != nil {
		return err
	}
	ps.recorder.Write(events.Event{Kind: events.Start, Child: child.Name, Node: child.Node})
	pid := cmd.Process.Pid
	cmd.Process.Release() // it is reaped by number
	ps.byPID[pid] = &process{child: i, guest: child.IsGuest() && !ps.spec.Run.NoProc, pid: pid}
	ps.times[i]++
	ps.ready.watch(started{i, ps.times[i]})
	return nil
}

func startWithOutput(cmd *exec.Cmd, there plan.Thread, child netcmd.Child, out *output, look *log) error {
	done, err := out.attach(cmd, child, look)
	if err != nil {
		return err
	}
	defer done()
	return netns.At(there, cmd.Start)
}

func (ps *processes) isDown(i int) bool {
	child := ps.spec.Run.Children[i]
	if !child.IsGuest() {
		return false
	}
	_, err := os.Lstat(netcmd.DownFile(ps.spec.Run.RunDir(), child.Node))
	return err == nil
}

func (ps *processes) waits(i int)            { ps.ready.waits(i) }
func (ps *processes) isReady(s started) bool { return ps.ready.isReady(s) }
func (ps *processes) why(i int) string       { return ps.ready.why(i) }

func (ps *processes) say(text string) { fmt.Fprintf(terminal.Err, "vagganet: %s\n", text) }

// reap takes the exits of all processes that ended, and returns the children's.
func (ps *processes) reap() []exit {
	var exits []exit
	for {
		var status unix.WaitStatus
		pid, err := unix.Wait4(-1, &status, unix.WNOHANG, nil)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil || pid == 0 {
			return exits
		}
		ps.requestDone(pid, CodeOf(status))
		ps.ready.reaped(pid, CodeOf(status))
		if pid == ps.order {
			ps.order = 0
			exits = append(exits, exit{anOrder, CodeOf(status)})
		}
		if p := ps.byPID[pid]; p != nil {
			delete(ps.byPID, pid)
			if ps.spec.Run.NoProc {
				unix.Kill(-pid, unix.SIGKILL) // no PID namespace does it
			}
			ps.ready.unwatch(p.child)
			code, child := CodeOf(status), ps.spec.Run.Children[p.child]
			ps.recorder.Write(events.Event{Kind: events.Exit, Child: child.Name, Node: child.Node, Code: &code})
			exits = append(exits, exit{p.child, code})
		}
	}
}

// CodeOf is a process's exit code as a shell has it: 128 and the number of the
// signal, if one ended it.
func CodeOf(status unix.WaitStatus) int {
	if status.Signaled() {
		return 128 + int(status.Signal())
	}
	return status.ExitStatus()
}

// send has a signal pending for all children: with INT and QUIT to the whole process
// group, as a terminal does, else to the command alone.
func (ps *processes) send(s syscall.Signal) {
	ps.signalDriver(s)
	ps.out.cutOff.Store(ps.order != 0 && ps.planned)
	for _, p := range ps.byPID {
		p.pending = s
	}
}

// sendPending sends the signals that are pending to commands that are there now.
func (ps *processes) sendPending() time.Duration {
	again := time.Duration(0)
	for _, p := range ps.byPID {
		if p.pending == 0 {
			continue
		}
		targets := ps.commands(p)
		ps.letGoOn(p)
		if len(targets) == 0 {
			again = retry
			continue
		}
		if p.pending != syscall.SIGINT && p.pending != syscall.SIGQUIT {
			targets = targets[:1]
		}
		for _, pid := range targets {
			unix.Kill(pid, p.pending)
		}
		p.pending = 0
	}
	return again
}

// letGoOn has a node go on that is paused: a stopped process gets no signal before that.
func (ps *processes) letGoOn(p *process) {
	node := ps.spec.Run.Children[p.child].Node
	if _, err := os.Lstat(netcmd.PausedFile(ps.spec.Run.RunDir(), node)); p.guest && err == nil {
		for _, pid := range runstate.Descendants(p.pid) {
			unix.Kill(pid, unix.SIGCONT)
		}
	}
}

// kill ends every process group; a guest's PID namespace ends with it.
func (ps *processes) kill() {
	for _, p := range ps.byPID {
		unix.Kill(-p.pid, unix.SIGKILL)
	}
}

// suspend stops whatever descends from this process, and so not what exec has
// brought in. Who stood still before will not be made to go on.
func (ps *processes) suspend() {
	ps.recorder.Write(events.Event{Kind: events.Suspend})
	if ps.spec.Run.NoProc {
		for _, p := range ps.byPID {
			unix.Kill(-p.pid, unix.SIGSTOP)
			ps.stopped = append(ps.stopped, -p.pid)
		}
		ps.announce(suspended)
		return
	}
	known := map[int]bool{}
	for news := true; news; {
		news = false
		for _, pid := range runstate.Descendants(os.Getpid()) {
			if known[pid] {
				continue
			}
			known[pid], news = true, true
			if !runstate.Stopped(pid) && unix.Kill(pid, unix.SIGSTOP) == nil {
				ps.stopped = append(ps.stopped, pid)
			}
		}
	}
	ps.announce(suspended)
}

func (ps *processes) resume() {
	ps.recorder.Write(events.Event{Kind: events.Resume})
	ps.signalDriver(syscall.SIGCONT)
	for _, pid := range ps.stopped {
		unix.Kill(pid, unix.SIGCONT)
	}
	ps.stopped = nil
}

// commands are the processes that a child's signals are for. Where /proc is not
// of this namespace, its numbers say nothing here, and the group is known by its
// own number alone.
func (ps *processes) commands(p *process) []int {
	if !ps.spec.Run.NoProc {
		return p.commands()
	}
	if p.pending == syscall.SIGINT || p.pending == syscall.SIGQUIT {
		return []int{-p.pid}
	}
	return []int{p.pid}
}

// commands are the child's own command, first, and what else is in its process
// group; none if it is not there yet. In a guest, the group has two more: the
// process that made the PID namespace and that namespace's init. Both must stay
// until the command has ended.
func (p *process) commands() []int {
	first := []int{p.pid}
	if p.guest {
		first = nil
		for _, init := range runstate.Children(p.pid) {
			if !runstate.SetUp(init) {
				continue // what is there is not the command, and must not be ended
			}
			first = append(first, runstate.Children(init)...)
		}
	}
	var group []int
	for len(first) > 0 {
		pid := first[0]
		first = append(first[1:], runstate.Children(pid)...)
		if pgid, err := unix.Getpgid(pid); err == nil && pgid == p.pid {
			group = append(group, pid)
		}
	}
	return group
}
