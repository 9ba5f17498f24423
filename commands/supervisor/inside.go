package supervisor

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"vagganet/commands/events"
	"vagganet/commands/messages"
	"vagganet/commands/nodes"
	"vagganet/commands/ports"
	"vagganet/commands/prober"
	"vagganet/commands/runner"
	"vagganet/commands/runstate"
	"vagganet/commands/terminal"
	"vagganet/netcmd"
	"vagganet/netcmd/gateway"
	"vagganet/netcmd/plan"
)

// Inside is the process inside, as the program's main function. Report writes
// an error for the user, and allowed checks what guests ask for.
func Inside(report func(error), allowed Allowed) int {
	result := os.NewFile(resultFD, "result")
	var asks waits
	code := inside(report, allowed, func(word string) { fmt.Fprintln(result, word) }, &asks)
	if terminal.Err.Lost() != nil {
		code = cmp.Or(code, netcmd.ExitOwn) // a message that nobody got
	}
	fmt.Fprintln(result, code)
	asks.finish()
	return code
}

func inside(report func(error), allowed Allowed, announce func(word string), asks *waits) int {
	// Guests that are not root must be able to read what is made for them.
	syscall.Umask(0o022)
	CloseInherited()
	resetSignals()
	control := bufio.NewReader(os.NewFile(controlFD, "control"))
	var spec Spec
	line, err := control.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &spec)
	}
	if err != nil {
		report(fmt.Errorf("the supervisor was not told what to run: %w", err))
		return netcmd.ExitOwn
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	heard := heard{signals: make(chan syscall.Signal), driver: make(chan int, 1), finished: make(chan int, 1)}
	go listenDirectly(heard.signals, cancel)
	r := &runner.Runner{}
	if spec.Trace {
		r.Trace = terminal.Err
	}
	steps := spec.Run.Plan()[0].Inside
	name, err := runstate.Register(spec.Run.RunsDir(), spec.Run.Isolated != nil, spec.RunFolders, steps.Name.Wanted, spec.Token, steps.Name.Exact)
	if err != nil {
		report(err)
		return netcmd.ExitOwn
	}
	defer name.Release()
	go listen(control, heard, cancel, name.Release)
	spec.Run.Name = name.Name
	r.Set(steps.Name.Variable, name.Name)
	r.Set(steps.Name.Token, spec.Token)
	troubles := lookForTroubles(spec)
	network, children := steps.Plan.Children()
	asks.heard, asks.logs = heard, logsOf(spec)
	if asks.in, err = setUp(ctx, r, spec.Run, network); err != nil {
		return setUpFailed(err, report)
	}
	requests, err := messages.ListenForRequests(spec.Run.RunDir())
	if err != nil {
		return setUpFailed(err, report)
	}
	sayUp(spec.Run)
	for _, t := range <-troubles {
		report(t)
	}
	recorder := begin(spec, r)
	code := supervise(spec, r, children, recorder, announce, heard, asks, requestsFor{allowed, requests})
	recorder.Write(events.Event{Kind: events.RunEnd, Code: &code})
	if err := recorder.Close(); err != nil {
		report(fmt.Errorf("the run's events could not be written: %w", err))
		code = cmp.Or(code, netcmd.ExitOwn)
	}
	return code
}

// sayUp writes to a terminal that the run's network is up, and what to
// call it by.
func sayUp(run netcmd.Run) {
	guests := fmt.Sprintf("%d guests", len(run.Guests))
	if len(run.Guests) == 1 {
		guests = "one guest"
	}
	if terminal.Err.IsTerminal() {
		fmt.Fprintf(terminal.Err, "vagganet: run %s is up, with %s\n", run.Name, guests)
	}
}

// lookForTroubles tries in the background what the host's firewall makes of the
// guests' packets: it may have been reloaded since the gateway was made. Where that
// can't be tried, nothing is known.
func lookForTroubles(spec Spec) <-chan []gateway.Trouble {
	troubles := make(chan []gateway.Trouble, 1)
	if spec.Reach == nil {
		close(troubles)
		return troubles
	}
	go func() {
		defer close(troubles)
		if found, err := prober.Reach(*spec.Reach, gatewayNet(spec.Run)); err == nil {
			troubles <- spec.Reach.Troubles(found)
		}
	}()
	return troubles
}

