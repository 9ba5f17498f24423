package commands

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/fatih/color"
	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/doctor"
	"vagganet/commands/runner"
	"vagganet/commands/terminal"
	"vagganet/netcmd"
	"vagganet/netcmd/addresses"
	"vagganet/netcmd/gateway"
	"vagganet/netcmd/live"
	"vagganet/netcmd/plan"
)

func (a App) doctorVerb() *cli.Command {
	return &cli.Command{
		Name:  "doctor",
		Usage: "say what of this machine stands in the way, and what helps",
		Description: "Looks at tools, rights, kernel, network, limits and gateway. It changes nothing\n" +
			"and asks for no password. The exit code is 1 if something needed is missing.\n\n" +
			"--json prints an object with these fields:\n\n" +
			"  ok        whether nothing is missing\n" +
			"  missing   how many rows say \"missing\"\n" +
			"  warnings  how many rows say \"warning\"\n" +
			"  rows      what was looked at, each with\n" +
			"    section   tools, rights, kernel, network, limits or gateway\n" +
			"    name      of the row in its section; stays the same\n" +
			"    state     ok, warning (something won't work) or missing (nothing will)\n" +
			"    what      what was found\n" +
			"    why       why it matters; empty if ok\n" +
			"    command   the command line that cures it; empty if there is none\n" +
			"    advice    what else to do or to know for the cure; may be empty\n" +
			"  facts     what the rows were made from, for reports of bugs; may change",
		Flags:  []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print JSON"}},
		Action: a.doctor,
	}
}

func (a App) doctor(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	facts, err := a.doctorFacts(c)
	if err != nil {
		return err
	}
	report := doctor.Examine(facts)
	if c.Bool("json") {
		out := json.NewEncoder(terminal.Out.JSON())
		out.SetIndent("", "  ")
		out.SetEscapeHTML(false) // commands have "&&"
		err = out.Encode(report)
	} else {
		err = report.Write(terminal.Out.Raw(), !color.NoColor)
	}
	if err == nil && !report.OK {
		return cmdline.ExitCode(cmdline.ExitFailed)
	}
	return err
}

// doctorFacts looks at the machine, and then asks its tools.
func (a App) doctorFacts(c *cli.Context) (doctor.Facts, error) {
	g, err := a.gatewayToMake(c)
	if err != nil {
		return doctor.Facts{}, err
	}
	guests, err := guestNetwork(c, nil)
	if err != nil {
		return doctor.Facts{}, err
	}
	f := doctor.Facts{Interface: g.Interface, Network: g.Network, GuestNetwork: guests,
		Brctl: g.Tools.Brctl, Iptables: g.Tools.Iptables.Last(), Ebtables: g.Tools.Ebtables != nil}
	facts := a.Machine.Facts(g)
	if g.Sudo, err = sudo(c, facts.User.UID); err != nil {
		return f, err
	}
	g.User = facts.User
	g.Host = hostFacts(c, facts)
	f.Sudo, f.Needed = g.Sudo, neededTools(g)
	f.Survey = a.Machine.Survey(facts, slices.Concat(f.Needed, doctor.Tools(), g.Sudo[:min(1, len(g.Sudo))]))
	if note := facts.Gateway.Parts.Note; note != nil {
		g.Host.NoHost, g.Host.NoIptables = note.NoHost, note.NoIptables
	}
	g.Program, _ = a.Machine.Program()
	f.Reach = g.Reach()
	f.Answers = ask(c, questions(g, f))
	f.RuleAnswers = askRules(c, g, f)
	return f, nil
}

// askRules asks for the gateway's rules in the host's firewall: of a gateway
// that stands, as root, where that takes no password.
func askRules(c *cli.Context, g gateway.Gateway, f doctor.Facts) []doctor.Answer {
	root, asked := f.Answers[doctor.Root]
	if !f.Gateway.Parts.Whole() || !f.Gateway.Parts.Link || f.User.UID != 0 && (!asked || root.Code != 0) {
		return nil
	}
	rules := map[int]plan.Step{}
	for i, s := range g.AskRules() {
		rules[i] = s
	}
	byNumber := ask(c, rules)
	answers := make([]doctor.Answer, len(rules))
	for i := range answers {
		answers[i] = byNumber[i]
	}
	return answers
}

