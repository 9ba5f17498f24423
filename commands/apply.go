package commands

import (
	"os"

	"github.com/urfave/cli/v2"

	"vagganet/commands/job"
	"vagganet/commands/runner"
	"vagganet/netcmd/plan"
)

// There are two forks between printing and running: apply, for a plan, and
// foreground, for one command with the terminal. A command is no plan's last
// step: it is not captured, not undone, and its exit code is no error.

// apply prints a plan, or runs it.
func (a App) apply(c *cli.Context, title string, p plan.Plan) error {
	return a.applyUnder(c, nil, title, p)
}

// applyUnder is apply where a lock is held, which lasts as long as the tools do.
func (a App) applyUnder(c *cli.Context, lock *os.File, title string, p plan.Plan) error {
	if c.Bool("dry-run") {
		return plan.Script(os.Stdout, title, p)
	}
	if err := a.checkTools(p); err != nil {
		return err
	}
	r := newRunner(c)
	r.Lock = lock
	return r.Run(c.Context, p)
}

// foreground prints a step, or runs it with the caller's terminal and passes on
// its exit code. Through says that the step leads to its command by way of a
// process inside.
func (a App) foreground(c *cli.Context, s plan.Step, through bool) error {
	if c.Bool("dry-run") {
		return plan.Script(os.Stdout, title(c, "a command in "+s.Place.Name), plan.Plan{s})
	}
	code, err := job.Run(newRunner(c).Command(s), through)
	if err != nil {
		return err
	}
	return passOn(code)
}

func newRunner(c *cli.Context) *runner.Runner {
	r := &runner.Runner{}
	if c.Bool("trace") {
		r.Trace = os.Stderr
	}
	return r
}
