package commands

import (
	"os"

	"github.com/urfave/cli/v2"

	"vagganet/commands/runner"
	"vagganet/netcmd/plan"
)

// apply is the one place where a plan is either printed or run.
func (a App) apply(c *cli.Context, title string, p plan.Plan) error {
	if c.Bool("dry-run") {
		return plan.Script(os.Stdout, title, p)
	}
	if err := a.checkTools(p); err != nil {
		return err
	}
	return newRunner(c).Run(c.Context, p)
}

func newRunner(c *cli.Context) *runner.Runner {
	r := &runner.Runner{}
	if c.Bool("trace") {
		r.Trace = os.Stderr
	}
	return r
}
