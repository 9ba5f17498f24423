package runner

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"vagganet/netcmd/plan"
)

// NoneLeftError means that a step needs a number, and all are taken.
type NoneLeftError struct{ *plan.Numbers }

func (e *NoneLeftError) Error() string { return e.None }

// Help returns what helps.
func (e *NoneLeftError) Help() string { return e.Cure }

// withNumber does a step with a number that nobody else has, and sets the variables
// that follow from it. Who is faster keeps a number that seemed to be free; then the
// next one is tried.
func (r *Runner) withNumber(ctx context.Context, s plan.Step) error {
	n := s.Numbers
	number := -1
	for range n.Count {
		if number++; r.Free != nil {
			free, err := r.Free(n)
			if err != nil {
				return err
			}
			number = free
		}
		if number >= n.Count {
			break
		}
		r.Set(n.Name, strconv.Itoa(number))
		for _, v := range n.Values {
			r.Set(v.Name, v.Of(number))
		}
		one := r.start(ctx, s)
		go one.feed(one.input)
		err := one.wait()
		var failed *StepError
		if errors.As(err, &failed) && strings.Contains(failed.Stderr, n.Taken) && context.Cause(ctx) == nil {
			continue
		}
		return err
	}
	return &NoneLeftError{n}
}
