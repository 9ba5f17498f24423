package commands

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"vagganet/commands/campaign"
	"vagganet/commands/cmdline"
	"vagganet/commands/hints"
	"vagganet/commands/report"
	"vagganet/commands/supervisor"
	"vagganet/commands/terminal"
	"vagganet/netcmd/plan"
)

func (a App) shrinkVerb() *cli.Command {
	return &cli.Command{
		Name:      "shrink",
		Usage:     "find the smallest timeline of faults by which a seed still fails",
		ArgsUsage: "DIRECTORY/seed-N",
		Flags: []cli.Flag{
			&cli.Uint64Flag{Name: "tries", Value: 10, Usage: "try each timeline up to `NUMBER` times"},
			&cli.DurationFlag{Name: "time", Value: 10 * time.Minute, Usage: "end with the best so far after `HOW-LONG`"},
			&cli.DurationFlag{Name: "timeout", Value: 10 * time.Minute, Usage: "end a try that takes longer than `HOW-LONG`, which has failed then; 0 for never"},
			&cli.Uint64Flag{Name: "jobs", Aliases: []string{"j"}, DefaultText: "one for each core", Usage: "make `NUMBER` tries at once"},
			&cli.StringFlag{Name: "out", DefaultText: "DIRECTORY/seed-N/shrunk.yaml", Usage: "write the timeline to `FILE`"},
		},
		Action:       a.shrink,
		OnUsageError: cmdline.OnUsageError,
	}
}

// shrinkPlan is what a command line asks for.
type shrinkPlan struct {
	campaign.Shrinker
	about    campaign.About
	seed     uint64
	timeline []campaign.Entry
	// folder is the seed's, and out the file for what is found.
	folder, out string
}

func (a App) shrink(c *cli.Context) error {
	p, err := a.planShrink(c)
	if err != nil {
		return asOwn(err)
	}
	dir, err := os.MkdirTemp("", "vagganet-shrink-")
	if err != nil {
		return asOwn(err)
	}
	defer os.RemoveAll(dir)
	program, _ := a.Machine.Program()
	runs := campaign.Runs{Program: program, About: p.about, Timeout: c.Duration("timeout")}
	p.Try = campaign.Trier{Runs: runs, Seed: p.seed, Folder: dir}.Try
	p.Say = func(s campaign.Step) { terminal.Say(terminal.Err, "%s", s) }
	limit := c.Duration("time")
	ctx, cancel := context.WithTimeoutCause(c.Context, limit, fmt.Errorf("%w after %v", campaign.ErrTimeUp, limit))
	defer cancel()
	terminal.Say(terminal.Err, "seed %d: each timeline is tried %d times at most, %d at once", p.seed, p.Tries, p.Jobs)
	found, err := p.Shrink(ctx, p.timeline)
	var by supervisor.Interrupted
	switch {
	case errors.As(err, &by):
		return err
	case err != nil:
		return cmdline.WithExitCode(err, cmdline.ExitFailed)
	}
	return p.finish(found)
}

// planShrink checks all that can be checked before anything is run.
func (a App) planShrink(c *cli.Context) (*shrinkPlan, error) {
	for name, least := range map[string]bool{"tries": c.Uint64("tries") > 0, "jobs": !c.IsSet("jobs") || c.Uint64("jobs") > 0, "time": c.Duration("time") > 0} {
		if !least {
			return nil, cmdline.Usagef("--%s %v is too little", name, c.Value(name))
		}
	}
	if c.NArg() != 1 {
		return nil, hints.With(cmdline.Usagef("campaign shrink takes the folder of one seed"), "it is in that of its campaign: results/seed-17")
	}
	p := &shrinkPlan{folder: filepath.Clean(c.Args().First()), Shrinker: campaign.Shrinker{Tries: int(c.Uint64("tries")), Jobs: runtime.NumCPU()}}
	if c.IsSet("jobs") {
		p.Jobs = int(c.Uint64("jobs"))
	}
	p.out = c.String("out")
	if p.out == "" {
		p.out = filepath.Join(p.folder, "shrunk.yaml")
	}
	path, seed, err := campaign.SplitSeed(p.folder)
	if err != nil {
		return nil, err
	}
	p.seed = seed
	if p.about, err = campaign.ReadAbout(path); errors.Is(err, fs.ErrNotExist) {
		err = hints.With(fmt.Errorf("%s is not in the folder of a campaign", p.folder), "name the folder of a seed in that of its campaign: results/seed-17")
	}
	if err != nil {
		return nil, err
	}
	past, err := p.readPast()
	if err == nil {
		p.timeline, err = a.timelineOf(p.about, seed, past)
	}
	if err == nil {
		err = p.checkOut()
	}
	return p, err
}

