package supervisor

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/fatih/color"
	"github.com/mattn/go-isatty"
	"golang.org/x/sys/unix"

	"vagganet/commands/events"
	"vagganet/netcmd"
)

// output writes the children's lines, each whole and with the child's name.
type output struct {
	prefix bool
	// threads reports whether each stream of a child has one that waits for it.
	threads bool
	width   int
	colours map[string]*color.Color
	write   sync.Mutex
	// cutOff says that the run ends while a planned fault is being made: what that says
	// is about nodes that are ending, and nobody's concern.
	cutOff atomic.Bool
	// lost is why something could not be written, the first time.
	lost  error
	pumps sync.WaitGroup
	// files are those of run --out, by child; nil where nobody asked for them.
	files map[string]*os.File
	// recorder writes the lines as events, too; nil if nobody asked for them.
	recorder *events.Writer
	marks    chan string
	// marked is closed when all marks are written.
	marked chan struct{}
	// unread is called when nobody reads what is written.
	unread func()
}

func newOutput(spec Spec, recorder *events.Writer, unread func()) *output {
	palette := []color.Attribute{color.FgCyan, color.FgYellow, color.FgGreen, color.FgMagenta, color.FgBlue}
	o := &output{prefix: spec.Prefix, colours: map[string]*color.Color{}, unread: sync.OnceFunc(unread),
		marks: make(chan string, marksMost), marked: make(chan struct{})}
	o.openFiles(spec)
	o.threads = len(spec.Run.Children) <= childrenWithThreads
	if spec.Lines {
		o.recorder = recorder
	}
	for i, child := range spec.Run.Children {
		o.width = max(o.width, len(child.Name))
		o.colours[child.Name] = color.New(palette[i%len(palette)])
	}
	o.colours[faultsName] = color.New(color.Faint)
	go o.writeMarks()
	return o
}

// attach gives a command its standard output and standard error. Look, if not nil, sees
// what it writes, too. The function returned is to be called when the command was started,
// or could not be.
func (o *output) attach(cmd *exec.Cmd, child netcmd.Child, look *log) (func(), error) {
	stdout, doneOut, err := o.stream(os.Stdout, "stdout", child, look)
	if err != nil {
		return nil, err
	}
	stderr, doneErr, err := o.stream(os.Stderr, "stderr", child, look)
	if err != nil {
		doneOut()
		return nil, err
	}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	return func() { doneOut(); doneErr() }, nil
}

// stream is what a child writes to, and what is to be done once it has it. Without
// a prefix, that is where its lines go, unless it is a terminal: from that, the
// child could also read what is typed.
func (o *output) stream(to *os.File, stream string, child netcmd.Child, look *log) (*os.File, func(), error) {
	if !o.prefix && !isatty.IsTerminal(to.Fd()) && look == nil && o.files[child.Name] == nil {
		return to, func() {}, nil
	}
	in, err := o.pipe(to, stream, child, look)
	return in, func() { in.Close() }, err
}

func (o *output) pipe(to *os.File, stream string, child netcmd.Child, look *log) (*os.File, error) {
	from, in, err := o.newPipe()
	if err != nil {
		return nil, err
	}
	head := o.head(to, child.Name)
	line := events.Event{Kind: events.Line, Child: child.Name, Node: child.Node, Stream: stream}
	o.pumps.Add(1)
	go func() {
		defer o.pumps.Done()
		defer from.Close()
		var source io.Reader = from
		if look != nil {
			source = io.TeeReader(from, look)
		}
		if file := o.files[child.Name]; file != nil {
			keep := &kept{to: file, lose: o.lose}
			defer keep.end()
			source = io.TeeReader(source, keep)
		}
		if !o.prefix {
			io.Copy(to, source)
			return
		}
		o.pump(to, source, head, line)
	}()
	return in, nil
}

// childrenWithThreads is up to how many children threads wait for what they write:
// a thread takes memory, and Go has no more than 10,000.
const childrenWithThreads = 50

// newPipe returns a pipe that a thread waits for, if there are not too many.
// Go's own pipes are watched by epoll, for which the kernel wakes somebody up at
// each write, and not only at the first that finds the pipe empty.
func (o *output) newPipe() (from, in *os.File, err error) {
	if !o.threads {
		return os.Pipe()
	}
	var ends [2]int
	if err := unix.Pipe2(ends[:], unix.O_CLOEXEC); err != nil {
		return nil, nil, os.NewSyscallError("pipe2", err)
	}
	return os.NewFile(uintptr(ends[0]), "pipe"), os.NewFile(uintptr(ends[1]), "pipe"), nil
}

func (o *output) head(to *os.File, name string) []byte {
	return []byte(o.coloured(to, name, fmt.Sprintf("%-*s | ", o.width, name)))
}

// coloured is a text in the colour of a child, where colours are seen.
func (o *output) coloured(to *os.File, name, text string) string {
	if os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" || !isatty.IsTerminal(to.Fd()) {
		return text
	}
	c := o.colours[name]
	c.EnableColor()
	return c.Sprint(text)
}

// pump copies lines until the writers are gone, as many at once as are there. A
// last line without its end gets one. Event is what they are.
func (o *output) pump(to io.Writer, from io.Reader, head []byte, event events.Event) {
	in := make([]byte, readMost)
	lines, flood := lines{head: head, wanted: o.recorder != nil}, flood{}
	for {
		n, err := from.Read(in)
		lines.add(in[:n])
		if err != nil {
			lines.end()
		}
		o.pass(to, &lines, event)
		if err != nil {
			return
		}
		if n < readMost/2 && flood.comes(time.Now()) {
			time.Sleep(gather)
		}
	}
}

// pass writes the lines that are whole.
func (o *output) pass(to io.Writer, l *lines, event events.Event) {
	if event.Child == faultsName && o.cutOff.Load() {
		l.whole, l.texts = l.whole[:0], l.texts[:0]
	}
	if len(l.whole) == 0 {
		return
	}
	o.write.Lock()
	_, err := to.Write(l.whole)
	if o.lost == nil {
		o.lost = err
	}
	o.write.Unlock()
	if errors.Is(err, syscall.EPIPE) {
		o.unread()
	}
	if o.recorder != nil {
		event.Lines = l.texts
		o.recorder.Write(event)
	}
	l.whole, l.texts = l.whole[:0], l.texts[:0]
}

// isLost is why some of the output could not be written; nil if all was, or if
// nobody reads it.
func (o *output) isLost() error {
	o.write.Lock()
	defer o.write.Unlock()
	if o.lost == nil || errors.Is(o.lost, syscall.EPIPE) {
		return nil
	}
	return fmt.Errorf("output of the children was lost: %w", o.lost)
}

// wait returns when all of the children's output is written.
func (o *output) wait() { o.pumps.Wait() }
