package commands

import (
	"context"

	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/hints"
	"vagganet/commands/job"
	"vagganet/commands/runner"
	"vagganet/commands/terminal"
	"vagganet/netcmd/plan"
)

// There are two forks between printing and running: apply, for a plan, and
// foreground, for one command with the terminal. A command is no plan's last
// step: it is not captured, not undone, and its exit code is no error.

// apply prints a plan, or runs it.
func (a App) apply(c *cli.Context, title string, p plan.Plan) error {
	return a.applyBy(c, title, p, newRunner(c).Run)
}

// applyBy prints a plan, or has it run by somebody who does more besides.
func (a App) applyBy(c *cli.Context, title string, p plan.Plan, run func(context.Context, plan.Plan) error) error {
	if c.Bool("dry-run") {
		return plan.Script(terminal.Out.Script(), title, p)
	}
	if err := a.checkTools(p); err != nil {
		return err
	}
	return run(c.Context, p)
}

// foreground prints a step, or runs it with the caller's terminal and passes on
// its exit code. Through says that the step leads to its command by way of a
// process inside.
func (a App) foreground(c *cli.Context, s plan.Step, through bool) error {
	if c.Bool("dry-run") {
		return plan.Script(terminal.Out.Script(), title(c, "a command in "+s.Place.Name), plan.Plan{s})
	}
	code, err := job.Run(newRunner(c).Command(s), through)
	if err != nil {
		return err
	}
	return cmdline.PassOn(code)
}

func newRunner(c *cli.Context) *runner.Runner {
	r := &runner.Runner{}
	if c.Bool("trace") {
		r.Trace = terminal.Err
	}
	return r
}

// checkTools returns an error if a tool of a plan is not there, before anything is
// changed.
func (a App) checkTools(p plan.Plan) error {
	there := map[string]bool{}
	for _, s := range p.All() {
		for _, tool := range s.Tools() {
			if there[tool] = there[tool] || a.Machine.Has(tool); !there[tool] {
				return hints.MissingTool(tool)
			}
		}
	}
	return nil
}
