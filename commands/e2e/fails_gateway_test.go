package e2e

import (
	"regexp"
	"strings"

	"al.essio.dev/pkg/shellescape"
	"github.com/rogpeppe/go-internal/testscript"

	"vagganet/commands/e2e/fake"
)

// fails create|destroy|…: each step of the program fails once.
func cmdFails(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: fails create|destroy|run OPTION…|partition")
	}
	if args[0] == "partition" {
		newParted(ts).fails()
		return
	}
	k := newStriking(ts)
	switch args[0] {
	case "create":
		k.createFails()
	case "run":
		k.runFails(args[1:]...)
	case "destroy":
		k.destroyFails()
	}
}

// createFails has each step fail, and all be undone; and then each undoing step
// fail, when the last step of all failed.
func (k *striking) createFails() {
	words := []string{"vagganet", "create"}
	last := 0
	k.each(refuse, words, func() {}, func(n int, r result) {
		k.wantFailure(1, r, n)
		k.wantState(k.base)
		last = n
	})
	k.good("destroy")

	k.now = "undoing"
	k.order(k.TestScript, refuse, last)
	all := k.run(k.strike.command(words...))
	for n := last + 1; n <= len(all.calls); n++ {
		k.now = "undoing, step " + all.calls[n-1].String()
		k.order(k.TestScript, refuse, last, n)
		r := k.run(k.strike.command(words...))
		k.wantFailure(1, r, last, n)
		k.wantUndone(all.calls[last:], r.calls[last:], n-last)
		if n%2 == 0 {
			k.createAgain()
		} else {
			k.destroyAgain()
		}
	}
}

// wantUndone looks that all else is undone, whatever fails: but the files stay
// then by which the next command sees that something is left.
func (k *striking) wantUndone(all, done []fake.Call, failing int) {
	var want []string
	for i, c := range all {
		line := strings.Join(c.Argv, " ")
		if i+1 <= failing || !evidence.MatchString(line) {
			want = append(want, line)
		}
	}
	var got []string
	for _, c := range done {
		got = append(got, strings.Join(c.Argv, " "))
	}
	// Its number, and when it was started, are others each time.
	holder := regexp.MustCompile(`(?m)(kill "\$pid" sh) \d+ \d+$`)
	if a, b := strings.Join(want, "\n"), strings.Join(got, "\n"); holder.ReplaceAllString(a, "$1") != holder.ReplaceAllString(b, "$1") {
		k.fatalf("not all was undone (- wanted, + got):\n%s", difference(a, b))
	}
}

var evidence = regexp.MustCompile(`^(sudo )?(rm /|rm -f |rmdir /run/vagganet/)`)

// destroyFails has each step fail, and the next destroy do the rest.
func (k *striking) destroyFails() {
	k.each(refuse, []string{"vagganet", "destroy"}, func() { k.plain("create") }, func(n int, r result) {
		k.wantFailure(1, r, n)
		k.destroyAgain()
	})
}

// wantFailure looks whether the program tells of each step that failed: the step
// and its place, its command line, its exit code and its words.
func (k *striking) wantFailure(code int, r result, steps ...int) {
	if r.code != code {
		k.fatalf("exit code %d, not %d: %s", r.code, code, r.errors)
	}
	told := strings.Split("\n"+r.errors, "\nvagganet: ")[1:]
	if len(told) != len(steps) {
		k.fatalf("%d errors, not %d: %s", len(told), len(steps), r.errors)
	}
	for i, n := range steps {
		line := shellescape.QuoteCommand(r.calls[n-1].Argv)
		first := "step "
		if i > 0 {
			first = "undoing: step "
		}
		if !strings.HasPrefix(told[i], first) || !failedStep.MatchString(told[i]) ||
			!strings.Contains(told[i], line) || !strings.Contains(told[i], "\n  "+refusal) {
			k.fatalf("the error is not that of %s:\n%s", line, told[i])
		}
	}
}

var failedStep = regexp.MustCompile(`step \d+ of \d+ \(.+\) failed in .+: exit status 1\n`)
