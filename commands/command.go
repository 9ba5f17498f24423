package commands

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/config"
	"vagganet/commands/hints"
	"vagganet/commands/project"
	"vagganet/commands/terminal"
)

// command is the one of the config file that is asked for, or one made of
// --guest options; the file is nil for the latter.
func (a App) command(c *cli.Context) (*config.Command, *config.File, error) {
	if guests := c.StringSlice("guest"); len(guests) > 0 {
		if c.Args().Present() {
			return nil, nil, cmdline.Usagef("run takes --guest or a command of the config file, not both")
		}
		command, err := guestCommand(guests)
		return command, nil, err
	}
	if c.NArg() > 1 {
		return nil, nil, cmdline.Usagef("run takes one argument, the name of a command, but got %q as well", c.Args().Get(1))
	}
	name := c.Args().First()
	if c.NArg() == 1 && name == "" {
		return nil, nil, cmdline.Usagef("the name of the command is empty")
	}
	file, err := loadConfig(c)
	if err != nil {
		return nil, nil, err
	}
	if c.NArg() == 0 && a.asVagga && file.Commands["run"] != nil {
		name = "run" // "vagga run" is a command of many files
	} else if c.NArg() == 0 {
		return nil, nil, cmdline.Usagef("run takes the name of a command%s", commandList(file))
	}
	command, err := file.Command(name)
	if err != nil {
		return nil, nil, cmdline.WithExitCode(a.notACommand(err, name), cmdline.ExitNotFound)
	}
	if err := project.CheckSupervised(file, command); err != nil {
		return nil, nil, err
	}
	sayPassedOver(file)
	return command, file, nil
}

// commandList is a line for each command of the file that can be run, with its
// description. As in vagga, those with an underscore in front are not for people.
func commandList(file *config.File) string {
	var names []string
	for name, command := range file.Commands {
		if command.Supervise && !strings.HasPrefix(name, "_") {
			names = append(names, name)
		}
	}
	if names == nil {
		return fmt.Sprintf(" of the kind !Supervise, but %s has none", file.Path)
	}
	slices.Sort(names)
	var rows []cmdline.Row
	for _, name := range names {
		rows = append(rows, cmdline.Row{Name: name, Text: strings.Join(strings.Fields(file.Commands[name].Description), " ")})
	}
	list := fmt.Sprintf(", one of those of %s:", file.Path)
	for _, line := range cmdline.Table(rows) {
		list += "\n   " + strings.TrimRight(line, " ")
	}
	return list
}

// notACommand is the error for a name that no command of the file has. Who calls
// the program by vagga's name may have meant one of its own verbs.
func (a App) notACommand(err error, name string) error {
	if a.asVagga && cmdline.FindCommand(a.cli().Commands, name) != nil {
		return hints.With(err, "vagga knows commands of the file alone; the verb is: vagganet %s", name)
	}
	return err
}

// sayPassedOver says which keys of the file mean something to vagga, and nothing
// here: each once, with the lines it is in.
func sayPassedOver(file *config.File) {
	lines := map[string][]string{}
	for _, i := range file.Ignored {
		lines[i.Key] = append(lines[i.Key], strconv.Itoa(i.Line))
	}
	var keys []string
	for _, key := range slices.Sorted(maps.Keys(lines)) {
		all := lines[key]
		where := strings.Join(all[:min(len(all), 3)], ", ")
		if more := len(all) - 3; more > 0 {
			where += fmt.Sprintf(", and %d more", more)
		}
		keys = append(keys, fmt.Sprintf("%s (line %s)", key, where))
	}
	if keys != nil {
		terminal.Say(terminal.Err, "%s: these keys of vagga's mean nothing here, and are passed over: %s", file.Path, strings.Join(keys, ", "))
	}
}

func loadConfig(c *cli.Context) (*config.File, error) {
	path := c.String("file")
	if path == "" {
		here, err := os.Getwd()
		if err == nil {
			path, err = config.Find(here)
		}
		if errors.Is(err, fs.ErrNotExist) {
			err = hints.With(err, "write one by: vagganet init; or do without, by: vagganet run --guest NAME='COMMAND' …")
		}
		if err != nil {
			return nil, err
		}
	}
	text, err := os.ReadFile(path)
	var failed *fs.PathError
	if errors.As(err, &failed) {
		return nil, hints.With(fmt.Errorf("config file %q: %w", path, failed.Err), "name another one by --file, or write one by: vagganet init")
	}
	if err != nil {
		return nil, err
	}
	return config.Parse(path, text)
}

func guestCommand(guests []string) (*config.Command, error) {
	command := &config.Command{Name: "guests", KillUnresponsiveAfter: config.DefaultKillAfter, Supervise: true}
	seen := map[string]bool{}
	for _, g := range guests {
		name, line, ok := strings.Cut(g, "=")
		if !ok || line == "" {
			return nil, cmdline.Usagef("--guest %q must be NAME=COMMAND", g)
		}
		if err := config.CheckName("guest", name); err != nil {
			return nil, cmdline.AsUsage(err)
		}
		if seen[name] {
			return nil, cmdline.Usagef("--guest names %s twice", name)
		}
		seen[name] = true
		command.Children = append(command.Children, &config.Child{
			Name: name, Network: &config.Network{}, Run: []string{"/bin/sh", "-c", line},
		})
	}
	return command, nil
}
