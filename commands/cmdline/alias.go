package cmdline

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// Alias makes a call by another name what it stands for: vagga_partition and
// vagga_network are the verb partition, and vagga has commands of the file for
// verbs.
func Alias(app *cli.App, args []string) []string {
	switch filepath.Base(args[0]) {
	case "vagga_partition", "vagga_network":
		return append([]string{args[0], "partition"}, args[1:]...)
	case "vagga":
		return asVagga(app, args)
	}
	return args
}

// asVagga makes a call of vagga one of this program: "vagga NAME" is "run NAME",
// unless it is one of the verbs that vagga has.
func asVagga(app *cli.App, args []string) []string {
	w := words{known: AllFlags(app), rest: args[1:]}
	w.takeOptions()
	front := args[1 : len(args)-len(w.rest)]
	switch {
	case len(w.rest) == 0 && (w.has(cli.HelpFlag) || w.has(cli.VersionFlag)):
		return args
	case len(w.rest) > 0 && strings.HasPrefix(w.rest[0], "_") && FindCommand(app.Commands, w.rest[0]) != nil:
		return args
	case len(w.rest) > 0 && w.rest[0] == "run":
		w.rest = w.rest[1:]
	}
	return slices.Concat(args[:1], []string{"run"}, front, allNames(w.rest))
}

// allNames gives each name of a list its own option: vagga's --only and
// --exclude take all words up to the next option. What is behind "--" is a command's.
func allNames(words []string) (more []string) {
	option := ""
	for i, word := range words {
		switch {
		case word == "--":
			return append(more, words[i:]...)
		case word == "--only" || word == "--exclude":
			option = word
			continue
		case strings.HasPrefix(word, "-"):
			option = ""
		case option != "":
			more = append(more, option)
		}
		more = append(more, word)
	}
	return more
}
