package commands

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/hints"
	"vagganet/commands/messages"
	"vagganet/commands/runstate"
	"vagganet/commands/supervisor"
	"vagganet/commands/terminal"
	"vagganet/netcmd/links"
)

func (a App) logsVerb() *cli.Command {
	return &cli.Command{
		Name:      "logs",
		Usage:     "print what a run in the background has written, or one of its children",
		ArgsUsage: "[NODE]",
		Flags: []cli.Flag{runFlag(),
			&cli.BoolFlag{Name: "follow", Aliases: []string{"f"}, Usage: "go on until the run has ended"}},
		Action: a.logs,
	}
}

func (a App) logs(c *cli.Context) error {
	if c.NArg() > 1 {
		return cmdline.Usagef("logs takes one node, but got %q as well", c.Args().Get(1))
	}
	run, conn, err := a.dialRun(c)
	if err != nil {
		return err
	}
	reply, err := conn.Send(messages.Message{Logs: true})
	conn.Close()
	if err != nil {
		return err
	}
	log, err := openLog(run, reply.Logs, c.Args().First())
	if err != nil {
		return err
	}
	defer log.Close()
	return a.follow(c.Context, run, log, c.Bool("follow"))
}

// openLog opens what has the lines of a run, or of one child: its name is empty for all.
func openLog(run runstate.Run, logs *messages.Logs, child string) (io.ReadCloser, error) {
	switch {
	case logs == nil:
		return nil, fmt.Errorf("run %s does not know where its lines are", run.Name)
	case child != "" && !slices.Contains(logs.Children, child):
		return nil, hints.With(fmt.Errorf("no child of run %s is called %q", run.Name, child), "there are: %s", links.Brief(logs.Children, ", "))
	case logs.Out != "" && child != "":
		return openFile(run, childFile(logs, child))
	case logs.Out != "" && !logs.Detached:
		return openAll(run, logs)
	case !logs.Detached:
		return nil, hints.With(fmt.Errorf("the lines of run %s are where it was started: it is not in the background", run.Name),
			"start it by run --detach, or with run --out")
	case child != "" && !logs.Prefix:
		return nil, hints.With(fmt.Errorf("it can't be seen which lines are those of %s: run %s was started with --no-prefix", child, run.Name),
			"leave --no-prefix out")
	}
	file, err := openFile(run, logOf(run.Supervisor))
	if err != nil || child == "" {
		return file, err
	}
	return &linesOf{ReadCloser: file, child: child}, nil
}

func openFile(run runstate.Run, path string) (io.ReadCloser, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("the lines of run %s can't be read: %w", run.Name, err)
	}
	return file, nil
}

// childFile is the file of a child in the folder of run --out.
func childFile(logs *messages.Logs, child string) string {
	return filepath.Join(logs.Out, supervisor.LogName(child))
}

// follow prints a log as far as it goes, or until the run has ended.
func (a App) follow(ctx context.Context, run runstate.Run, log io.Reader, on bool) error {
	for {
		lives := a.lives(run.Supervisor, run.Started)
		if _, err := io.Copy(terminal.Out.Raw(), log); err != nil {
			return err
		}
		if !on || !lives {
			return nil
		}
		if err := pause(ctx); err != nil {
			return err
		}
	}
}

// linesOf reads the lines of one child from those of all, without its name.
type linesOf struct {
	io.ReadCloser
	child string
	rest  []byte // a line without its end
	found []byte
}

func (l *linesOf) Read(p []byte) (int, error) {
	buffer := make([]byte, 64<<10)
	for len(l.found) == 0 {
		n, err := l.ReadCloser.Read(buffer)
		l.add(buffer[:n])
		if err != nil && len(l.found) == 0 {
			return 0, err
		}
	}
	n := copy(p, l.found)
	l.found = l.found[n:]
	return n, nil
}

func (l *linesOf) add(text []byte) {
	l.rest = append(l.rest, text...)
	for {
		line, rest, whole := bytes.Cut(l.rest, []byte("\n"))
		if !whole {
			return
		}
		l.rest = rest
		name, text, _ := bytes.Cut(line, []byte("|"))
		if string(bytes.TrimRight(name, " ")) == l.child {
			l.found = append(append(l.found, bytes.TrimPrefix(text, []byte(" "))...), '\n')
		}
	}
}

// allLogs are the files of all children, read as far as each goes, with the child's name in
// front of each line.
type allLogs []*namedLog

type namedLog struct {
	io.ReadCloser
	head string
	rest []byte // a line without its end
}

func openAll(run runstate.Run, logs *messages.Logs) (io.ReadCloser, error) {
	var all allLogs
	width := 0
	for _, child := range logs.Children {
		width = max(width, len(child))
	}
	for _, child := range logs.Children {
		file, err := openFile(run, childFile(logs, child))
		if err != nil {
			all.Close()
			return nil, err
		}
		all = append(all, &namedLog{ReadCloser: file, head: fmt.Sprintf("%-*s | ", width, child)})
	}
	return all, nil
}

// WriteTo writes what has come since it was last called: io.Copy calls it.
func (a allLogs) WriteTo(w io.Writer) (int64, error) {
	var written int64
	for _, l := range a {
		text, err := io.ReadAll(l.ReadCloser)
		if err != nil {
			return written, err
		}
		text = append(l.rest, text...)
		end := bytes.LastIndexByte(text, '\n') + 1
		l.rest = bytes.Clone(text[end:])
		for line := range bytes.Lines(text[:end]) {
			n, err := fmt.Fprintf(w, "%s%s", l.head, line)
			written += int64(n)
			if err != nil {
				return written, err
			}
		}
	}
	return written, nil
}

// Read is there for io.Reader; WriteTo reads.
func (a allLogs) Read([]byte) (int, error) { return 0, io.EOF }

// Close closes all files.
func (a allLogs) Close() error {
	for _, l := range a {
		l.ReadCloser.Close()
	}
	return nil
}
