package kinds

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/config"
	"vagganet/commands/faults"
	"vagganet/commands/hints"
	"vagganet/netcmd"
	"vagganet/netcmd/links"
	"vagganet/netcmd/live"
)

// Check reads the words of an entry as the verb will. Random reports whether it
// would draw nodes by a seed of its own choice.
func Check(run netcmd.Run, f config.Fault, lacks func(module string) bool) (random bool, err error) {
	verb := &cli.Command{Name: f.Verb, HideHelpCommand: true, OnUsageError: cmdline.OnUsageError, Action: cmdline.NoKind}
	check := func(k Kind) *cli.Command {
		return k.Command(func(c *cli.Context) error {
			given := c.IsSet("seed")
			err := k.check(c, run, f)
			random = !given && c.IsSet("seed")
			return err
		})
	}
	switch f.Verb {
	case "check":
		return false, nil
	case "exec":
		return drawsNodes(f.Words[:1]), checkExec(run, f.Words)
	case "shape":
		verb = check(Shape(lacks))
	case "kill":
		verb = check(Kill())
	case "pause":
		verb = check(Pause())
	case "partition":
		for _, k := range All() {
			verb.Subcommands = append(verb.Subcommands, check(k))
		}
	}
	app := &cli.App{Commands: []*cli.Command{verb}, HideHelp: true, HideVersion: true,
		OnUsageError: cmdline.OnUsageError, ExitErrHandler: func(*cli.Context, error) {}}
	app.Writer, app.ErrWriter = io.Discard, io.Discard
	called, err := cmdline.Arrange(app, append([]string{"vagganet", f.Verb}, f.Words...))
	if err == nil {
		err = app.Run(called.Args)
	}
	return random, cmdline.WithUsage(err, called.Path)
}

// check returns an error if a timeline can't have a kind do that.
func (k Kind) check(c *cli.Context, run netcmd.Run, f config.Fault) error {
	switch cuts := hasFlag(k, "for") && c.Args().First() != "on"; {
	case c.IsSet("for"):
		return errors.New("--for is not for a timeline; write for: beside it")
	case f.For > 0 && c.Bool("clear"):
		return errors.New("--clear does nothing that could be healed; for: is for what does")
	case f.For > 0 && !cuts:
		return fmt.Errorf("%s cuts nothing; for: is for what does", strings.Join(f.Words, " "))
	case k.Name == "uplink" && run.Isolated != nil:
		return errors.New("an isolated run has no uplink")
	}
	forGuests, err := k.Change(c)
	if err != nil {
		return err
	}
	l := live.Run{Info: netcmd.Info{Run: run.Name, Guests: run.Guests}, Tools: run.Gateway.Tools, BridgeFilter: run.BridgeFilter}
	change, asked, err := anyNodes(run, l.Names(), forGuests)
	if err != nil || asked {
		return err
	}
	made, err := change.Apply(links.NoFaults(l.Names()))
	if err != nil {
		return err
	}
	return CheckBridgeFilter(l, made.Cuts)
}

// anyNodes makes a change as if the first guest were in all roles that the command has.
// Asked reports whether one was asked for: what the change is like is open until then.
func anyNodes(run netcmd.Run, guests []string, forGuests ForGuests) (change faults.Change, asked bool, err error) {
	change, err = forGuests(Nodes{Guests: guests, InRole: func(role string) ([]string, error) {
		asked = true
		return guests[:1], CheckRole(role, run.Roles)
	}})
	var none *links.NoGuestError
	var noRole *NoRoleError
	if asked && !errors.As(err, &none) && !errors.As(err, &noRole) {
		err = nil
	}
	return change, asked, err
}

// NoRoleError is the error that a command has no such role.
type NoRoleError struct {
	Role  string
	Roles map[string]string
}

func (e *NoRoleError) Error() string { return fmt.Sprintf("@%s is no set of nodes", e.Role) }

// Help lists those that there are.
func (e *NoRoleError) Help() string {
	return "there are: " + strings.Join(SetNames(e.Roles), ", ") + "; others are roles of the config file: roles: {" + e.Role + ": a shell command that succeeds where a node is one}"
}

// CheckRole returns an error if there is no such role.
func CheckRole(role string, roles map[string]string) error {
	if _, known := roles[role]; !known {
		return &NoRoleError{role, roles}
	}
	return nil
}

// checkExec returns an error if a timeline can't run a command in that node.
func checkExec(run netcmd.Run, words []string) error {
	if words[0] == netcmd.Bridge {
		return nil
	}
	var guests []string
	for _, g := range run.Guests {
		guests = append(guests, g.Name)
	}
	_, _, err := anyNodes(run, guests, func(n Nodes) (faults.Change, error) {
		nodes, err := sets{words: words[:1]}.in(n)
		if err == nil {
			_, err = checked(guests, nodes)
		}
		return faults.Change{}, err
	})
	return err
}

func hasFlag(k Kind, name string) bool {
	return cmdline.FindFlag(k.flags, "--"+name) != nil
}

// CheckBridgeFilter returns an error if these cuts need a module that is not loaded.
// It is not loaded by the way: that would lead the host's own bridges through its
// firewall.
func CheckBridgeFilter(l live.Run, cuts links.Cuts) error {
	if l.BridgeFilter || !l.NeedsBridgeFilter(cuts) {
		return nil
	}
	what := "--how reject and --how new take"
	if l.Tools.Ebtables == nil {
		what = "run " + l.Run + " has no ebtables, and iptables takes"
	}
	return hints.With(fmt.Errorf("%s the kernel's br_netfilter, which is not loaded", what), bridgeFilterHint)
}

// bridgeFilterHint is how to load it, and to keep the host's bridges as they are.
const bridgeFilterHint = "load it, and keep it off the host's own bridges: sudo modprobe br_netfilter && " +
	"sudo sysctl -w net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0 net.bridge.bridge-nf-call-arptables=0"

// NodeHint returns the cure where a fault names a child that is no guest of the run;
// empty if that is not what is wrong.
func NodeHint(run netcmd.Run, command *config.Command, err error) string {
	var none *links.NoGuestError
	if !errors.As(err, &none) {
		return ""
	}
	for _, c := range run.Children {
		switch {
		case c.Name != none.Name:
		case c.Node == netcmd.Bridge:
			return c.Name + " is a bridge command: it sees every guest, and has no links of its own"
		default:
			return c.Name + " has no network of its own: with \"network: {}\" it is a guest"
		}
	}
	if slices.ContainsFunc(command.Children, func(c *config.Child) bool { return c.Name == none.Name }) {
		return none.Name + " is not started: --only or --exclude leaves it out"
	}
	return ""
}
