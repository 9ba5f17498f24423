package hints

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"vagganet/commands/config"
	"vagganet/commands/runner"
	"vagganet/netcmd/gateway"
	"vagganet/netcmd/plan"
)

func failedStep(stderr string, undoing bool) *runner.StepError {
	return &runner.StepError{
		Step:   plan.Step{About: "it", Place: plan.Place{Name: "host"}},
		Number: 1, Of: 2, Undoing: undoing, Argv: []string{"sudo", "ip"}, Code: 1, Stderr: stderr, Err: errors.New("exit status 1"),
	}
}

func TestReport(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{errors.New("it is so"), "vagganet: it is so\n"},
		{With(errors.New("it is so"), "do %s", "that"), "vagganet: it is so\nhint: do that\n"},
		{With(errors.New("it is so"), "one\ntwo"), "vagganet: it is so\nhint: one\nhint: two\n"},
		{With(errors.New("it is so"), ""), "vagganet: it is so\n"},
		{fmt.Errorf("while doing: %w", With(errors.New("so"), "that")), "vagganet: while doing: so\nhint: that\n"},
		{&config.Error{Path: "f", Line: 3, Msg: "wrong", Hint: "right"}, "vagganet: f:3: wrong\nhint: right\n"},
		{failedStep("", false), "vagganet: step 1 of 2 (it) failed in host: exit status 1\n  sudo ip\n"},
		// what failed, and what failed in undoing it
		{errors.Join(failedStep("a password is required", false), errors.Join(failedStep("x", true))),
			"vagganet: step 1 of 2 (it) failed in host: exit status 1\n  sudo ip\n  a password is required\n" +
				"hint: sudo wants a password: run \"sudo -v\" first, or give sudo a rule without password\n" +
				"vagganet: undoing: step 1 of 2 (it) failed in host: exit status 1\n  sudo ip\n  x\n"},
		// what is joined by words, and not as a list, is one
		{fmt.Errorf("%w: %w", errors.New("it is so"), errors.New("one\ntwo")), "vagganet: it is so: one\ntwo\n"},
		{errors.Join(errors.New("one\ntwo")), "vagganet: one\ntwo\n"},
		// what helps against both is said once
		{errors.Join(failedStep("a tty is required", false), failedStep("doas: a tty is required", true)),
			"vagganet: step 1 of 2 (it) failed in host: exit status 1\n  sudo ip\n  a tty is required\n" +
				"hint: " + noTerminal + "\n" +
				"vagganet: undoing: step 1 of 2 (it) failed in host: exit status 1\n  sudo ip\n  doas: a tty is required\n"},
		{errors.Join(failedStep("", false), errors.Join(failedStep("x", true), failedStep("y", true))),
			"vagganet: step 1 of 2 (it) failed in host: exit status 1\n  sudo ip\n" +
				"vagganet: undoing: step 1 of 2 (it) failed in host: exit status 1\n  sudo ip\n  x\n" +
				"vagganet: undoing: step 1 of 2 (it) failed in host: exit status 1\n  sudo ip\n  y\n"},
	} {
		var b strings.Builder
		Report(&b, c.err)
		if b.String() != c.want {
			t.Errorf("got  %s\nwant %s", b.String(), c.want)
		}
	}
}

func TestMissingToolHint(t *testing.T) {
	bin := t.TempDir()
	t.Setenv("PATH", bin)
	for stderr, want := range map[string]string{
		"sudo: ip: command not found":                                            "iproute2",
		"nsenter: failed to execute iptables-restore: No such file or directory": "iptables",
		"unshare: failed to execute sysctl: No such file or directory":           "procps",
		"nsenter: failed to execute frob: No such file or directory":             "frob",
	} {
		if got := For(failedStep(stderr, false)); !strings.Contains(got, "install "+want+" ") {
			t.Errorf("%s: %s", stderr, got)
		}
	}
	// Root does not find what is there, by a PATH that others have.
	if err := os.WriteFile(bin+"/sysctl", nil, 0o755); err != nil {
		t.Fatal(err)
	}
	got := For(failedStep(gateway.NotFoundByRoot+" install sysctl\n", false))
	if want := "install: install coreutils (Debian's name for the package)\nroot has a PATH of its own (sudo's secure_path): have it contain " + bin + ","; !strings.HasPrefix(got, want) {
		t.Errorf("got %s", got)
	}
	absent := failedStep("", false)
	absent.Argv, absent.Err = []string{"newuidmap"}, &exec.Error{Name: "newuidmap", Err: exec.ErrNotFound}
	if got := For(absent); !strings.HasPrefix(got, "newuidmap is not there: install uidmap ") {
		t.Errorf("got %s", got)
	}
}

func TestNearest(t *testing.T) {
	known := []string{"create", "destroy", "run", "exec", "partition", "status"}
	for word, want := range map[string]string{
		"crate": "create", "partiton": "partition", "statsu": "status", "execute": "exec", "stat": "status",
		"": "", "xyz": "", "help": "",
	} {
		if want != "" {
			want = fmt.Sprintf("did you mean %q?", want)
		}
		if got := Nearest(word, known); got != want {
			t.Errorf("%s: %s", word, got)
		}
	}
}
