package commands

import (
	"errors"
	"strings"
	"testing"

	"vagganet/commands/cmdline"
	"vagganet/commands/hints"
)

func TestWithUsage(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{cmdline.WithUsage(cmdline.Usagef("no %q", "x"), nil), "vagganet: no \"x\"\nhint: vagganet help\n"},
		{cmdline.WithUsage(cmdline.Usagef("no %q", "x"), []string{"partition", "cut"}), "vagganet: no \"x\"\nhint: vagganet partition cut --help\n"},
		{cmdline.WithUsage(hints.With(cmdline.Usagef("no %q", "x"), "try y"), []string{"run"}), "vagganet: no \"x\"\nhint: try y\nhint: vagganet run --help\n"},
		{cmdline.WithUsage(errors.New("it is so"), []string{"run"}), "vagganet: it is so\n"},
	} {
		var b strings.Builder
		hints.Report(&b, c.err)
		if b.String() != c.want {
			t.Errorf("got  %s\nwant %s", b.String(), c.want)
		}
	}
}

func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		args string
		want int
	}{
		{"vagganet help", 0},
		{"vagganet nonsense", cmdline.ExitUsage},
		{"vagganet create x", cmdline.ExitUsage},
		{"vagganet create --nonsense", cmdline.ExitUsage},
		{"vagganet --network 1.2.3.4 create", cmdline.ExitUsage},
		{"vagganet --interface lo status", cmdline.ExitUsage},
		{"vagganet partition", cmdline.ExitUsage},
		{"vagganet partition nonsense", cmdline.ExitUsage},
		{"vagganet partition run", cmdline.ExitOwn},
		{"vagganet run", cmdline.ExitOwn},
		{"vagganet run --nonsense", cmdline.ExitOwn},
		{"vagganet exec a", cmdline.ExitOwn},
		{"vagganet --file no-such-file run x", cmdline.ExitOwn},
	} {
		quiet(t)
		if got := (App{Machine: Host{}}).main(t.Context, strings.Fields(c.args)); got != c.want {
			t.Errorf("%s: exit code %d, want %d", c.args, got, c.want)
		}
	}
}
