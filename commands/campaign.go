package commands

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"time"

	"al.essio.dev/pkg/shellescape"
	"github.com/urfave/cli/v2"

	"vagganet/commands/campaign"
	"vagganet/commands/cmdline"
	"vagganet/commands/hints"
	"vagganet/commands/project"
	"vagganet/commands/supervisor"
	"vagganet/commands/terminal"
)

func (a App) campaignVerb() *cli.Command {
	flags := []cli.Flag{
		&cli.StringFlag{Name: "seeds", Usage: "run the seeds of `LIST`: 1-100, 17, or 1- without an end"},
		&cli.StringFlag{Name: "jobs", Aliases: []string{"j"}, DefaultText: "one for each core", Usage: "that many runs at once, as `NUMBER`; auto finds the most with which no fault comes late"},
		&cli.StringFlag{Name: "shard", DefaultText: "all, or as the engine that starts it says", Usage: "run only part `I/N` of the seeds: each N-th, from the I-th on"},
		&cli.DurationFlag{Name: "time", Usage: "start no further run after `HOW-LONG`"},
		&cli.DurationFlag{Name: "timeout", Value: 10 * time.Minute, Usage: "end a run that takes longer than `HOW-LONG`; 0 for never"},
		&cli.BoolFlag{Name: "until-failure", Usage: "end with the first seed that fails"},
		&cli.StringFlag{Name: "out", DefaultText: "a new one", Usage: "write what comes of the seeds into `DIRECTORY`; take up the campaign that is there"},
		&cli.StringFlag{Name: "keep", Value: "failed", Usage: "keep the folders of `WHICH` seeds: failed (those that have not passed) or all"},
		&cli.BoolFlag{Name: "again", Usage: "run seeds that have a verdict once more"},
	}
	verb := &cli.Command{
		Name:            "campaign",
		Usage:           "run a command for many seeds, many at a time, and find those that fail",
		ArgsUsage:       "COMMAND --seeds LIST [-- DRIVER ARGUMENT ...]",
		Flags:           slices.Concat(flags, resultFlags(), a.flagsPassedOn(), []cli.Flag{dryRunFlag()}),
		HideHelpCommand: true,
		Action:          func(c *cli.Context) error { return asOwn(a.runCampaign(c)) },
	}
	verb.Subcommands = []*cli.Command{{
		Name:         "merge",
		Usage:        "make one summary of several shards, or of one campaign",
		ArgsUsage:    "DIRECTORY ...",
		Flags:        resultFlags(),
		Action:       func(c *cli.Context) error { return asOwn(mergeCampaigns(c)) },
		OnUsageError: cmdline.OnUsageError,
	}, a.shrinkVerb()}
	return verb
}

// passedOn are the options that each run of a campaign gets.
var passedOn = []string{"guest", "only", "exclude", "isolated", "no-prefix", "faults"}

func (a App) flagsPassedOn() (flags []cli.Flag) {
	for _, f := range a.runVerb().Flags {
		if slices.Contains(passedOn, f.Names()[0]) {
			flags = append(flags, f)
		}
	}
	return flags
}

// asOwn gives an error the exit code of vagganet's own ones, but for usage errors.
func asOwn(err error) error {
	var usage cmdline.UsageError
	var code cmdline.ExitCode
	var by supervisor.Interrupted
	if err == nil || errors.As(err, &usage) || errors.As(err, &code) || errors.As(err, &by) {
		return err
	}
	return cmdline.WithExitCode(err, cmdline.ExitOwn)
}

func (a App) runCampaign(c *cli.Context) error {
	plan, err := a.planCampaign(c)
	if err != nil {
		return err
	}
	if c.Bool("dry-run") {
		return plan.writeScript()
	}
	if err := checkResultFiles(c); err != nil {
		return err
	}
	if err := plan.open(c); err != nil {
		return err
	}
	line := newProgressLine(plan.about.Name())
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, supervisor.Wanted(syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)...)
	program, _ := a.Machine.Program()
	plan.Runs = campaign.Runs{Program: program, About: plan.about, Timeout: c.Duration("timeout")}
	plan.Say, plan.Show, plan.ShowEvery = line.say, line.show, line.every()
	p := plan.Campaign.Run(signals)
	line.end()
	plan.Folder.End(p.Ended)
	lost := plan.Folder.Close()
	summary, err := campaign.Summarize([]string{plan.out})
	if err != nil {
		return errors.Join(lost, err)
	}
	summary.MissingShards = []string{} // others have them
	unwritten := sayUnwritten(errors.Join(lost, writeResults(c, summary, []string{plan.out})))
	plan.sayLate(p)
	var by supervisor.Interrupted
	if p.Ended == campaign.BySignal && errors.As(context.Cause(c.Context), &by) {
		return cmdline.PassOn(128 + int(by))
	}
	if p.Ended == campaign.Useless {
		return cmdline.PassOn(cmdline.ExitOwn)
	}
	return cmdline.PassOn(cmp.Or(summary.ExitCode(), unwritten))
}

