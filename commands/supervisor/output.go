package supervisor

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"sync"
	"syscall"

	"github.com/fatih/color"
	"github.com/mattn/go-isatty"

	"vagganet/commands/story"
	"vagganet/netcmd"
)

// lineMax is how long a line may be, in bytes, until it is written in pieces.
const lineMax = 64 << 10

// output writes the children's lines, each whole and with the child's name.
type output struct {
	prefix  bool
	width   int
	colours map[string]*color.Color
	write   sync.Mutex
	pumps   sync.WaitGroup
	// told gets the lines, too; nil if nobody asked for them.
	told  *story.Writer
	marks chan string
	// marked is closed when all marks are written.
	marked chan struct{}
	// unheard is called when nobody reads what is written.
	unheard func()
}

func newOutput(spec Spec, told *story.Writer, unheard func()) *output {
	palette := []color.Attribute{color.FgCyan, color.FgYellow, color.FgGreen, color.FgMagenta, color.FgBlue}
	o := &output{prefix: spec.Prefix, colours: map[string]*color.Color{}, unheard: sync.OnceFunc(unheard),
		marks: make(chan string, marksMost), marked: make(chan struct{})}
	if spec.Lines {
		o.told = told
	}
	for i, child := range spec.Run.Children {
		o.width = max(o.width, len(child.Name))
		o.colours[child.Name] = color.New(palette[i%len(palette)])
	}
	o.colours[faultsName] = color.New(color.Faint)
	go o.writeMarks()
	return o
}

// attach gives a command its standard output and standard error. The function
// returned is to be called when the command was started, or could not be.
func (o *output) attach(cmd *exec.Cmd, child netcmd.Child) (func(), error) {
	if !o.prefix {
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		return func() {}, nil
	}
	stdout, err := o.pipe(os.Stdout, "stdout", child)
	if err != nil {
		return nil, err
	}
	stderr, err := o.pipe(os.Stderr, "stderr", child)
	if err != nil {
		stdout.Close()
		return nil, err
	}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	return func() { stdout.Close(); stderr.Close() }, nil
}

func (o *output) pipe(to *os.File, stream string, child netcmd.Child) (*os.File, error) {
	from, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	head := o.head(to, child.Name)
	line := story.Event{Kind: story.Line, Child: child.Name, Node: child.Node, Stream: stream}
	o.pumps.Add(1)
	go func() {
		defer o.pumps.Done()
		defer from.Close()
		o.pump(to, from, head, line)
	}()
	return in, nil
}

func (o *output) head(to *os.File, name string) []byte {
	return []byte(o.coloured(to, name, fmt.Sprintf("%-*s | ", o.width, name)))
}

// coloured is a text in the colour of a child, where colours are seen.
func (o *output) coloured(to *os.File, name, text string) string {
	if os.Getenv("NO_COLOR") != "" || !isatty.IsTerminal(to.Fd()) {
		return text
	}
	c := o.colours[name]
	c.EnableColor()
	return c.Sprint(text)
}

// pump copies lines until the writers are gone. A last line without its end
// gets one. Event is what each of them is.
func (o *output) pump(to io.Writer, from io.Reader, head []byte, event story.Event) {
	lines := bufio.NewReaderSize(from, lineMax)
	for piece := false; ; {
		line, err := lines.ReadSlice('\n')
		// The rest of a line that was written in pieces may be its end alone.
		if len(line) > 0 && !(piece && len(line) == 1 && err == nil) {
			line = bytes.TrimSuffix(line, []byte("\n"))
			whole := slices.Concat(head, line, []byte("\n"))
			o.write.Lock()
			_, err := to.Write(whole)
			o.write.Unlock()
			if errors.Is(err, syscall.EPIPE) {
				o.unheard()
			}
			if o.told != nil {
				text := string(line)
				event.Text = &text
				o.told.Write(event)
			}
		}
		piece = err == bufio.ErrBufferFull
		if err != nil && !piece {
			return
		}
	}
}

// wait returns when all of the children's output is written.
func (o *output) wait() { o.pumps.Wait() }
