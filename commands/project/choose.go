package project

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"vagganet/commands/cmdline"
	"vagganet/commands/config"
	"vagganet/commands/hints"
)

// Choice has the children that are to be started, by name.
type Choice map[string]bool

// Choose are those of a command that --only and --exclude leave. Each
// of their words is a child's name or a tag.
func Choose(command *config.Command, only, exclude []string) (Choice, error) {
	for _, option := range []struct {
		name  string
		words []string
	}{{"--only", only}, {"--exclude", exclude}} {
		for _, word := range option.words {
			if !slices.ContainsFunc(command.Children, func(c *config.Child) bool { return isCalled(c, word) }) {
				return nil, noSuchChild(command, option.name, word)
			}
		}
	}
	chosen := Choice{}
	for _, child := range command.Children {
		called := func(word string) bool { return isCalled(child, word) }
		if (len(only) == 0 || slices.ContainsFunc(only, called)) && !slices.ContainsFunc(exclude, called) {
			chosen[child.Name] = true
		}
	}
	if len(chosen) == 0 {
		return nil, cmdline.WithExitCode(hints.With(errors.New("--only and --exclude leave no child to start"),
			"there are: %s", childWords(command)), cmdline.ExitNotFound)
	}
	for _, child := range command.Children {
		if chosen[child.Name] && child.Node != "" && !chosen[child.Node] {
			return nil, hints.With(fmt.Errorf("%s shares the network of %s, which --only or --exclude leaves out", child.Name, child.Node),
				"start %s, too, or leave %s out by: --exclude %[2]s", child.Node, child.Name)
		}
	}
	return chosen, nil
}

func isCalled(child *config.Child, word string) bool {
	return child.Name == word || slices.Contains(child.Tags, word)
}

func noSuchChild(command *config.Command, option, word string) error {
	return hints.With(fmt.Errorf("%s %q is no child of command %s, nor a tag of one", option, word, command.Name),
		"there are: %s", childWords(command))
}

// childWords lists the names of a command's children, then their tags.
func childWords(command *config.Command) string {
	var names, tags []string
	for _, child := range command.Children {
		names = append(names, child.Name)
		tags = append(tags, child.Tags...)
	}
	slices.Sort(tags)
	return strings.Join(append(names, slices.Compact(tags)...), ", ")
}