// campaignPlan is what a command line asks for.
type campaignPlan struct {
	campaign.Campaign
	about campaign.About
	seeds campaign.Seeds
	shard campaign.Shard
	out   string
}

// planCampaign checks all that can be checked before anything is run.
func (a App) planCampaign(c *cli.Context) (*campaignPlan, error) {
	p := &campaignPlan{out: c.String("out")}
	var err error
	if p.seeds, err = seedsOf(c); err != nil {
		return nil, cmdline.AsUsage(err)
	}
	if p.shard, err = shardOf(c); err != nil {
		return nil, cmdline.AsUsage(err)
	}
	if p.Jobs, p.Auto, err = jobsOf(c.String("jobs")); err != nil {
		return nil, err
	}
	if keep := c.String("keep"); keep != "failed" && keep != "all" {
		return nil, cmdline.Usagef("--keep %q is neither failed nor all", keep)
	}
	for _, name := range []string{"time", "timeout"} {
		if c.Duration(name) < 0 || name == "time" && c.IsSet(name) && c.Duration(name) == 0 {
			return nil, cmdline.Usagef("--%s %v leaves no time", name, c.Duration(name))
		}
	}
	if err := checkFaultsFile(c.String("faults")); err != nil {
		return nil, err
	}
	p.Time, p.UntilFailure, p.KeepAll = c.Duration("time"), c.Bool("until-failure"), c.String("keep") == "all"
	driver, err := driverArgv(c)
	if err != nil {
		return nil, err
	}
	g, err := a.gatewayToMake(c)
	if err != nil {
		return nil, err
	}
	spec, _, err := a.prepareRun(c, g)
	if err != nil {
		return nil, err
	}
	p.about = campaign.About{Version: a.Version, Command: spec.Run.Command, Options: optionsPassedOn(c), Driver: driver,
		Seeds: p.seeds.String(), Shard: p.shard.String()}
	if len(c.StringSlice("guest")) > 0 {
		p.about.Command = "" // the run has no name in a file
	}
	p.about.Files = digestOf(c)
	for _, guest := range spec.Run.Guests {
		p.about.Nodes = append(p.about.Nodes, guest.Name)
	}
	return p, nil
}

func seedsOf(c *cli.Context) (campaign.Seeds, error) {
	switch {
	case c.IsSet("seeds"):
		seeds, err := campaign.ParseSeeds(c.String("seeds"))
		if err == nil && seeds.Endless() && c.Bool("dry-run") {
			err = fmt.Errorf("seeds %s have no end, so a script can't list them", seeds)
		}
		return seeds, err
	case c.IsSet("time"):
		return campaign.ParseSeeds("1-")
	}
	return nil, hints.With(errors.New("campaign needs to know which seeds to run"), "name them: --seeds 1-100, or give it a time: --time 10m")
}

func shardOf(c *cli.Context) (campaign.Shard, error) {
	if c.IsSet("shard") {
		return campaign.ParseShard(c.String("shard"))
	}
	shard, from, err := campaign.FindShard(os.Getenv)
	if err == nil && from == "" && os.Getenv("JOB_COMPLETION_INDEX") != "" {
		terminal.Say(terminal.Err, "all seeds are run: JOB_COMPLETION_INDEX is set, but VAGGANET_SHARDS is not")
	}
	if err == nil && from != "" {
		terminal.Say(terminal.Err, "shard %s, by %s", shard, from)
	}
	return shard, err
}

func jobsOf(text string) (n int, auto bool, err error) {
	switch text {
	case "":
		return runtime.NumCPU(), false, nil
	case "auto":
		return runtime.NumCPU(), true, nil
	}
	n, err = strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, false, cmdline.Usagef("--jobs %q is neither a number of runs nor auto", text)
	}
	return n, false, nil
}

// optionsPassedOn are the options of this command line that its runs get.
func optionsPassedOn(c *cli.Context) []string {
	words := []string{}
	for _, f := range slices.Concat(c.App.Flags, c.Command.Flags) {
		name := f.Names()[0]
		global := cmdline.FindFlag(c.App.Flags, name) != nil
		if !c.IsSet(name) || !global && !slices.Contains(passedOn, name) || global && fromEnvironment(c, f) {
			continue
		}
		switch f.(type) {
		case *cli.BoolFlag:
			if c.Bool(name) {
				words = append(words, "--"+name)
			}
		case *cli.StringSliceFlag:
			for _, value := range c.StringSlice(name) {
				words = append(words, "--"+name, value)
			}
		default:
			words = append(words, "--"+name, c.String(name))
		}
	}
	return words
}

