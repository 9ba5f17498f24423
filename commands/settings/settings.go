// Package settings reads the settings files into the environment, which the options of
// the command line read.
package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"al.essio.dev/pkg/shellescape"
	"github.com/google/shlex"
	"go.yaml.in/yaml/v4"

	"vagganet/commands/hints"
	"vagganet/netcmd/plan"
)

// systemSettings is the settings file of all users.
const systemSettings = "/etc/vagganet/settings.yaml"

// Names returns the keys of a settings file. Each is also a variable of the
// environment, VAGGANET_NAME.
func Names() []string {
	return append([]string{"interface", "network", "guest-network", "trace", "no-iptables", "no-host"}, commandSettings()...)
}

// commandSettings are those settings that name a command.
func commandSettings() []string {
	return append([]string{"sudo"}, slices.Sorted(maps.Keys((&plan.Tools{}).ByName()))...)
}

// Variable returns the variable of the environment that has a setting.
func Variable(name string) string {
	return "VAGGANET_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

// Load puts what the settings files say into the environment, where
// nothing is set yet: so flags go before the environment, that before the
// user's file, and that before the system's. The processes of a run inherit
// the same settings.
func Load() error {
	for _, name := range Names() {
		// Set to nothing is not set.
		if os.Getenv(Variable(name)) == "" {
			os.Unsetenv(Variable(name))
		}
	}
	files := []string{systemSettings}
	if dir, err := os.UserConfigDir(); err == nil {
		files = []string{filepath.Join(dir, "vagganet", "settings.yaml"), systemSettings}
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		// Another user's folder is looked into where HOME is not one's own.
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, fs.ErrPermission) {
			continue
		}
		if err == nil {
			err = Apply(file, text)
		}
		if err != nil {
			return err
		}
	}
	return absoluteCommands()
}

// absoluteCommands makes the paths of commands in the environment absolute. They
// are noted, and run later by others: by processes of a run, whose folder is
// another one, and by root, who would find somebody else's file there.
func absoluteCommands() error {
	for _, name := range commandSettings() {
		text := os.Getenv(Variable(name))
		if !strings.Contains(text, "/") {
			continue // most are not set
		}
		words, ok := SplitCommand(text)
		if !ok || !slices.ContainsFunc(words, isRelative) {
			continue // what is no command is an error for who wants to run it
		}
		if err := MakeAbsolute(words); err != nil {
			return fmt.Errorf("%s: %w", Variable(name), err)
		}
		if err := os.Setenv(Variable(name), shellescape.QuoteCommand(words)); err != nil {
			return err
		}
	}
	return nil
}

// MakeAbsolute makes the relative paths among the words of a command absolute.
func MakeAbsolute(words []string) error {
	for i, w := range words {
		if !isRelative(w) {
			continue
		}
		path, err := filepath.Abs(w)
		if err != nil {
			return err
		}
		words[i] = path
	}
	return nil
}

// isRelative reports whether a word of a command is a path that depends on the
// folder it is looked for in. Options and assignments are none.
func isRelative(word string) bool {
	return strings.Contains(word, "/") && !filepath.IsAbs(word) && !strings.HasPrefix(word, "-") && !strings.Contains(word, "=")
}

// plainBool makes YAML's other words for true and false those that options
// take.
func plainBool(value string) string {
	switch strings.ToLower(value) {
	case "yes", "on":
		return "true"
	case "no", "off":
		return "false"
	}
	return value
}

// Apply puts the settings of a file into the environment, where they are not set yet.
func Apply(file string, text []byte) error {
	var settings map[string]yaml.Node
	if err := yaml.Unmarshal(text, &settings); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	names, commands := Names(), commandSettings()
	for name, value := range settings {
		if !slices.Contains(names, name) {
			return hints.With(fmt.Errorf("%s:%d: unknown setting %q", file, value.Line, name), "%s", hints.Nearest(name, names))
		}
		if value.Kind != yaml.ScalarNode {
			return fmt.Errorf("%s:%d: setting %q must be a string", file, value.Line, name)
		}
		if words, ok := SplitCommand(value.Value); ok && slices.Contains(commands, name) && slices.ContainsFunc(words, isRelative) {
			return hints.With(fmt.Errorf("%s:%d: setting %q has a relative path: %s", file, value.Line, name, value.Value),
				"write it from the root on: it is another file in each folder")
		}
		if _, set := os.LookupEnv(Variable(name)); set {
			continue
		}
		if os.Setenv(Variable(name), plainBool(value.Value)) != nil {
			return fmt.Errorf("%s:%d: setting %q has a NUL byte in it: remove it", file, value.Line, name)
		}
	}
	return nil
}

// SplitCommand splits what a user names a command by. What starts like an option
// would be taken for one by the command that starts it, such as sudo.
func SplitCommand(text string) ([]string, bool) {
	words, err := shlex.Split(text)
	if err != nil || len(words) == 0 || words[0] == "" || strings.HasPrefix(words[0], "-") {
		return nil, false
	}
	return words, true
}
