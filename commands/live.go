package commands

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"vagganet/commands/checks"
	"vagganet/commands/hints"
	"vagganet/commands/runner"
	"vagganet/commands/runstate"
	"vagganet/netcmd/gateway"
	"vagganet/netcmd/links"
	"vagganet/netcmd/live"
	"vagganet/netcmd/plan"
)

// liveRun finds the run that a verb is about: the one the caller is in, or the
// one that --run names, or the only one there is.
func (a App) liveRun(c *cli.Context) (live.Run, error) {
	g, err := a.gateway(c)
	if err != nil {
		return live.Run{}, err
	}
	run, err := a.chosenRun(c, g)
	if err != nil {
		return live.Run{}, err
	}
	l, err := a.live(g, run)
	if run.Supervisor > 1 {
		c.App.Metadata[endedKey] = func() error { return a.checkLives(l) }
	}
	return l, err
}

// chosenRun finds that run, and doesn't look at its rules. One that is still being set up is
// returned with the error that it is.
func (a App) chosenRun(c *cli.Context, g gateway.Gateway) (runstate.Run, error) {
	wanted := c.String("run")
	if own := a.Machine.Inside(g); own != nil {
		if wanted != "" && wanted != own.Name {
			return runstate.Run{}, othersFromInside(own.Name)
		}
		if own.FromGuest {
			return runstate.Run{}, hints.With(fmt.Errorf("this is inside of a guest of run %s, which has no rights over the other nodes", own.Name),
				"from outside of the run, and from its bridge commands, it works; guests can call: %s", strings.Join(byRequest, ", "))
		}
		return *own, nil
	}
	runs, err := a.runs(g)
	if err != nil {
		return runstate.Run{}, err
	}
	return checks.ChooseRun(g, runs, wanted)
}

// endedKey is where an app has the function that says that its verb's run has
// ended.
const endedKey = "ended"

// checkLives returns an error if a run has ended since it was found.
func (a App) checkLives(l live.Run) error {
	if a.lives(l.Supervisor, l.Started) {
		return nil
	}
	return fmt.Errorf("run %s has ended", l.Run)
}

// lives reports whether a run is still there, by its first process and when that was
// started.
func (a App) lives(supervisor int, started int64) bool {
	if supervisor <= 1 {
		return true // seen from inside, where nothing outlives it
	}
	p := a.Machine.Process(supervisor)
	return p.State != "ended" && p.Started == started
}

// asEnded is what failed of a verb, or that its run has ended meanwhile: then
// what a tool, or a file, says of it helps nobody.
func asEnded(app *cli.App, err error) error {
	var step *runner.StepError
	var file *fs.PathError
	check, ok := app.Metadata[endedKey].(func() error)
	if !ok || !errors.As(err, &step) && !errors.As(err, &file) {
		return err
	}
	if ended := check(); ended != nil {
		return ended
	}
	return err
}

// runs lists the runs of a gateway that is there and is the user's, and the
// user's isolated ones.
func (a App) runs(g gateway.Gateway) ([]runstate.Run, error) {
	runs, err := a.Machine.Runs(g)
	switch {
	case os.IsNotExist(err):
		return nil, checks.NoGateway(g)
	case os.IsPermission(err):
		return nil, checks.OthersGateway(g, a.Machine.Facts(g).Gateway.Owner)
	}
	if err != nil {
		return nil, err
	}
	// Root can look into everybody's folders, but not work in others' user
	// namespaces.
	ofGateway := func(r runstate.Run) bool { return !r.Isolated }
	if os.Geteuid() == 0 && slices.ContainsFunc(runs, ofGateway) {
		return runs, checks.Owner(g, a.Machine.Facts(g))
	}
	return runs, nil
}

// live is a run to be worked on, with an iptables of the kind that the run's
// rules are of.
func (a App) live(g gateway.Gateway, r runstate.Run) (live.Run, error) {
	kernel := a.Machine.Kernel()
	l := live.Run{Info: *r.Info, Tools: g.Tools, Dir: r.Dir, UserNS: r.UserNS, Supervisor: r.Supervisor, Started: r.Started,
		IPv6: kernel.IPv6, BridgeFilter: kernel.BridgeFilter}
	if l.Ebtables == nil || g.Tools.Ebtables == nil {
		l.Tools.Ebtables = l.Ebtables
	}
	kind := plan.UsualIptables(l.Legacy)
	for _, tool := range []plan.Tool{g.Tools.Iptables, l.Iptables, kind} {
		if len(tool) > 0 && a.Machine.Has(tool[0]) && a.Machine.LegacyIptables(tool) == l.Legacy {
			l.Tools.Iptables = tool
			l.Legacy6 = a.Machine.LegacyIptables(l.Tools.Iptables6())
			return l, nil
		}
	}
	if !a.Machine.Has(g.Tools.Iptables[0]) {
		return l, nil // which is said by whoever needs it
	}
	return l, hints.With(fmt.Errorf("the rules of run %s are made by %s, but here is only %s, which is of another kind", l.Run, l.Iptables, g.Tools.Iptables),
		"install %s, or start the run with VAGGANET_IPTABLES naming the other kind", kind)
}

// readFaults reads what is cut in a run, and how its links are shaped.
func (a App) readFaults(c *cli.Context, l live.Run) (links.Faults, error) {
	now, err := readRules(c, l)
	if err == nil {
		err = a.readShapes(c, l, &now)
	}
	return now.Faults, err
}

// readRules reads what is cut in a run.
func readRules(c *cli.Context, l live.Run) (live.Observed, error) {
	r := newRunner(c)
	if err := r.Run(c.Context, l.ListRules()); err != nil {
		return live.Observed{}, err
	}
	return l.ReadRules(r.Var)
}

// lockToChange is lockRun for who changes a run: a dry run doesn't, and gets no
// file, which may be closed all the same.
func (a App) lockToChange(c *cli.Context, l live.Run) (*os.File, error) {
	if c.Bool("dry-run") {
		return nil, nil
	}
	return a.lockRun(c.Context, l)
}

// lockRun keeps other partition, shape and check commands on the same run waiting
// until the file returned is closed. The run may have ended by the time that it is
// this one's turn.
func (a App) lockRun(ctx context.Context, l live.Run) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(l.Dir, ".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if os.IsPermission(err) {
		return nil, onlyUserZero(l.Run)
	}
	if err != nil {
		return nil, err
	}
	err = runstate.Flock(ctx, file)
	if err == nil {
		err = a.checkLives(l)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

func onlyUserZero(run string) error {
	return hints.With(fmt.Errorf("only user 0 of run %s can cut, shape or check its links", run), "a child with another user-id can't, nor can another user")
}