// fromEnvironment reports whether an option has the value that its variable gives it: the
// runs have that variable, too.
func fromEnvironment(c *cli.Context, f cli.Flag) bool {
	documented, is := f.(cli.DocGenerationFlag)
	return is && slices.ContainsFunc(documented.GetEnvVars(), func(variable string) bool {
		return os.Getenv(variable) == c.String(f.Names()[0])
	})
}

// open makes the campaign's folder, or takes up the campaign that is there.
func (p *campaignPlan) open(c *cli.Context) (err error) {
	if p.out == "" {
		if p.out, err = newCampaignFolder(p.about); err != nil {
			return err
		}
	}
	isOne := func(seed uint64) bool { return p.seeds.Has(seed, p.shard) }
	if p.Folder, err = campaign.Open(p.out, p.about, func(seed uint64) bool { return c.Bool("again") && isOne(seed) }); err != nil {
		return err
	}
	p.Seeds, p.Total = p.seeds.Of(p.shard), p.seeds.Count(p.shard)
	done := p.Folder.CountDone(isOne)
	if p.Total > 0 {
		p.Total -= done
	}
	jobs := terminal.Count(p.Jobs, "run") + " at once"
	if p.Auto {
		jobs += " or more"
	}
	terminal.Say(terminal.Err, "seeds %s; %s; results in %s", p.seeds, jobs, p.out)
	if done > 0 {
		terminal.Say(terminal.Err, "%d of these seeds have been run already; --again runs them once more", done)
	}
	if p.Folder.Changed() {
		terminal.Say(terminal.Err, "the config file, or that of faults, has changed since the campaign in %s began", p.out)
	}
	return nil
}

// checkFaultsFile returns an error if a file of faults can be read only once.
func checkFaultsFile(name string) error {
	info, err := os.Stat(name)
	if name == "" || name == os.DevNull || err != nil || info.Mode().IsRegular() {
		return nil // what is not there is found later
	}
	return hints.With(cmdline.Usagef("--faults %s is no file that each run can read", name), "write the timeline to a file")
}

// digestOf is a short name for what is in the config file and the file of faults; empty where
// there is none.
func digestOf(c *cli.Context) string {
	sum, any := fnv.New64a(), false
	var names []string
	if file, err := project.Load(c.String("file")); err == nil && len(c.StringSlice("guest")) == 0 {
		names = append(names, file.Path)
	}
	if name := c.String("faults"); name != "" {
		names = append(names, name)
	}
	for _, name := range names {
		if text, err := os.ReadFile(name); err == nil {
			any = true
			sum.Write(text)
		}
	}
	if !any {
		return ""
	}
	return fmt.Sprintf("%016x", sum.Sum64())
}

// campaignFolder is the folder of the n-th campaign of which nobody has said where it goes.
func campaignFolder(about campaign.About, n int) string {
	return fmt.Sprintf("%s-campaign-%d", about.Name(), n)
}

// newCampaignFolder makes a folder that was not there.
func newCampaignFolder(about campaign.About) (string, error) {
	for n := 1; ; n++ {
		name := campaignFolder(about, n)
		err := os.Mkdir(name, 0o777)
		if err == nil {
			return name, nil
		}
		if !errors.Is(err, os.ErrExist) {
			return "", hints.With(fmt.Errorf("the campaign's files can't be written: %w", err), "name a folder of yours by --out")
		}
	}
}

// writeScript prints the command lines of all runs.
func (p *campaignPlan) writeScript() error {
	out := cmp.Or(p.out, campaignFolder(p.about, 1))
	w := terminal.Out.Script()
	fmt.Fprintf(w, "#!/bin/sh\n# The runs of a campaign, one after another.\nmkdir -p %s\n", shellescape.Quote(out))
	for seed := range p.seeds.Of(p.shard) {
		if _, err := fmt.Fprintln(w, p.about.RunLine(fmt.Sprint(seed), "--out", campaign.SeedFolder(out, seed))); err != nil {
			return err
		}
	}
	return nil
}

// sayLate says where there are more runs at once than the machine carries.
func (p *campaignPlan) sayLate(end campaign.Progress) {
	if p.Auto {
		terminal.Say(terminal.Err, "%s at once in the end; the latest fault came %.2fs late", terminal.Count(end.Jobs, "run"), end.Latest)
		return
	}
	if end.Counts[campaign.Inconclusive] > 0 && end.Latest > campaign.OnTime.Seconds() {
		terminal.Say(terminal.Err, "faults came up to %.1fs late with %s at once", end.Latest, terminal.Count(p.Jobs, "run"))
		if p.Jobs > 1 {
			fmt.Fprintf(terminal.Err, "hint: with fewer they may not: --jobs %d, or --jobs auto finds how many\n", p.Jobs/2)
		}
	}
}
