package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
)

// atOnce makes, uses and removes a gateway from many terminals at once. Each
// command is done, or says in good words why not.
func (k *striking) atOnce() {
	const rounds = 6
	words := strings.Fields("create run destroy run create run destroy create run")
	done := map[string]int{}
	for round := range rounds {
		k.now = fmt.Sprintf("round %d", round+1)
		var all []*exec.Cmd
		for _, verb := range words {
			args := []string{os.Getenv(whoVar), "vagganet", verb}
			if verb == "run" {
				args = append(args, "--guest", "a=true")
			}
			cmd := exec.Command("as", args...)
			cmd.Dir, cmd.Stderr = k.MkAbs("."), new(bytes.Buffer)
			k.Check(cmd.Start())
			all = append(all, cmd)
		}
		for i, cmd := range all {
			cmd.Wait()
			said := cmd.Stderr.(*bytes.Buffer).String()
			if code := exitCode(cmd.ProcessState); code != 0 && !goodReason[words[i]].MatchString(said) {
				k.fatalf("%s: exit code %d: %s", words[i], code, said)
			} else if code == 0 && !strings.Contains(said, "there is no gateway") {
				done[words[i]]++
			}
		}
	}
	k.Logf("done: %v", done)
	if done["create"] == 0 || done["destroy"] == 0 {
		k.fatalf("done: %v", done)
	}
	k.plain("destroy")
	k.wantState(k.base)
}

// goodReason is why a command may not be done. It may have waited for another
// one before, and said so.
var goodReason = map[string]*regexp.Regexp{
	"create":  regexp.MustCompile(`\A` + waited + `vagganet: (there is a gateway vagga already|the gateway vagga is in use by: |a run is starting on the gateway)`),
	"destroy": regexp.MustCompile(`\A` + waited + `vagganet: (the gateway vagga is in use by: |a run is starting on the gateway)`),
	"run":     regexp.MustCompile(`\A` + waited + `vagganet: (there is no gateway vagga|the gateway vagga is half there|the gateway vagga is being removed)`),
}

const waited = `(?:vagganet: waiting for process \d+ of user \S+.*\n)*`
