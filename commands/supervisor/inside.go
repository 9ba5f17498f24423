package supervisor

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"vagganet/commands/ports"
	"vagganet/commands/runner"
	"vagganet/commands/runstate"
	"vagganet/netcmd"
)

// Failed is the exit code of a run that could not be set up.
const Failed = 125

// Inside is the process inside, as the program's main function. Report writes
// an error for the user.
func Inside(report func(error)) int {
	result := os.NewFile(resultFD, "result")
	code := inside(report, func(word string) { fmt.Fprintln(result, word) })
	fmt.Fprintln(result, code)
	return code
}

func inside(report func(error), tell func(word string)) int {
	// Guests that are not root must be able to read what is made for them.
	syscall.Umask(0o022)
	syscall.CloseOnExec(controlFD)
	syscall.CloseOnExec(resultFD)
	control := bufio.NewReader(os.NewFile(controlFD, "control"))
	var spec Spec
	line, err := control.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &spec)
	}
	if err != nil {
		report(fmt.Errorf("the supervisor was not told what to run: %w", err))
		return Failed
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan syscall.Signal)
	go listen(control, signals, cancel)
	go listenDirectly(signals, cancel)
	r := &runner.Runner{}
	if spec.Trace {
		r.Trace = os.Stderr
	}
	name, err := runstate.Register(spec.Run.Gateway, spec.RunFolders, spec.Run.Name, spec.Run.Token, spec.ExactName)
	if err != nil {
		report(err)
		return Failed
	}
	defer name.Release()
	spec.Run.Name = name.Name
	if err := setUp(ctx, r, &spec.Run); err != nil {
		return setUpFailed(err, report)
	}
	return supervise(spec, r, signals, tell)
}

// Interrupted is the signal that ended what was being done: a verb, or the
// setting up of a run's network.
type Interrupted syscall.Signal

func (i Interrupted) Error() string { return "stopped by signal: " + syscall.Signal(i).String() }

// listen passes signals on. The pipe's end is the end of the process outside:
// then nobody is left to ask, and this process ends at once, and all with it.
func listen(control io.ByteReader, signals chan<- syscall.Signal, cancel context.CancelCauseFunc) {
	for {
		b, err := control.ReadByte()
		if err != nil {
			os.Exit(128 + int(syscall.SIGKILL))
		}
		s := syscall.Signal(b)
		if s != syscall.SIGTSTP && s != syscall.SIGCONT {
			cancel(Interrupted(s))
		}
		signals <- s
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
		return 128 + int(by)
	}
	report(err)
	return Failed
}

// setUp builds the run's network. Nothing has to be undone here if that fails:
// it all hangs from this process, but for ports at the gateway, which the
// process outside closes.
func setUp(ctx context.Context, r *runner.Runner, run *netcmd.Run) error {
	if err := r.Run(ctx, run.Prepare()); err != nil {
		return err
	}
	if err := claim(ctx, r, run); err != nil {
		return err
	}
	removed, err := ports.Open(ctx, r, *run)
	for _, line := range ports.Describe(removed) {
		fmt.Fprintln(os.Stderr, "vagganet: "+line)
	}
	if err != nil {
		return err
	}
	return r.Run(ctx, run.Connect())
}

// ErrNoSlot means that the gateway has as many runs as it can.
var ErrNoSlot = fmt.Errorf("all %d slots of the gateway are taken by other runs", netcmd.Slots)

// claim takes the first free slot. Another run may be faster: then the kernel
// refuses to make the device a second time, and the next slot is tried.
func claim(ctx context.Context, r *runner.Runner, run *netcmd.Run) error {
	if run.Gateway.Isolated != nil {
		return nil
	}
	network := run.Gateway.Network
	taken, err := gatewayDevices(run)
	if err != nil {
		return err
	}
	for n := range netcmd.Slots {
		run.Slot = network.Slot(n)
		if taken[run.Slot.GatewayDevice()] {
			continue
		}
		err := r.Run(ctx, run.Claim())
		var failed *runner.StepError
		if errors.As(err, &failed) && strings.Contains(failed.Stderr, "File exists") {
			continue
		}
		return err
	}
	return ErrNoSlot
}

// gatewayDevices lists the devices in the gateway. The kernel shows a thread what
// is in its own network, so one goes there if this process is elsewhere, and
// ends with it.
func gatewayDevices(run *netcmd.Run) (map[string]bool, error) {
	if !run.InCallersNet() {
		return devices()
	}
	gateway, err := os.Open(run.Gateway.NetNS())
	if err != nil {
		return nil, err
	}
	defer gateway.Close()
	var there map[string]bool
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and no unlocking
		err := unix.Setns(int(gateway.Fd()), unix.CLONE_NEWNET)
		if err == nil {
			there, err = devices()
		}
		done <- err
	}()
	err = <-done
	return there, err
}

func devices() (map[string]bool, error) {
	entries, err := os.ReadDir("/proc/sys/net/ipv4/conf")
	there := map[string]bool{}
	for _, e := range entries {
		there[e.Name()] = true
	}
	return there, err
}
