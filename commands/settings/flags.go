package settings

import (
	"os"
	"strconv"

	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/hints"
)

// CheckEnvironment returns an error if a variable is neither true nor false that sets an
// option without a value. YAML's words for that are made those that the library
// knows.
func CheckEnvironment(flags []cli.Flag) error {
	for _, flag := range flags {
		boolean, ok := flag.(*cli.BoolFlag)
		if !ok {
			continue
		}
		for _, name := range boolean.EnvVars {
			value := os.Getenv(name)
			if value == "" {
				continue
			}
			if _, err := strconv.ParseBool(plainBool(value)); err != nil {
				return hints.With(cmdline.Usagef("%s is %q, but can only be true or false", name, value), "unset it, or set it to true")
			}
			os.Setenv(name, plainBool(value))
		}
	}
	return nil
}
