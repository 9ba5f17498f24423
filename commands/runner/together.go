package runner

import (
	"bytes"
	"context"
	"io"
	"os/exec"
	"strings"

	"vagganet/netcmd/plan"
)

// started is a step whose command runs.
type started struct {
	step           plan.Step
	cmd            *exec.Cmd
	stdout, stderr bytes.Buffer
	err            error // why it didn't start
}

// together starts the steps, then gives all of them their input, then waits for
// all. It returns an error for each, nil for those that were done. If one can't
// be started, none of them gets any input.
func (r *Runner) together(ctx context.Context, steps plan.Plan) []error {
	var all []*started
	gate := &gate{open: make(chan struct{})}
	for _, s := range steps {
		one := r.start(ctx, s, gate)
		all = append(all, one)
		if one.err != nil {
			gate.shut = true
			break
		}
	}
	close(gate.open)
	errs := make([]error, len(all))
	for i, one := range all {
		errs[i] = one.wait()
		r.capture(one)
	}
	return errs
}

func (r *Runner) start(ctx context.Context, s plan.Step, g *gate) *started {
	r.trace(s)
	one := &started{step: s, cmd: r.command(ctx, s)}
	if s.Stdin != "" {
		one.cmd.Stdin = gated{g, strings.NewReader(plan.Expand(s.Stdin, r.Var))}
	}
	one.cmd.Stdout, one.cmd.Stderr = &one.stderr, &one.stderr
	if s.Capture != "" {
		one.cmd.Stdout = &one.stdout
	}
	// Error messages are looked at, in English.
	one.cmd.Env = append(one.cmd.Env, "LC_ALL=C")
	one.err = one.cmd.Start()
	return one
}

func (one *started) wait() error {
	if one.err == nil {
		one.err = one.cmd.Wait()
	}
	if one.err != nil {
		return &StepError{Step: one.step, Argv: one.cmd.Args, Code: one.cmd.ProcessState.ExitCode(),
			Err: one.err, Stderr: one.stderr.String()}
	}
	return nil
}

// capture keeps what a step said that was done.
func (r *Runner) capture(one *started) {
	if one.err == nil && one.step.Capture != "" {
		r.set(one.step.Capture, strings.TrimRight(one.stdout.String(), "\n"))
	}
}

// openGate holds nothing back.
var openGate = func() *gate {
	g := &gate{open: make(chan struct{})}
	close(g.open)
	return g
}()

// gate holds back input until it is open. If it is shut by then, the input is
// empty.
type gate struct {
	open chan struct{}
	shut bool
}

type gated struct {
	*gate
	text io.Reader
}

func (g gated) Read(b []byte) (int, error) {
	<-g.open
	if g.shut {
		return 0, io.EOF
	}
	return g.text.Read(b)
}
