// Package runner runs plans: one host tool after another, and what undoes them
// if one fails.
package runner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"vagganet/netcmd/plan"
)

// patience is how long a tool may go on after the user said stop.
const patience = 5 * time.Second

// Runner runs steps and remembers what they say.
type Runner struct {
	// Trace gets each step before it is run, as a script has it; nil for none.
	Trace io.Writer

	vars map[string]string
}

// Var is a variable that a step captured, or else of the environment.
func (r *Runner) Var(name string) string {
	if value, ok := r.vars[name]; ok {
		return value
	}
	return os.Getenv(name)
}

// Run does the plan's steps one after another. When one fails, or the context
// ends, it undoes those that were done, the last one first, and goes on undoing
// past failures. The error is a *StepError, or the context's cause.
func (r *Runner) Run(ctx context.Context, p plan.Plan) error {
	for i, s := range p {
		err := context.Cause(ctx)
		if err == nil {
			err = r.step(ctx, s)
		}
		if err == nil || (s.MayFail && ctx.Err() == nil) {
			continue
		}
		var failed *StepError
		if errors.As(err, &failed) {
			failed.Number, failed.Of = i+1, len(p)
		}
		return errors.Join(err, r.undo(ctx, p[:i].Undo()))
	}
	return nil
}

// undo runs all of the plan, whatever fails.
func (r *Runner) undo(ctx context.Context, p plan.Plan) error {
	var failures []error
	for i, s := range p {
		err := r.step(context.WithoutCancel(ctx), s)
		if err == nil || s.MayFail {
			continue
		}
		var failed *StepError
		if errors.As(err, &failed) {
			failed.Number, failed.Of, failed.Undoing = i+1, len(p), true
		}
		failures = append(failures, err)
	}
	return errors.Join(failures...)
}

func (r *Runner) step(ctx context.Context, s plan.Step) error {
	r.trace(s)
	var stdout, stderr bytes.Buffer
	cmd := r.command(ctx, s)
	if s.Stdin != "" {
		cmd.Stdin = strings.NewReader(plan.Expand(s.Stdin, r.Var))
	}
	cmd.Stdout, cmd.Stderr = &stderr, &stderr
	if s.Capture != "" {
		cmd.Stdout = &stdout
	}
	// Error messages are looked at, in English.
	cmd.Env = append(cmd.Env, "LC_ALL=C")
	if err := cmd.Run(); err != nil {
		return &StepError{Step: s, Argv: cmd.Args, Code: cmd.ProcessState.ExitCode(), Err: err, Stderr: stderr.String()}
	}
	if s.Capture != "" {
		r.set(s.Capture, strings.TrimRight(stdout.String(), "\n"))
	}
	return nil
}

func (r *Runner) set(name, value string) {
	if r.vars == nil {
		r.vars = map[string]string{}
	}
	r.vars[name] = value
}

// Command is the step as a command to be started by the caller, in the caller's
// environment and with the step's.
func (r *Runner) Command(s plan.Step) *exec.Cmd {
	r.trace(s)
	return r.command(context.Background(), s)
}

func (r *Runner) command(ctx context.Context, s plan.Step) *exec.Cmd {
	words := s.Words()
	for i, w := range words {
		words[i] = plan.Expand(w, r.Var)
	}
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = patience
	if cmd.Env = os.Environ(); s.OnlyEnv {
		cmd.Env = []string{}
	}
	for _, e := range s.Env {
		cmd.Env = append(cmd.Env, plan.Expand(e, r.Var))
	}
	return cmd
}

func (r *Runner) trace(s plan.Step) {
	if r.Trace != nil {
		fmt.Fprint(r.Trace, "+ "+plan.Line(s))
	}
}
