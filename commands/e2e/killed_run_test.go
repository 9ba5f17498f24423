package e2e

import (
	"bytes"
	"slices"
	"strings"
	"time"
)

// runKilled kills each of a run's processes after each step, and the tool of each
// step. Nothing outlives that but what status, or the next run, takes away.
func (k *striking) runKilled(options ...string) {
	words := slices.Concat([]string{"vagganet", "run"}, options, []string{"once"})
	k.up(options)
	k.covered(words...)
	for _, name := range []string{"the process", "inside"} {
		k.eachKill(name, words, victims[name], func() {}, func(n int) { k.afterRun(n, options, name == "inside") })
	}
	for name := range victims {
		k.killedWhileUp(name, options)
	}
	if len(options) == 0 {
		k.each(dieAfter, words, func() {}, func(n int, r result) { k.afterRun(n, options, false) })
	}
	k.down(options)
}

// up makes the gateway that a run needs, down takes it away.
func (k *striking) up(options []string) {
	if !slices.Contains(options, "--isolated") {
		k.good("create")
	}
}

func (k *striking) down(options []string) {
	k.now = "at the end"
	if !slices.Contains(options, "--isolated") {
		k.good("destroy")
	}
	k.wantState(k.base)
}

// without is the state without a run.
func (k *striking) without(options []string) string {
	if slices.Contains(options, "--isolated") {
		return k.base
	}
	return k.created
}

// killedWhileUp kills a process of a run whose children run.
func (k *striking) killedWhileUp(name string, options []string) {
	k.now = name + " killed while the children run"
	words := slices.Concat([]string{"vagganet", "run"}, options, []string{"stays"})
	k.order(k.TestScript, holdAfter)
	cmd := k.strike.command(words...)
	cmd.Dir = k.MkAbs(".")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	k.Check(cmd.Start())
	for deadline := time.Now().Add(patience); k.plain("exec", "b", "true").code != 0; {
		if time.Now().After(deadline) {
			k.fatalf("the run does not come up: %s", out.String())
		}
	}
	k.kill(victims[name](cmd.Process.Pid))
	cmd.Wait()
	k.afterRun(1, options, name != "the process")
}

// afterRun waits for the end of a run's processes and devices. What else is left
// is a name, if the process that had it was killed, or a port: the next command
// takes these away and tells.
func (k *striking) afterRun(n int, options []string, nameStays bool) {
	without := k.without(options)
	k.quiet(without)
	var left []string
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		left = nil
		others := false
		for line := range strings.Lines(difference(without, k.state())) {
			left = append(left, line)
			others = others || !strings.HasPrefix(line, "+ ") ||
				!strings.Contains(line, "vagganet-") && !strings.Contains(line, "/runs/") && !strings.Contains(line, " PREROUTING ")
		}
		if !others {
			break
		}
		if time.Now().After(deadline) {
			k.fatalf("the run left behind:\n%s", strings.Join(left, ""))
		}
	}
	after := []string{"status"}
	if n%2 == 0 {
		after = slices.Concat([]string{"run"}, options, []string{"once"})
	}
	r := k.plain(after...)
	isolated := slices.Contains(options, "--isolated")
	if r.code != 0 && !(isolated && strings.Contains(r.errors, "there is no gateway")) {
		k.fatalf("then vagganet %v: exit code %d: %s", after, r.code, r.errors)
	}
	all := strings.Join(left, "")
	if strings.Contains(all, " PREROUTING ") != strings.Contains(r.errors, "closed port 7000, which run ") {
		k.fatalf("then vagganet %v: left were\n%sbut it said: %s", after, all, r.errors)
	}
	name := strings.Contains(all, "/once") || strings.Contains(all, "/stays")
	if name && !nameStays {
		k.fatalf("the run left its name: %s", all)
	}
	if after[0] == "status" && name != strings.Contains(r.errors, " was killed: its name is free again") {
		k.fatalf("then vagganet %v: left were\n%sbut it said: %s", after, all, r.errors)
	}
	if after[0] != "status" {
		k.plain("status") // a run takes only its own name away
	}
	k.quiet(without)
	k.wantState(without)
}
