package commands

import (
	"maps"
	"os"
	"slices"
	"sort"
	"strings"

	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/completion"
	"vagganet/commands/config"
	"vagganet/commands/kinds"
	"vagganet/commands/project"
	"vagganet/commands/runstate"
	"vagganet/commands/settings"
	"vagganet/commands/terminal"
	"vagganet/netcmd"
	"vagganet/netcmd/addresses"
	"vagganet/netcmd/gateway"
	"vagganet/netcmd/links"
)

// completeVerb is what the shells' completion functions call: behind it are "--", or
// "--quoted" for words with quotes as they were typed, and the words of a command line up
// to the cursor.
const completeVerb = "_complete"

// complete prints what the last of the words may become. Where something is wrong, there
// are fewer candidates, and nothing else: nobody wants to read errors while typing.
func (a App) complete(args []string) {
	if len(args) < 2 {
		return
	}
	words := slices.Clone(args[1:])
	if args[0] == "--quoted" {
		for i, word := range words {
			words[i] = completion.Unquote(word)
		}
	}
	_ = settings.Load()
	answer := completion.Complete(a.cli(), words, a.valuesOf)
	_ = answer.Write(terminal.Out)
}

// valuesOf returns what an argument or the value of an option may be.
func (a App) valuesOf(name string, line cmdline.Partial, typed string) completion.Answer {
	var list []string
	switch name {
	case "--how":
		for _, how := range links.Hows {
			list = append(list, how.String())
		}
	case "--format":
		list = formatNames()
	case "--only", "--exclude":
		list = a.childrenAndTags(line)
	case "--run":
		for _, r := range a.seenRuns(line) {
			list = append(list, r.Name)
		}
	case "--keep":
		list = []string{"failed", "all"}
	case "--signal":
		list = []string{"HUP", "INT", "KILL", "QUIT", "TERM", "USR1", "USR2"}
	case "NODE":
		list = a.nodes(line)
		if kinds.IsSet(typed) {
			list = append(a.sets(line), list...)
		}
	case "FROM:TO":
		list = pairs(a.guests(line), typed)
	case "COMMAND":
		if cmdline.WrapsCommand(line.Path) {
			return completion.Answer{Kind: completion.Commands}
		}
		return completion.Answer{Kind: completion.Words, Candidates: a.commandsOf(line)}
	case "DRIVER":
		return completion.Answer{Kind: completion.Commands}
	case "ARGUMENT", "DIRECTORY", "DIRECTORY/seed-N":
		return completion.Answer{Kind: completion.Files}
	}
	answer := completion.Answer{Kind: completion.Words}
	for _, word := range list {
		answer.Candidates = append(answer.Candidates, completion.Candidate{Word: word})
	}
	return answer
}

// commandsOf returns the commands of the config file that can be run, without those that
// are not for people.
func (a App) commandsOf(line cmdline.Partial) (list []completion.Candidate) {
	if len(line.Values("guest")) > 0 {
		return nil
	}
	for name, command := range a.fileOf(line).Commands {
		if command.Supervise && !strings.HasPrefix(name, "_") {
			list = append(list, completion.Candidate{Word: name, About: command.Description})
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Word < list[j].Word })
	return list
}

// childrenAndTags returns those of the command on the line, or of all commands where it has
// yet to come, that the line has not got.
func (a App) childrenAndTags(line cmdline.Partial) (list []string) {
	for name, command := range a.fileOf(line).Commands {
		if len(line.Arguments) > 0 && line.Arguments[0] != name {
			continue
		}
		for _, child := range command.Children {
			list = append(list, child.Name)
			list = append(list, child.Tags...)
		}
	}
	slices.Sort(list)
	given := slices.Concat(line.Values("only"), line.Values("exclude"))
	return slices.DeleteFunc(slices.Compact(list), func(word string) bool { return slices.Contains(given, word) })
}

// fileOf returns the config file of a line; an empty one where it can't be read. What is
// not a file, such as a pipe, might have nothing to read for ever.
func (a App) fileOf(line cmdline.Partial) *config.File {
	path := optionOf(line, "file")
	if info, err := os.Stat(path); path == "" || err == nil && info.Mode().IsRegular() {
		if file, err := project.Load(path); err == nil {
			return file
		}
	}
	return &config.File{}
}

// nodes returns the nodes that the line hasn't got yet.
func (a App) nodes(line cmdline.Partial) []string {
	nodes := a.guests(line)
	if cmdline.WrapsCommand(line.Path) {
		return append(nodes, netcmd.Bridge)
	}
	given := line.Arguments
	if slices.Equal(line.Path, []string{"partition", "split"}) { // its clusters may overlap
		for slices.Contains(given, "--") {
			given = given[slices.Index(given, "--")+1:]
		}
	}
	return slices.DeleteFunc(nodes, func(node string) bool { return slices.Contains(given, node) })
}

// sets returns the sets of nodes that a verb knows.
func (a App) sets(line cmdline.Partial) []string {
	roles := map[string]string{}
	for _, info := range a.infos(line) {
		maps.Copy(roles, info.Roles)
	}
	return kinds.SetNames(roles)
}

// pairs returns links as they are written: first their senders alone, with the colon.
func pairs(guests []string, typed string) (list []string) {
	from, _, hasColon := strings.Cut(typed, ":")
	for _, guest := range guests {
		switch {
		case !hasColon:
			list = append(list, guest+":")
		case guest != from:
			list = append(list, from+":"+guest)
		}
	}
	return list
}

// guests returns the guests of the run that a line is about; none where that isn't known.
func (a App) guests(line cmdline.Partial) (names []string) {
	for _, info := range a.infos(line) {
		for _, guest := range info.Guests {
			names = append(names, guest.Name)
		}
	}
	return names
}

// infos returns what the run says of itself that a line is about; of several by that name,
// all; none where it isn't known which it is.
func (a App) infos(line cmdline.Partial) (infos []*netcmd.Info) {
	runs, wanted := a.seenRuns(line), optionOf(line, "run")
	for _, r := range runs {
		if r.Info != nil && (r.Name == wanted || wanted == "" && len(runs) == 1) {
			infos = append(infos, r.Info)
		}
	}
	return infos
}

// seenRuns returns the runs that are up on the gateway that a line is about, or the one that
// the caller is in.
func (a App) seenRuns(line cmdline.Partial) []runstate.Run {
	network, err := addresses.ParseNetwork(optionOf(line, "network"))
	g := gateway.Gateway{Interface: optionOf(line, "interface"), Network: network}
	if err != nil || addresses.CheckInterface(g.Interface) != nil {
		return nil
	}
	if own := a.Machine.Inside(g); own != nil {
		return []runstate.Run{*own}
	}
	runs, _ := a.Machine.SeenRuns(g)
	return runs
}

// optionOf returns the value of an option on a line, or else that of its variable, or its
// default.
func optionOf(line cmdline.Partial, name string) string {
	if values := line.Values(name); len(values) > 0 {
		return values[len(values)-1]
	}
	flag, _ := cmdline.FindFlag(append(globalFlags(), runFlag()), name).(*cli.StringFlag)
	for _, variable := range flag.EnvVars {
		if value := os.Getenv(variable); value != "" {
			return value
		}
	}
	return flag.Value
}
