package supervisor

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"vagganet/commands/events"
	"vagganet/netcmd"
	"vagganet/netcmd/plan"
)

// pumped is what comes out where a child writes these pieces.
func pumped(pieces ...string) string {
	from, to := io.Pipe()
	go func() {
		for _, p := range pieces {
			io.WriteString(to, p)
		}
		to.Close()
	}()
	var out strings.Builder
	outputOf().pump(&out, from, []byte("a | "), events.Event{})
	return out.String()
}

func TestPump(t *testing.T) {
	long := strings.Repeat("x", lineMax)
	for _, c := range []struct {
		pieces []string
		want   string
	}{
		{nil, ""},
		{[]string{"one\ntwo\n"}, "a | one\na | two\n"},
		{[]string{"on", "e\nt", "wo\n"}, "a | one\na | two\n"},
		{[]string{"one\n", "no end"}, "a | one\na | no end\n"},
		{[]string{"\n\n"}, "a | \na | \n"},
		{[]string{"é\xff\x00\r\n"}, "a | é\xff\x00\r\n"},
		{[]string{long[1:] + "\nb\n"}, "a | " + long[1:] + "\na | b\n"},
		{[]string{long + "\nb\n"}, "a | " + long + "\na | b\n"},
		{[]string{long, "tail\nb\n"}, "a | " + long + cutMark + "\na | tail\na | b\n"},
		{[]string{long + long, long + "\n"}, "a | " + long + cutMark + "\na | " + long + cutMark + "\na | " + long + "\n"},
		{[]string{long, "x"}, "a | " + long + cutMark + "\na | x\n"},
		{[]string{long[1:] + "é\n"}, "a | " + long[1:] + cutMark + "\na | é\n"},
	} {
		if got := pumped(c.pieces...); got != c.want {
			t.Errorf("%.40q became %.80q", c.pieces, got)
		}
	}
}

// lineWriter checks that each write is of whole lines.
type lineWriter struct{ t *testing.T }

func (w lineWriter) Write(p []byte) (int, error) {
	text := string(p)
	if !strings.HasSuffix(text, "\n") {
		w.t.Errorf("%q has no end", text)
	}
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "x | ") {
			w.t.Errorf("%q has no head", line)
		}
	}
	return len(p), nil
}

// countingWriter counts writes.
type countingWriter struct{ writes, bytes int }

func (w *countingWriter) Write(p []byte) (int, error) {
	w.writes++
	w.bytes += len(p)
	return len(p), nil
}

// Lines that are there together are passed on together, and so they are to who
// wants to know of them.
func TestPumpBatches(t *testing.T) {
	const count = 100000
	var out, list countingWriter
	o := outputOf()
	o.recorder = events.NewWriter(&list)
	o.pump(&out, strings.NewReader(strings.Repeat("short\n", count)), []byte("x | "), events.Event{Kind: events.Line})
	if err := o.recorder.Close(); err != nil || out.bytes != count*len("x | short\n") || out.writes > 20 {
		t.Errorf("%d bytes in %d writes: %v", out.bytes, out.writes, err)
	}
	if list.bytes > count*len("short\n")*3/2 {
		t.Errorf("%d bytes of events", list.bytes)
	}
}

// A line comes at once, while its writer waits for it to have come.
func TestPumpAtOnce(t *testing.T) {
	from, to := io.Pipe()
	come, out := io.Pipe()
	go outputOf().pump(out, from, []byte("x | "), events.Event{})
	for range 3 {
		io.WriteString(to, "line\n")
		got := make([]byte, len("x | line\n"))
		if _, err := io.ReadFull(come, got); err != nil || string(got) != "x | line\n" {
			t.Fatalf("%q: %v", got, err)
		}
	}
	to.Close()
}

// What can't be written is remembered, but not where the reader went away: that
// ends the run.
func TestLostOutput(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skipf("skipped: %v", err)
	}
	defer full.Close()
	o := outputOf()
	o.pump(full, strings.NewReader("a\nb\n"), nil, events.Event{})
	if err := o.isLost(); err == nil {
		t.Error("nothing was lost")
	}
	from, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	from.Close()
	unread := false
	o = outputOf()
	o.unread = func() { unread = true }
	o.pump(to, strings.NewReader("a\nb\n"), nil, events.Event{})
	if err := o.isLost(); err != nil || !unread {
		t.Errorf("%v, %v", err, unread)
	}
}