// begin writes down that the run's network is up, as the first of its events.
func begin(spec Spec, r *runner.Runner) *events.Writer {
	if !spec.Events {
		return events.NewWriter(nil)
	}
	recorder := events.NewWriter(os.NewFile(eventsFD, "events"))
	slot := -1
	if number, err := r.Var(netcmd.SlotVariable); err == nil {
		slot, _ = strconv.Atoi(number) // else there is no gateway
	}
	e := events.Event{Kind: events.RunBegin, Seed: &spec.Run.Seed, Run: spec.Run.Name, Command: spec.Run.Command, Slot: &slot}
	for _, g := range spec.Run.Guests {
		e.Guests = append(e.Guests, events.Guest{Name: g.Name, IP: g.IP, Hostname: g.Hostname})
	}
	recorder.Write(e)
	for _, g := range spec.Run.Guests {
		recorder.Write(events.Event{Kind: events.NodeUp, Node: g.Name, IP: g.IP})
	}
	return recorder
}

// Interrupted is the signal that ended what was being done: a verb, or the
// setting up of a run's network.
type Interrupted syscall.Signal

func (i Interrupted) Error() string { return "stopped by signal: " + syscall.Signal(i).String() }

// heard is what the process outside sends.
type heard struct {
	signals chan syscall.Signal
	// driver is the driver's exit code, and finished that of the process outside.
	driver, finished chan int
}

// listen passes on what comes: signals, and the driver's end. The pipe's end is the end of the process outside:
// then nobody is left to ask, and this process gives its name back and ends at
// once, and all with it.
func listen(control io.ByteReader, to heard, cancel context.CancelCauseFunc, release func()) {
	read := func() byte {
		b, err := control.ReadByte()
		if err != nil {
			release()
			os.Exit(128 + int(syscall.SIGKILL))
		}
		return b
	}
	for {
		b := read()
		switch b {
		case driverHasEnded:
			to.driver <- int(read())
			continue
		case hasFinished:
			to.finished <- int(read())
			continue
		}
		s := syscall.Signal(b)
		if s != syscall.SIGTSTP && s != syscall.SIGCONT {
			cancel(Interrupted(s))
		}
		to.signals <- s
	}
}

// listenDirectly takes signals that are sent to this process itself. That they
// are caught here also means that children begin with their usual effect, even
// where the program was started in the background of a script, which ignores
// the keyboard's.
func listenDirectly(signals chan<- syscall.Signal, cancel context.CancelCauseFunc) {
	direct := make(chan os.Signal, 8)
	signal.Notify(direct, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM, syscall.SIGHUP)
	for s := range direct {
		cancel(Interrupted(s.(syscall.Signal)))
		signals <- s.(syscall.Signal)
	}
}

func setUpFailed(err error, report func(error)) int {
	var by Interrupted
	if errors.As(err, &by) {
		report(by)
		return 128 + int(by)
	}
	report(err)
	return netcmd.ExitOwn
}

// setUp builds the run's network, by all steps before the children. Nothing has to
// be undone here if that fails: it all hangs from this process, but for ports at the
// gateway, which the process outside closes. Commands that find the run can speak to
// it by what is returned: they find it once the last step is done.
func setUp(ctx context.Context, r *runner.Runner, run netcmd.Run, network plan.Plan) (<-chan messages.Received, error) {
	r.Free = func(n *plan.Numbers) (int, error) { return freeSlot(run, n) }
	r.Nodes = func(ctx context.Context, s plan.Step) error { return nodes.Make(ctx, run.Program, s) }
	r.Open = func(ctx context.Context, s plan.Step) error {
		removed, err := ports.Open(ctx, r, run, s)
		for _, line := range ports.Describe(removed) {
			fmt.Fprintln(terminal.Err, "vagganet: "+line)
		}
		return err
	}
	last := len(network) - 1
	if err := r.Run(ctx, network[:last]); err != nil {
		return nil, err
	}
	asks, err := messages.Listen(run.RunDir())
	if err != nil {
		return nil, err
	}
	return asks, r.Run(ctx, network[last:])
}
