package commands

import (
	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/config"
	"vagganet/commands/hints"
	"vagganet/commands/project"
)

// command is the one of the config file that is asked for, or one made of
// --guest options; the file is nil for the latter.
func (a App) command(c *cli.Context) (*config.Command, *config.File, error) {
	args := runArguments(c)
	if guests := c.StringSlice("guest"); len(guests) > 0 {
		if len(args) > 0 {
			return nil, nil, cmdline.Usagef("%s takes --guest or a command of the config file, not both", c.Command.Name)
		}
		command, err := project.GuestCommand(guests)
		return command, nil, err
	}
	if len(args) > 1 {
		return nil, nil, hints.With(cmdline.Usagef("%s takes one argument, the name of a command, but got %q as well", c.Command.Name, args[1]),
			"a command that is to run beside the children comes behind --")
	}
	name := ""
	if len(args) == 1 {
		name = args[0]
	}
	if len(args) == 1 && name == "" {
		return nil, nil, cmdline.Usagef("the name of the command is empty")
	}
	file, err := project.Load(c.String("file"))
	if err != nil {
		return nil, nil, err
	}
	if len(args) == 0 && a.asVagga && file.Commands["run"] != nil {
		name = "run" // "vagga run" is a command of many files
	} else if len(args) == 0 {
		return nil, nil, cmdline.Usagef("%s takes the name of a command%s", c.Command.Name, project.CommandList(file))
	}
	command, err := file.Command(name)
	if err != nil {
		return nil, nil, cmdline.WithExitCode(a.notACommand(err, name), cmdline.ExitNotFound)
	}
	if err := project.CheckSupervised(file, command); err != nil {
		return nil, nil, err
	}
	project.SayPassedOver(file)
	return command, file, nil
}

// notACommand is the error for a name that no command of the file has. Who calls
// the program by vagga's name may have meant one of its own verbs.
func (a App) notACommand(err error, name string) error {
	if a.asVagga && cmdline.FindCommand(a.cli().Commands, name) != nil {
		return hints.With(err, "vagga knows commands of the file alone; the verb is: vagganet %s", name)
	}
	return err
}
