// Package runner runs plans: one host tool after another, and what undoes them
// if one fails.
package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"sync"
	"syscall"
	"time"

	"vagganet/netcmd/plan"
)

// patience is how long a tool may go on after the user said stop.
const usualPatience = 5 * time.Second

var patience = usualPatience // shorter in tests

// Runner runs steps and remembers what they say.
type Runner struct {
	// Trace gets each step before it is run, as a script has it; nil for none.
	Trace io.Writer
	// Said is what steps have had to say that were done, for the user.
	Said string
	// Lock is kept open by every tool that is started; nil for none. So a lock
	// on it holds until the last tool is done, even if this process is killed.
	Lock *os.File
	// Skew is how far apart the first and the last of steps that were done
	// together have ended; of several such groups, the longest.
	Skew time.Duration
	// Free, if not nil, returns the first number that seems to be free, for a step
	// that takes one (plan.Numbers); its count for none.
	Free func(*plan.Numbers) (int, error)
	// Open, if not nil, does a step that others may have taken something of
	// (plan.Holders).
	Open func(context.Context, plan.Step) error
	// Nodes, if not nil, does a step that makes namespaces (plan.Nodes).
	Nodes func(context.Context, plan.Step) error

	mu   sync.Mutex // over all below, and Trace and Said
	vars map[string]string
	// tools are the paths of those that were found.
	tools map[string]string
}

// Var returns what a step has captured under that name, or the error that none has.
func (r *Runner) Var(name string) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	value, captured := r.vars[name]
	if !captured {
		return "", fmt.Errorf("%q is not known: no step has captured it", name)
	}
	return value, nil
}

// Set gives a variable a value that no step captures.
func (r *Runner) Set(name, value string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.vars == nil {
		r.vars = map[string]string{}
	}
	r.vars[name] = value
}

// expand puts values into a step's words. Missing becomes the first error of Var.
func (r *Runner) expand(text string, missing *error) string {
	return plan.Expand(text, func(name string) string {
		if env, ok := plan.EnvName(name); ok {
			return os.Getenv(env)
		}
		value, err := r.Var(name)
		*missing = cmp.Or(*missing, err)
		return value
	})
}

// Run does the plan's steps, one after another, together or in any order. When
// one fails, or the context ends, it undoes those that were done, the last one
// first, and goes on undoing past failures. The error is a *StepError, or the
// context's cause.
func (r *Runner) Run(ctx context.Context, p plan.Plan) error {
	var done plan.Plan
	before := 0
	for _, group := range p.Groups() {
		if err := context.Cause(ctx); err != nil {
			return errors.Join(err, r.undo(ctx, done.Undo()))
		}
		errs := r.group(ctx, group)
		var first error
		for i, err := range errs {
			if err == nil || (tolerated(group[i], err) && ctx.Err() == nil) {
				done = append(done, group[i])
				continue
			}
			if bySignal(err) {
				done = append(done, maybeDone(group[i]))
			}
			if first == nil {
				first = numbered(err, before+i+1, len(p))
			}
		}
		if first != nil && stopped(ctx, first) {
			first = context.Cause(ctx)
		}
		if first != nil {
			return errors.Join(first, r.undo(ctx, done.Undo()))
		}
		before += len(group)
	}
	return nil
}

func (r *Runner) group(ctx context.Context, group plan.Plan) []error {
	switch {
	case group[0].Holders != nil && r.Open != nil:
		return []error{r.Open(ctx, group[0])}
	case group[0].AnyOrder != "" || group[0].Numbers != nil || group[0].Nodes != nil:
		return r.inAnyOrder(ctx, group)
	}
	return r.together(ctx, group)
}

func numbered(err error, number, of int) error {
	var failed *StepError
	if errors.As(err, &failed) {
		failed.Number, failed.Of = number, of
	}
	return err
}

// tolerated reports whether a step's failure is none.
func tolerated(s plan.Step, err error) bool {
	var failed *StepError
	return errors.As(err, &failed) && failed.Code >= 0 && s.Tolerates(failed.Stderr) || s.MayFail
}

// bySignal reports whether a signal ended the tool: Ctrl+C is the tool's, too.
func bySignal(err error) bool {
	var failed *StepError
	var exit *exec.ExitError
	if !errors.As(err, &failed) || !errors.As(failed.Err, &exit) {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled()
}

// stopped reports whether a step failed since the user said stop. A signal of the
// terminal's comes to the tool, too, and may be known here a moment later.
func stopped(ctx context.Context, err error) bool {
	if ctx.Err() == nil && bySignal(err) {
		select {
		case <-ctx.Done():
		case <-time.After(200 * time.Millisecond):
		}
	}
	return ctx.Err() != nil
}

// maybeDone is a step whose tool had no time to say whether it was done: what
// takes it back may find nothing.
func maybeDone(s plan.Step) plan.Step {
	s.Undo = slices.Clone(s.Undo)
	for i := range s.Undo {
		s.Undo[i].MayFail = true
	}
	return s
}

// undo runs all of the plan, whatever fails, but for what would take the
// evidence away that something is left.
func (r *Runner) undo(ctx context.Context, p plan.Plan) error {
	var failures []error
	for i, s := range p {
		if s.Evidence && failures != nil {
			continue
		}
		err := r.together(context.WithoutCancel(ctx), plan.Plan{s})[0]
		if err == nil || tolerated(s, err) {
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

// Command is the step as a command to be started by the caller, in the caller's
// environment and with the step's; where the step's Thread leads to, if it has one.
func (r *Runner) Command(s plan.Step) *exec.Cmd {
	r.trace(s)
	var missing error
	cmd := r.command(context.Background(), s, &missing)
	if cmd.Err == nil {
		cmd.Err = missing // which is what starting it returns
	}
	return cmd
}

func (r *Runner) command(ctx context.Context, s plan.Step, missing *error) *exec.Cmd {
	words := s.Words()
	if s.Place.Thread != (plan.Thread{}) {
		words = words[len(s.Place.Enter):]
	}
	for i, w := range words {
		words[i] = r.expand(w, missing)
	}
	cmd := exec.CommandContext(ctx, r.find(words[0]), words[1:]...)
	cmd.Args[0] = words[0]
	// A tool is done in a moment, and better not half.
	cmd.Cancel = func() error { return os.ErrProcessDone }
	cmd.WaitDelay = patience
	if r.Lock != nil {
		cmd.ExtraFiles = []*os.File{r.Lock}
	}
	if cmd.Env = os.Environ(); s.OnlyEnv {
		cmd.Env = []string{}
	}
	for _, e := range s.Env {
		cmd.Env = append(cmd.Env, r.expand(e, missing))
	}
	return cmd
}

// find returns the path of a tool; its name if there is none. PATH is searched once for
// each: a run starts the same few tools for all of its guests.
func (r *Runner) find(tool string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	path, found := r.tools[tool]
	if found {
		return path
	}
	path, err := exec.LookPath(tool)
	if err != nil {
		return tool // for exec.Command to say so
	}
	if r.tools == nil {
		r.tools = map[string]string{}
	}
	r.tools[tool] = path
	return path
}

func (r *Runner) trace(s plan.Step) {
	if r.Trace != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		fmt.Fprint(r.Trace, "+ "+plan.Line(s))
	}
}
