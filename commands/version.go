package commands

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/urfave/cli/v2"
)

func (a App) versionVerb() *cli.Command {
	return &cli.Command{
		Name:  "version",
		Usage: "print the version, the commit, and what the program was built with",
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			fmt.Fprintf(c.App.Writer, "vagganet %s\ncommit   %s\nbuilt    with %s for %s/%s\n", a.Version,
				cmp.Or(a.Commit, builtFrom(), "unknown"), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return nil
		},
	}
}

// builtFrom is the commit that go build has written into the program; empty if it
// has not.
func builtFrom() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return ""
}
