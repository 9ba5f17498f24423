package cmdline

import (
	"strings"

	"github.com/urfave/cli/v2"

	"vagganet/commands/hints"
)

// NoKind is the action of a verb that has kinds.
func NoKind(c *cli.Context) error {
	if !c.Args().Present() {
		return hints.With(Usagef("%s takes a kind", c.Command.Name), "%s", strings.Join(KindNames(c.Command), ", "))
	}
	return UnknownKind(c.Command, c.Args().First())
}

// OnUsageError makes an error of the library one of a call whose words are wrong.
func OnUsageError(_ *cli.Context, err error, _ bool) error { return AsUsage(err) }