func TestPumpWritesWholeLines(t *testing.T) {
	outputOf().pump(lineWriter{t}, strings.NewReader("a\nbb\n\n"+strings.Repeat("c", 3*lineMax)+"\nd"), []byte("x | "), events.Event{})
}

func outputOf(names ...string) *output {
	spec := Spec{Prefix: true}
	for _, name := range names {
		spec.Run.Children = append(spec.Run.Children, netcmd.Child{Name: name})
	}
	return newOutput(spec, nil, func() {})
}

// Names are padded, and no colour goes where no terminal is.
func TestHead(t *testing.T) {
	file, err := os.Create(t.TempDir() + "/out")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	o := outputOf("a", "long-name")
	for name, want := range map[string]string{"a": "a         | ", "long-name": "long-name | "} {
		if got := string(o.head(file, name)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// On a terminal names have colours, but never with NO_COLOR.
func TestHeadOnTerminal(t *testing.T) {
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("skipped: no terminal to be had: %v", err)
	}
	defer terminal.Close()
	t.Setenv("NO_COLOR", "1")
	if got := string(outputOf("a", "b").head(terminal, "b")); got != "b | " {
		t.Errorf("with NO_COLOR: %q", got)
	}
	os.Unsetenv("NO_COLOR")
	t.Setenv("TERM", "dumb")
	if got := string(outputOf("a", "b").head(terminal, "b")); got != "b | " {
		t.Errorf("on a terminal that knows no colours: %q", got)
	}
	os.Setenv("TERM", "xterm")
	got := string(outputOf("a", "b").head(terminal, "b"))
	if !strings.HasPrefix(got, "\x1b[") || !strings.Contains(got, "b | ") || !strings.HasSuffix(got, "m") {
		t.Errorf("got %q", got)
	}
	if other := string(outputOf("a", "b").head(terminal, "a")); strings.Replace(other, "a | ", "b | ", 1) == got {
		t.Errorf("a and b have the same colour: %q", got)
	}
}

// Stdout goes to stdout and stderr to stderr.
func TestAttach(t *testing.T) {
	stdout, stderr := os.Stdout, os.Stderr
	defer func() { os.Stdout, os.Stderr = stdout, stderr }()
	dir := t.TempDir()
	for prefix, want := range map[bool]string{true: "c | out\nc | err\n", false: "out\nerr\n"} {
		var err1, err2 error
		os.Stdout, err1 = os.Create(dir + "/out")
		os.Stderr, err2 = os.Create(dir + "/err")
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		o := outputOf("c")
		o.prefix = prefix
		cmd := exec.Command("sh", "-c", "echo out; echo err >&2")
		err := startWithOutput(cmd, plan.Thread{}, netcmd.Child{Name: "c"}, o, nil)
		if err == nil {
			err = cmd.Wait()
		}
		o.wait()
		out, _ := os.ReadFile(dir + "/out")
		errs, _ := os.ReadFile(dir + "/err")
		if got := string(out) + string(errs); err != nil || got != want {
			t.Errorf("got %q, want %q: %v", got, want, err)
		}
	}
}

// What is passed on of a child's lines, however they come, is what one would cut
// by hand.
func TestLinesInPieces(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		text := make([]byte, dice.IntN(40))
		for i := range text {
			text[i] = "\nab"[dice.IntN(3)]
		}
		l := lines{head: []byte("x | "), wanted: true}
		for rest := text; len(rest) > 0; {
			n := 1 + dice.IntN(len(rest))
			l.add(rest[:n])
			rest = rest[n:]
		}
		l.end()
		texts, whole := "", ""
		for line := range strings.Lines(string(text)) {
			line = strings.TrimSuffix(line, "\n") + "\n"
			texts, whole = texts+line, whole+"x | "+line
		}
		if string(l.whole) != whole || string(l.texts) != texts {
			t.Fatalf("%q became %q, %q", text, l.whole, l.texts)
		}
	}
}

// BenchmarkPump has a child that writes short lines.
func BenchmarkPump(b *testing.B) {
	var text strings.Builder
	for i := range 500_000 {
		fmt.Fprintln(&text, i)
	}
	for name, wanted := range map[string]io.Writer{"plain": nil, "events": io.Discard} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(text.Len()))
			for b.Loop() {
				o := outputOf()
				if wanted != nil {
					o.recorder = events.NewWriter(wanted)
				}
				o.pump(io.Discard, strings.NewReader(text.String()), []byte("x | "), events.Event{Kind: events.Line})
				if wanted != nil {
					o.recorder.Close()
				}
			}
		})
	}
}
