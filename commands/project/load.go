package project

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"vagganet/commands/cmdline"
	"vagganet/commands/config"
	"vagganet/commands/hints"
	"vagganet/commands/terminal"
)

// CommandList is a line for each command of the file that can be run, with its
// description. As in vagga, those with an underscore in front are not for people.
func CommandList(file *config.File) string {
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

// SayPassedOver writes which keys of the file mean something to vagga, and nothing
// here: each once, with the lines it is in.
func SayPassedOver(file *config.File) {
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

// Load reads the config file at a path; where that is empty, the one that is found
// here, or in a folder above.
func Load(path string) (*config.File, error) {
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
	return config.Parse(path, text, os.LookupEnv)
}

// GuestCommand makes a command of NAME=COMMAND words, without a file.
func GuestCommand(guests []string) (*config.Command, error) {
	command := &config.Command{Name: "guests", KillUnresponsiveAfter: config.DefaultKillAfter, Supervise: true,
		Replicas: map[string][]string{}, Roles: map[string]string{}}
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
