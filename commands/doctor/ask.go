package doctor

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"vagganet/commands/runner"
	"vagganet/netcmd/gateway"
	"vagganet/netcmd/plan"
)

// Ask adds to the facts what the machine's tools answer, and what of a gateway's rules is
// there. The command lines go to trace, if that is not nil.
func (f *Facts) Ask(ctx context.Context, g gateway.Gateway, trace io.Writer) {
	a := asker{ctx, trace}
	f.Answers = ask(a, questions(g, *f))
	f.RuleAnswers = a.rules(g, *f)
}

// asker is how tools are asked.
type asker struct {
	ctx   context.Context
	trace io.Writer
}

// answerTime is how long a tool may take to answer.
const answerTime = 2 * time.Second

// rules asks for the gateway's rules in the host's firewall: of a gateway
// that stands, as root, where that takes no password.
func (a asker) rules(g gateway.Gateway, f Facts) []Answer {
	root, asked := f.Answers[Root]
	if !f.Gateway.Parts.Whole() || !f.Gateway.Parts.Link || f.User.UID != 0 && (!asked || root.Code != 0) {
		return nil
	}
	rules := map[int]plan.Step{}
	for i, s := range g.AskRules() {
		rules[i] = s
	}
	byNumber := ask(a, rules)
	answers := make([]Answer, len(rules))
	for i := range answers {
		answers[i] = byNumber[i]
	}
	return answers
}

// questions are what can be asked of the tools that are there.
func questions(g gateway.Gateway, f Facts) map[Question]plan.Step {
	steps := map[Question]plan.Step{}
	there := func(tool string) bool { return f.Tools[tool].Path != "" }
	for question, argv := range map[Question][]string{
		IPVersion:       g.Tools.IP.With("-V"),
		IptablesVersion: g.Tools.Iptables.With("-V"),
		UnshareVersion:  {"unshare", "--version"},
		Applets:         {"busybox", "--list"},
	} {
		if there(argv[0]) {
			steps[question] = gateway.Ask(argv...)
		}
	}
	if there("unshare") && there(g.Tools.IP[0]) {
		steps[Namespaces] = g.TryNamespaces(f.NoProc)
	}
	if f.Standing() && there(g.Tools.Nsenter[0]) {
		steps[Reach] = g.AskReach()
	}
	if s, ok := g.AskRoot(); ok && there(g.Sudo[0]) {
		steps[Root] = s
	}
	return steps
}

// ask asks all the questions at once.
func ask[Q comparable](a asker, steps map[Q]plan.Step) map[Q]Answer {
	ctx, cancel := context.WithTimeout(a.ctx, answerTime)
	defer cancel()
	answers := map[Q]Answer{}
	var lock sync.Mutex
	var all sync.WaitGroup
	for q, s := range steps {
		all.Add(1)
		go func() {
			defer all.Done()
			answer := a.one(ctx, s)
			lock.Lock()
			defer lock.Unlock()
			answers[q] = answer
		}()
	}
	all.Wait()
	return answers
}

func (a asker) one(ctx context.Context, s plan.Step) Answer {
	r := &runner.Runner{Trace: a.trace}
	output, err := "", r.Run(ctx, plan.Plan{s})
	if err == nil {
		output, err = r.Var(s.Capture)
	}
	if err == nil {
		return Answer{Output: output}
	}
	var failed *runner.StepError
	switch {
	case ctx.Err() != nil:
		return Answer{Code: -1, Complaint: "no answer within " + answerTime.String()}
	case errors.As(err, &failed) && failed.Stderr != "":
		return Answer{Code: failed.Code, Complaint: failed.Stderr}
	}
	return Answer{Code: -1, Complaint: err.Error()}
}
