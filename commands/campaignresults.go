package commands

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"vagganet/commands/campaign"
	"vagganet/commands/cmdline"
	"vagganet/commands/terminal"
)

// resultFlags ask for the forms in which a campaign's result is written.
func resultFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "report", Usage: "write a page for a browser about all seeds to `FILE`"},
		&cli.StringFlag{Name: "junit", Usage: "write a test case for each seed to `FILE`, as CI systems read it"},
		&cli.BoolFlag{Name: "json", Usage: "print the summary as JSON"},
	}
}

func mergeCampaigns(c *cli.Context) error {
	folders := c.Args().Slice()
	if len(folders) == 0 {
		return cmdline.Usagef("campaign merge takes the folders of campaigns")
	}
	if err := checkResultFiles(c); err != nil {
		return err
	}
	s, err := campaign.Summarize(folders)
	if err != nil {
		return err
	}
	switch n := len(s.MissingShards); {
	case n == 1:
		terminal.Say(terminal.Err, "shard %s is missing", s.MissingShards[0])
	case n > 1:
		terminal.Say(terminal.Err, "shards %s and %s are missing", strings.Join(s.MissingShards[:n-1], ", "), s.MissingShards[n-1])
	}
	if err := writeResults(c, s, folders); err != nil {
		return err
	}
	return cmdline.PassOn(s.ExitCode())
}

// checkResultFiles returns an error if a file can't be written that is to be in the end.
func checkResultFiles(c *cli.Context) error {
	for _, option := range []string{"report", "junit"} {
		name := c.String(option)
		if name == "" {
			continue
		}
		file, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY, 0o666)
		if err != nil {
			return err
		}
		file.Close()
	}
	return nil
}

// writeResults writes the summary in the forms that were asked for: for a person first.
func writeResults(c *cli.Context, s campaign.Summary, folders []string) error {
	write := s.WriteText
	to := io.Writer(terminal.Out)
	if c.Bool("json") {
		write, to = s.WriteJSON, terminal.Out.JSON()
	}
	return errors.Join(write(to), writeResultFiles(c, s, folders))
}

func writeResultFiles(c *cli.Context, s campaign.Summary, folders []string) error {
	if name := c.String("report"); name != "" {
		if err := writeFile(name, func(w io.Writer) error { return s.WritePage(w, filepath.Dir(name)) }); err != nil {
			return err
		}
	}
	if name := c.String("junit"); name != "" {
		if err := writeFile(name, func(w io.Writer) error { return campaign.WriteJUnit(w, folders, s) }); err != nil {
			return err
		}
	}
	return nil
}

func writeFile(name string, write func(io.Writer) error) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}