// neededTools are the tools that plans for a gateway and for runs call: the
// plans are asked, so that no list of them can fall behind. Root's plans are
// looked at, as sudo is a matter of its own.
func neededTools(g gateway.Gateway) []string {
	become := g.AsRoot(nil)
	g.Sudo = nil
	// Where this is root, it may be asked to remove the gateway of another user.
	g.Host.Found = gateway.Parts{Dir: true, Link: true, UserNS: true, NetNS: true, Owner: 1}
	run, l := sampleRun(g), live.Run{Tools: g.Tools}
	// What these call in turn is in their words, which differ.
	needed := []string{g.Tools.Hostname[0], "sh", "sleep"}
	for _, s := range become {
		needed = append(needed, s.Argv[0])
	}
	others := plan.Plan{l.ReadEnv("a", live.Process{PID: 1, UserID: 1}), g.ListForwards(nil)}
	for _, s := range slices.Concat(g.Create(), g.Destroy(), run.Plan(), others).All() {
		needed = append(needed, s.Tools()...)
		if s.OnlyEnv {
			needed = append(needed, "env") // of a script
		}
		if s.Inside != nil && s.Inside.Name != nil {
			needed = append(needed, "flock") // of a script
		}
	}
	slices.Sort(needed)
	return slices.Compact(needed)
}

// sampleRun is a run that needs all tools that runs need: it has a guest that sees
// the host's files, and one in a container, whose root is another folder.
func sampleRun(g gateway.Gateway) netcmd.Run {
	ip := addresses.DefaultGuestNetwork.Prefix().Addr().Next()
	container := &netcmd.FileSystem{Base: "/b", Tree: netcmd.Tree{"/": {{Name: "bin", Kind: netcmd.LinkEntry}, {Name: "init", Kind: netcmd.FileEntry}}}}
	return netcmd.Run{Name: "a", Command: "a", Gateway: g, Network: addresses.DefaultGuestNetwork,
		Guests: []netcmd.Guest{{Name: "a", Hostname: "a", IP: ip}, {Name: "b", Hostname: "b", IP: ip.Next()}},
		Children: []netcmd.Child{{Name: "a", Node: "a", Argv: []string{"sh"}},
			{Name: "b", Node: "b", Argv: []string{"sh"}, CleanEnv: true, Files: container}}}
}

// questions are what can be asked of the tools that are there.
func questions(g gateway.Gateway, f doctor.Facts) map[doctor.Question]plan.Step {
	steps := map[doctor.Question]plan.Step{}
	there := func(tool string) bool { return f.Tools[tool].Path != "" }
	for question, argv := range map[doctor.Question][]string{
		doctor.IPVersion:       g.Tools.IP.With("-V"),
		doctor.IptablesVersion: g.Tools.Iptables.With("-V"),
		doctor.UnshareVersion:  {"unshare", "--version"},
		doctor.Applets:         {"busybox", "--list"},
	} {
		if there(argv[0]) {
			steps[question] = gateway.Ask(argv...)
		}
	}
	if there("unshare") && there(g.Tools.IP[0]) {
		steps[doctor.Namespaces] = g.TryNamespaces(f.NoProc)
	}
	if f.Standing() && there(g.Tools.Nsenter[0]) {
		steps[doctor.Reach] = g.AskReach()
	}
	if s, ok := g.AskRoot(); ok && there(g.Sudo[0]) {
		steps[doctor.Root] = s
	}
	return steps
}

// answerTime is how long a tool may take to answer.
const answerTime = 2 * time.Second

// ask asks all the questions at once.
func ask[Q comparable](c *cli.Context, steps map[Q]plan.Step) map[Q]doctor.Answer {
	ctx, cancel := context.WithTimeout(c.Context, answerTime)
	defer cancel()
	answers := map[Q]doctor.Answer{}
	var lock sync.Mutex
	var all sync.WaitGroup
	for q, s := range steps {
		all.Add(1)
		go func() {
			defer all.Done()
			answer := askOne(ctx, c, s)
			lock.Lock()
			defer lock.Unlock()
			answers[q] = answer
		}()
	}
	all.Wait()
	return answers
}

func askOne(ctx context.Context, c *cli.Context, s plan.Step) doctor.Answer {
	r := newRunner(c)
	output, err := "", r.Run(ctx, plan.Plan{s})
	if err == nil {
		output, err = r.Var(s.Capture)
	}
	if err == nil {
		return doctor.Answer{Output: output}
	}
	var failed *runner.StepError
	switch {
	case ctx.Err() != nil:
		return doctor.Answer{Code: -1, Complaint: "no answer within " + answerTime.String()}
	case errors.As(err, &failed) && failed.Stderr != "":
		return doctor.Answer{Code: failed.Code, Complaint: failed.Stderr}
	}
	return doctor.Answer{Code: -1, Complaint: err.Error()}
}
