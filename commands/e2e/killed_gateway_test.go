package e2e

import (
	"os"
	"strings"
)

// gatewayKilled kills create or destroy after each of its steps, and the tool of
// each step, and looks what becomes of it by another create, and by destroy.
func (k *striking) gatewayKilled(verb string, prepare func()) {
	words := []string{"vagganet", verb}
	prepare()
	k.covered(words...)
	k.plain("destroy")
	k.eachKill("the process", words, victims["the process"], prepare, func(int) { k.createAgain() })
	k.plain("destroy")
	k.eachKill("the process", words, victims["the process"], prepare, func(int) { k.destroyAgain() })
	k.plain("destroy")
	k.wantState(k.base)
	for _, what := range []string{dieBefore, dieAfter} {
		k.each(what, words, prepare, func(_ int, r result) {
			if r.code != 1 || !strings.Contains(r.errors, "signal: killed") {
				k.fatalf("exit code %d: %s", r.code, r.errors)
			}
			if verb == "create" {
				k.wantState(k.base)
				return
			}
			k.destroyAgain()
		})
		k.plain("destroy")
		k.wantState(k.base)
	}
}

// createAgain has create make the gateway whole, whatever is there of it, and
// destroy take it away.
func (k *striking) createAgain() {
	_, err := os.Stat(runFolder + "/vagga")
	left := err == nil
	r := k.plain("create")
	switch {
	case r.code == 1 && strings.Contains(r.errors, "there is a gateway vagga already"):
	case r.code != 0:
		k.fatalf("then create: exit code %d: %s", r.code, r.errors)
	case left != strings.Contains(r.errors, "removing what is left of a gateway vagga that was half made"):
		k.fatalf("then create: left behind: %t, but it said: %s", left, r.errors)
	}
	k.wantState(k.created)
	k.good("destroy")
	k.wantState(k.base)
}

// destroyAgain has destroy take away whatever is there of a gateway.
func (k *striking) destroyAgain() {
	r := k.plain("destroy")
	switch {
	case r.code == 0 && strings.Contains(r.errors, "there is no gateway vagga"):
		if k.onlyFolder() {
			return // which the next create takes, and destroy removes
		}
	case r.code != 0:
		k.fatalf("then destroy: exit code %d: %s", r.code, r.errors)
	}
	k.wantState(k.base)
}
