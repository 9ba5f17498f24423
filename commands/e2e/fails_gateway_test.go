package e2e

import (
	"regexp"
	"strings"

	"vagganet/commands/e2e/fake"
)

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