// readPast reads what the seed's run has done.
func (p *shrinkPlan) readPast() (campaign.Past, error) {
	file, err := os.Open(filepath.Join(p.folder, report.EventsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return campaign.Past{}, hints.With(fmt.Errorf("there is nothing of seed %d: %w", p.seed, err),
			"a campaign keeps the folders of seeds that have not passed, or of all, by --keep all")
	}
	if err != nil {
		return campaign.Past{}, err
	}
	defer file.Close()
	past, err := campaign.ReadPast(file)
	if err != nil {
		err = fmt.Errorf("%s: %w", file.Name(), err)
	}
	return past, err
}

// timelineOf is what the timeline of a campaign's runs did in the run of a seed.
func (a App) timelineOf(about campaign.About, seed uint64, past campaign.Past) (timeline []campaign.Entry, err error) {
	app, called, err := a.arrange(append([]string{"vagganet"}, about.Words(fmt.Sprint(seed))...))
	if err != nil {
		return nil, err
	}
	cmdline.FindCommand(app.Commands, "run").Action = func(c *cli.Context) error {
		g, err := a.gatewayToMake(c)
		if err != nil {
			return err
		}
		spec, _, err := a.prepareRun(c, g)
		if err != nil {
			return err
		}
		if timeline, err = past.Entries(spec.Faults, seed); err == nil && spec.Run.Mode == plan.Timeline {
			timeline = campaign.KeepEnd(timeline, spec.Faults)
		}
		return err
	}
	err = app.Run(called.Args)
	return timeline, err
}

// shrinkMark is the first line of a file that may be replaced.
const shrinkMark = "Written by vagganet campaign shrink, which may replace it."

// checkOut returns an error if the file for what is found can't be written, or is somebody's.
func (p *shrinkPlan) checkOut() error {
	text, err := os.ReadFile(p.out)
	if err == nil && !strings.HasPrefix(string(text), "# "+shrinkMark+"\n") {
		return hints.With(fmt.Errorf("%s is there already, and of somebody else's making", p.out), "name another file by --out")
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err = p.replace(text); err == nil && text == nil {
		err = os.Remove(p.out)
	}
	return err
}

// replace writes the file as a whole, or leaves it as it was.
func (p *shrinkPlan) replace(text []byte) error {
	if err := campaign.ReplaceFile(p.out, text); err != nil {
		return hints.With(fmt.Errorf("what is found can't be written: %w", err), "--out takes a file of yours")
	}
	return nil
}

// repeat is the line that runs the seed by the timeline that was found.
func (p *shrinkPlan) repeat() string {
	return p.about.WithoutFaults().RunLine(fmt.Sprint(p.seed), "--faults", p.out)
}

// finish writes what was found, and says so.
func (p *shrinkPlan) finish(found campaign.Shrunk) error {
	var head strings.Builder
	fmt.Fprintf(&head, "%s\nIt is the smallest timeline that was found by which this seed fails, of %s:\n\n  %s\n\n", shrinkMark, p.folder, p.repeat())
	for _, step := range found.Steps {
		fmt.Fprintln(&head, step)
	}
	if found.Stopped != nil {
		fmt.Fprintf(&head, "%v\n", found.Stopped)
	}
	text, err := campaign.Format(head.String(), found.Timeline)
	if err == nil {
		err = p.replace(text)
	}
	if err != nil {
		return asOwn(err)
	}
	if found.Others > 0 {
		terminal.Say(terminal.Err, "tries that came to nothing: %d, the last one since %s", found.Others, found.Why)
		if p.Jobs > 1 {
			fmt.Fprintf(terminal.Err, "hint: with fewer at once they may not: --jobs %d\n", p.Jobs/2)
		}
	}
	timeUp := errors.Is(found.Stopped, campaign.ErrTimeUp)
	if timeUp {
		terminal.Say(terminal.Err, "%v", found.Stopped)
	}
	if found.Stopped != nil {
		terminal.Say(terminal.Err, "the best so far: %s", found.Last)
	}
	if _, err := fmt.Fprintf(terminal.Out, "%s\n%s\n", p.out, p.repeat()); err != nil || timeUp {
		return err
	}
	return found.Stopped
}
