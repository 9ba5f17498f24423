package supervisor

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"vagganet/commands/messages"
)

// Allowed checks a guest's request, and returns the program's arguments for it.
type Allowed func(messages.Request) ([]string, error)

// requestsFor is where guests' requests come from, and how they are checked.
type requestsFor struct {
	allowed Allowed
	in      <-chan *messages.Requested
}

// requests are what guests ask of the run, as functions to be called by its loop.
func (ps *processes) requests(from requestsFor) <-chan func() {
	todo := make(chan func())
	go func() {
		for r := range from.in {
			todo <- func() { ps.carryOutRequest(from.allowed, r) }
			go func() {
				<-r.Gone
				todo <- func() { ps.dropRequest(r, unix.SIGTERM) }
				time.Sleep(requestPatience)
				todo <- func() { ps.dropRequest(r, unix.SIGKILL) }
			}()
		}
	}()
	return todo
}

// carryOutRequest runs one of the program's verbs for a guest, as a bridge command
// would. It writes to the guest's own files.
func (ps *processes) carryOutRequest(allowed Allowed, r *messages.Requested) {
	argv, err := allowed(r.Request)
	if err != nil {
		r.Refuse(err)
		return
	}
	cmd := ps.ownVerb(argv)
	cmd.Stdout, cmd.Stderr = r.Stdout, r.Stderr
	if err := cmd.Start(); err != nil {
		r.Refuse(fmt.Errorf("the run could not start it: %w", err))
		return
	}
	r.CloseFiles()
	ps.requested[cmd.Process.Pid] = r
	cmd.Process.Release() // it is reaped by number
}

// requestPatience is how long a verb may take to end that nobody waits for. It may
// wait itself, for a reader of what it prints.
const requestPatience = 10 * time.Second

// dropRequest stops what nobody waits for any more.
func (ps *processes) dropRequest(r *messages.Requested, s unix.Signal) {
	for pid, other := range ps.requested {
		if other == r {
			unix.Kill(-pid, s)
		}
	}
}

// requestDone answers a request if it was that process that carried it out.
func (ps *processes) requestDone(pid, code int) {
	if r := ps.requested[pid]; r != nil {
		delete(ps.requested, pid)
		r.Done(code)
	}
}
