package runner

import (
	"context"
	"runtime"

	"vagganet/netcmd/plan"
)

// inAnyOrder does the steps side by side, a few at a time: more than there are
// processors, since they often wait for the kernel, but not hundreds. It returns
// an error for each step that was begun, nil for those that were done; when one
// fails, and none can be started any more once the context has ended, no other
// one is begun.
func (r *Runner) inAnyOrder(ctx context.Context, steps plan.Plan) []error {
	type end struct {
		step int
		err  error
	}
	ends := make(chan end)
	all, errs := make([]*started, len(steps)), make([]error, len(steps))
	next, running, failed := 0, 0, false
	for {
		for next < len(steps) && running < 2*runtime.GOMAXPROCS(0) && !failed {
			i, s := next, steps[next]
			next, running = next+1, running+1
			r.trace(s)
			switch {
			case s.Numbers != nil:
				go func() { ends <- end{i, r.withNumber(ctx, s)} }()
				continue
			case s.Nodes != nil && r.Nodes != nil:
				go func() { ends <- end{i, r.Nodes(ctx, s)} }()
				continue
			}
			all[i] = r.start(ctx, s)
			go all[i].feed(all[i].input)
			go func() { ends <- end{i, all[i].wait()} }()
		}
		if running == 0 {
			break
		}
		ended := <-ends
		running--
		errs[ended.step] = ended.err
		failed = failed || ended.err != nil && !steps[ended.step].MayFail
	}
	for _, one := range all[:next] {
		if one != nil {
			r.capture(one)
		}
	}
	return errs[:next]
}
