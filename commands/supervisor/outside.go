// Package supervisor runs a run: it enters the gateway, sets the network up,
// starts the children and waits for them.
//
// It is two processes. The one outside, which the user started, enters the
// namespaces by host tools and passes signals on through a pipe. The one inside
// is the first process of a PID namespace. When the pipe ends, because the one
// outside was killed, the one inside ends too, and the kernel takes everything
// else of the run with it.
package supervisor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"syscall"

	"vagganet/commands/faults"
	"vagganet/commands/runstate"
	"vagganet/netcmd"
	"vagganet/netcmd/gateway"
)

// Spec is what the process inside is told by the one outside.
type Spec struct {
	Run netcmd.Run `json:"run"`
	// Token tells the run from others of its name, earlier and later ones.
	Token string `json:"token"`
	// RunFolders are all in which a run can have a name.
	RunFolders []string `json:"run_folders"`
	// Prefix reports whether the children's lines get their names in front.
	Prefix bool `json:"prefix"`
	Trace  bool `json:"trace"`
	// Events reports whether the process inside gets a file to write events to, and
	// Lines that the children's lines are among them.
	Events bool `json:"events"`
	Lines  bool `json:"lines"`
	// Faults are the timeline, whose random ones depend on the run's seed.
	Faults []faults.Planned `json:"faults"`
	// Reach is what is tried of the host's firewall; nil for an isolated run.
	Reach *gateway.Reach `json:"reach,omitempty"`
	// Driver reports whether the process outside starts a driver.
	Driver bool `json:"driver,omitempty"`
	// Detached reports whether the run's output is a file of its own.
	Detached bool `json:"detached,omitempty"`
}

// Outside is what the process outside has to do with a run, besides passing on signals.
type Outside struct {
	// Events take the run's events; nil if nobody wants them.
	Events *os.File
	// Out is the folder of run --out, which has a file for each child; nil for none.
	Out *os.File
	// Driver starts the run's driver; nil where it has none.
	Driver StartDriver
	// Ready is called with the run's name once all children are ready; nil if nobody
	// wants to know.
	Ready func(run string)
	// Finish is called when the run has ended by itself, with its exit code, and returns
	// the exit code that the program will have.
	Finish func(code int) int
}

// The files of the process inside: signals come in, the exit code and, if
// somebody wants them, events go out.
const (
	controlFD = 3
	resultFD  = 4
	eventsFD  = 5
	outFD     = 6
)

// ErrNotInside means that the namespaces could not be entered.
var ErrNotInside = errors.New("the namespaces of the run could not be entered")

// Start runs a run to its end and returns its exit code. A context that has
// ended already, by a signal, keeps it from beginning; later signals come here
// themselves.
func Start(ctx context.Context, spec Spec, outside Outside) (int, error) {
	control, toInside, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	defer toInside.Close()
	fromInside, result, err := os.Pipe()
	if err != nil {
		return 0, err
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, Wanted(syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM, syscall.SIGHUP,
		syscall.SIGTSTP, syscall.SIGCONT)...)
	defer signal.Stop(signals)
	if err := context.Cause(ctx); err != nil {
		return 0, err
	}
	cmd := insideCommand(spec)
	cmd.ExtraFiles = []*os.File{control, result, outside.Events, outside.Out}
	spec.Events = outside.Events != nil
	spec.Driver = outside.Driver != nil
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrNotInside, err)
	}
	control.Close()
	result.Close()
	if err := json.NewEncoder(toInside).Encode(spec); err != nil && !errors.Is(err, syscall.EPIPE) {
		return 0, err
	}
	go func() {
		for s := range signals {
			toInside.Write([]byte{byte(s.(syscall.Signal))})
		}
	}()
	a := attendant{toInside: toInside, tellReady: outside.Ready, startDriver: outside.Driver, stood: make(chan struct{}, 1)}
	code, known := a.attend(fromInside)
	if known {
		code = outside.Finish(code)
		toInside.Write([]byte{hasFinished, byte(code)})
	}
	// First: the process inside ends when what led its driver there has seen the end of that.
	a.awaitDriver()
	waited := cmd.Wait()
	if known {
		return code, nil
	}
	return killedBy(waited)
}

// Wanted leaves out SIGHUP where it is ignored, as nohup has it. The keyboard's
// signals are wanted even so: scripts start what is in their background with
// them ignored, and pass them on by hand.
func Wanted(signals ...os.Signal) []os.Signal {
	return slices.DeleteFunc(signals, func(s os.Signal) bool {
		return s == syscall.SIGHUP && signal.Ignored(s)
	})
}

// insideCommand has a session of its own: a Ctrl+C comes to the run once, through
// this process, and nothing in the run has the caller's terminal.
func insideCommand(spec Spec) *exec.Cmd {
	words := append(spec.Run.Enter().Words(), spec.Run.Program, runstate.InsideVerb)
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	return cmd
}

// killedBy is the exit code where the process inside said none: it was killed, or never
// came to be.
func killedBy(waited error) (int, error) {
	var exit *exec.ExitError
	if errors.As(waited, &exit) {
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
			return 128 + int(status.Signal()), nil
		}
	}
	return 0, ErrNotInside
}
