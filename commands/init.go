package commands

import (
	_ "embed" // for the starter
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"vagganet/commands/config"
	"vagganet/commands/hints"
	"vagganet/commands/terminal"
)

// starter is the file that init writes.
//
//go:embed starter.yaml
var starter []byte

func (a App) initVerb() *cli.Command {
	return &cli.Command{
		Name:  "init",
		Usage: "write a commented vagga.yaml to start from",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "print", Usage: "print it, and write no file"},
			&cli.BoolFlag{Name: "force", Usage: "replace a file that is there"},
		},
		Action: a.init,
	}
}

func (a App) init(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	program, _ := a.Machine.Program()
	text := append(modeline(program), starter...)
	if c.Bool("print") {
		_, err := terminal.Out.Write(text)
		return err
	}
	path := config.FileName
	if c.String("file") != "" {
		path = c.String("file")
	}
	write := writeNew
	if c.Bool("force") {
		write = replaceFile
	}
	err := write(path, text)
	if errors.Is(err, fs.ErrExist) && !c.Bool("force") {
		return hints.With(fmt.Errorf("%s is there already", path),
			"vagganet init --force replaces it; vagganet init --print only shows what it would be")
	}
	if err == nil {
		terminal.Say(terminal.Err, "wrote %s", path)
	}
	return err
}

// modeline is the line by which editors find the schema of the file that is installed
// with the program: yaml-language-server reads it. There is none where that isn't
// installed, as after `make build`.
func modeline(program string) []byte {
	schema := filepath.Join(filepath.Dir(filepath.Dir(program)), "share/vagganet/vagga.schema.json")
	if _, err := os.Stat(schema); err != nil {
		return nil
	}
	return []byte("# yaml-language-server: $schema=" + schema + "\n\n")
}

// writeNew writes a file that isn't there yet: the error is an fs.ErrExist if it
// is. A file that can't be written whole goes again.
func writeNew(path string, text []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err = errors.Join(err, file.Close()); err != nil {
		os.Remove(path)
	}
	return err
}

// replaceFile writes a file in the place of one that may be there: that stays
// until the new one is whole.
func replaceFile(path string, text []byte) error {
	draft := fmt.Sprintf("%s.%d", path, os.Getpid())
	if err := writeNew(draft, text); err != nil {
		return err
	}
	err := os.Rename(draft, path)
	if err != nil {
		os.Remove(draft)
	}
	return err
}
