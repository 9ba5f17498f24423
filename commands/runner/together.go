package runner

import (
	"bytes"
	"context"
	"io"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"vagganet/commands/netns"
	"vagganet/netcmd/plan"
)

// started is a step whose command runs, or that needs none.
type started struct {
	step           plan.Step
	cmd            *exec.Cmd      // nil if the step makes files
	stdin          io.WriteCloser // nil if the step has no input
	input          string
	stdout, stderr bytes.Buffer
	err            error // why it didn't start, or what it failed of
	ended          time.Time
}

// together starts the steps, then gives all of them their input, then waits for
// all. It returns an error for each, nil for those that were done. If one can't
// be started, none of them gets any input.
func (r *Runner) together(ctx context.Context, steps plan.Plan) []error {
	var all []*started
	var failed bool
	for _, s := range steps {
		r.trace(s)
		one := r.start(ctx, s)
		all = append(all, one)
		if failed = one.err != nil; failed {
			break
		}
	}
	switch {
	case failed:
		for _, one := range all {
			one.feed("")
		}
	case len(all) == 1:
		go all[0].feed(all[0].input)
	default:
		go feedTogether(all)
	}
	errs := make([]error, len(all))
	var waiting sync.WaitGroup
	for i, one := range all {
		waiting.Add(1)
		go func() {
			defer waiting.Done()
			errs[i] = one.wait()
		}()
	}
	waiting.Wait()
	for _, one := range all {
		r.capture(one)
	}
	r.Skew = max(r.Skew, skew(all))
	return errs
}

// skew is how far apart the first and the last of them have ended.
func skew(all []*started) time.Duration {
	first, last := all[0].ended, all[0].ended
	for _, one := range all {
		if one.ended.Before(first) {
			first = one.ended
		} else if one.ended.After(last) {
			last = one.ended
		}
	}
	return last.Sub(first)
}

// start starts a step, which waits for its input then.
func (r *Runner) start(ctx context.Context, s plan.Step) *started {
	one := &started{step: s}
	if s.Files != nil {
		one.err = r.makeFiles(s.Files)
		return one
	}
	one.cmd = r.command(ctx, s, &one.err)
	one.input = r.expand(s.Stdin, &one.err)
	one.cmd.Stdout, one.cmd.Stderr = &one.stderr, &one.stderr
	if s.Capture != "" {
		one.cmd.Stdout = &one.stdout
	}
	// Error messages are looked at, in English.
	one.cmd.Env = append(one.cmd.Env, "LC_ALL=C")
	if s.Stdin != "" && one.err == nil {
		one.stdin, one.err = one.cmd.StdinPipe()
	}
	if one.err == nil {
		one.err = netns.At(s.Place.Thread, one.cmd.Start)
	}
	return one
}

func (one *started) wait() error {
	if one.err == nil && one.cmd != nil {
		one.err = one.cmd.Wait()
	}
	one.ended = time.Now()
	if one.err == nil {
		return nil
	}
	failed := &StepError{Step: one.step, Code: -1, Err: one.err, Stderr: one.stderr.String()}
	if one.cmd != nil {
		failed.Argv, failed.Code = one.cmd.Args, one.cmd.ProcessState.ExitCode()
		if one.step.Place.Thread != (plan.Thread{}) {
			failed.Argv = append(slices.Clone(one.step.Place.Enter), failed.Argv...)
		}
	}
	return failed
}

// capture keeps what a step said that was done.
func (r *Runner) capture(one *started) {
	if one.err == nil && one.step.Says {
		r.Said += one.stderr.String()
	}
	if one.err == nil && one.step.Capture != "" {
		r.Set(one.step.Capture, strings.TrimRight(one.stdout.String(), "\n"))
	}
}
