package commands

import (
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/completion"
	"vagganet/commands/runstate"
	"vagganet/netcmd"
	"vagganet/netcmd/gateway"
)

// insideRun is a machine on which the caller is in a run of three guests.
type insideRun struct{ Machine }

func (insideRun) Inside(gateway.Gateway) *runstate.Run {
	return &runstate.Run{Name: "web", Info: &netcmd.Info{Guests: []netcmd.Guest{{Name: "a"}, {Name: "b"}, {Name: "c"}}}}
}

// An option or argument whose values can't be completed is named here.
var notCompleted = []string{"NAME", "NAME=COMMAND", "CIDR", "NUMBER", "LIST", "I/N", "HOW-LONG", "PERCENT", "RATE", "FILTER", "USER"}

func TestValuesAreCompleted(t *testing.T) {
	withoutSettings(t)
	app := App{Machine: insideRun{}}
	t.Chdir("../testdata/examples/etcd")
	completed := 0
	check := func(path []string, what, placeholder string, words ...string) {
		args := slices.Concat([]string{"vagganet"}, path, words)
		answer := completion.Complete(app.cli(), args, app.valuesOf)
		if len(answer.Candidates) > 0 || answer.Kind != completion.Words {
			completed++
		} else if !slices.Contains(notCompleted, placeholder) {
			t.Errorf("%q: no value for %s %s", args, what, placeholder)
		}
	}
	everyVerb(func(path []string, c *cli.Command) {
		if c.Hidden {
			return
		}
		for _, f := range append(c.Flags, globalFlags()...) {
			if placeholder, _ := cmdline.Placeholder(f); placeholder != "" {
				check(path, f.Names()[0], placeholder, "--"+f.Names()[0], "")
			}
		}
		if line := cmdline.ReadPartial(app.cli(), append([]string{"vagganet"}, path...)); len(line.ArgumentNames()) > 0 {
			check(path, "argument", line.ArgumentNames()[0], "")
		}
	})
	if completed < 50 {
		t.Errorf("only %d are completed", completed)
	}
}

// The next argument is read from the usage of the verb. Words are written with a space
// between them.
func TestArgumentNames(t *testing.T) {
	for in, want := range map[string]string{
		"run":                         "COMMAND",
		"run web":                     "--",
		"run web --":                  "DRIVER",
		"run web -- go test":          "ARGUMENT",
		"status":                      "",
		"exec":                        "NODE",
		"exec --":                     "NODE",
		"exec a":                      "COMMAND",
		"exec a --":                   "COMMAND",
		"exec -- a":                   "COMMAND",
		"exec a -- ls":                "ARGUMENT",
		"exec a ls -- x":              "ARGUMENT",
		"partition run a ls":          "ARGUMENT",
		"partition":                   "KIND",
		"partition isolate a b":       "NODE",
		"partition split":             "NODE --",
		"partition split a b":         "NODE --",
		"partition split --":          "NODE",
		"partition split a -- b -- c": "NODE",
		"partition uplink":            "off on",
		"partition uplink off":        "NODE",
		"partition uplink off a":      "NODE",
		"shape a:b":                   "FROM:TO",
		"capture":                     "NODE all",
		"capture a":                   "--",
		"capture a -- tcp":            "FILTER",
		"help":                        "VERB",
		"help run":                    "KIND PAGE",
		"help partition cut":          "",
	} {
		line := cmdline.ReadPartial(App{}.cli(), append([]string{"vagganet"}, strings.Fields(in)...))
		if got := strings.Join(line.ArgumentNames(), " "); got != want {
			t.Errorf("after %q comes %q, want %q", in, got, want)
		}
	}
}
