package campaign

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"al.essio.dev/pkg/shellescape"
	"golang.org/x/sys/unix"

	"vagganet/commands/report"
	"vagganet/netcmd"
)

// Runs are what each seed is run by: a process of its own.
type Runs struct {
	Program string // its path
	About
	// Timeout is how long one may take; 0 for any time.
	Timeout time.Duration
}

// Words are the arguments of the run of a seed, with further options.
func (a About) Words(seed string, more ...string) []string {
	words := append([]string{"run", "--seed", seed}, more...)
	words = append(words, a.Options...)
	if a.Command != "" {
		words = append(words, a.Command)
	}
	if len(a.Driver) > 0 {
		words = append(append(words, "--"), a.Driver...)
	}
	return words
}

// RunLine is the command line that runs a seed again, with further options.
func (a About) RunLine(seed string, more ...string) string {
	return shellescape.QuoteCommand(append([]string{"vagganet"}, a.Words(seed, more...)...))
}

// patience is how long a run may take to end that was asked to, before it is killed.
const patience = 15 * time.Second

// process is the run of a seed.
type process struct {
	seed   uint64
	folder string // its own
	output string // the file that it writes to
	runs   Runs
	epoch  int // of the number of runs at once, when it was started

	mutex   sync.Mutex
	cmd     *exec.Cmd
	signal  syscall.Signal // what it got before it was there
	ended   bool
	sent    bool          // a signal, before it had ended
	timeout time.Duration // that has passed
}

// Send sends a signal to the run. KILL ends it at once, and nothing of it is left.
func (p *process) send(s syscall.Signal) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.sent = p.sent || !p.ended
	if p.cmd == nil || p.cmd.Process == nil {
		p.signal = s
		return
	}
	if !p.ended {
		p.cmd.Process.Signal(s)
	}
}

func (p *process) wasSent() bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.sent
}

// run runs the seed to its end.
func (p *process) run() Result {
	r := Result{Seed: p.seed, Begin: time.Now().UTC().Round(time.Millisecond), Repeat: p.runs.RunLine(fmt.Sprint(p.seed)), Faults: []report.Fault{}}
	began, kills := time.Now(), outOfMemoryKills()
	code, err := p.start()
	r.Seconds = time.Since(began).Round(time.Millisecond).Seconds()
	if err != nil {
		r.Verdict, r.Why = Error, err.Error()
		if isFull(err.Error()) {
			r.Verdict = DiskFull
		}
		return r
	}
	e := ended{code: code, timeout: p.timeout, outOfMemory: outOfMemoryKills() > kills, summary: p.summary()}
	text := tail(p.output, tailMost)
	e.messages, e.diskFull = messages(text), p.isDiskFull(e, text)
	r.Code = e.code
	r.Verdict, r.Why = e.judge()
	if s := e.summary; s != nil {
		r.Latest, r.late = s.Latest, len(s.Missed)+len(s.Late) > 0
		r.Faults = append(r.Faults, s.Faults...)
	}
	return r
}

// start starts the process, and waits for its end.
func (p *process) start() (code *int, err error) {
	output, err := os.Create(p.output)
	if err != nil {
		return nil, err
	}
	defer output.Close()
	cmd := exec.Command(p.runs.Program, p.runs.Words(fmt.Sprint(p.seed), "--out", p.folder)...)
	cmd.Stdout, cmd.Stderr = output, output
	// It ends with this process, whatever that ends by. Ctrl+C is not for it: who runs the
	// campaign decides what becomes of it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Pdeathsig: syscall.SIGKILL}
	// The signal comes at the end of the thread that has started it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := p.begin(cmd); err != nil {
		return nil, fmt.Errorf("it could not be started: %w", err)
	}
	defer p.limit()()
	err = cmd.Wait()
	p.mutex.Lock()
	p.ended = true
	p.mutex.Unlock()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return nil, err
	}
	if n := cmd.ProcessState.ExitCode(); n >= 0 {
		return &n, nil
	}
	return nil, nil
}

func (p *process) begin(cmd *exec.Cmd) error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.cmd = cmd
	if err := cmd.Start(); err != nil {
		p.ended = true
		return err
	}
	if p.signal != 0 {
		cmd.Process.Signal(p.signal)
	}
	return nil
}

// limit ends the run when its time is up. The function returned ends the limit.
func (p *process) limit() (stop func()) {
	if p.runs.Timeout == 0 {
		return func() {}
	}
	kill := time.AfterFunc(p.runs.Timeout+patience, func() { p.send(syscall.SIGKILL) })
	end := time.AfterFunc(p.runs.Timeout, func() {
		time.Sleep(stood) // its end may be known only now
		p.mutex.Lock()
		if !p.ended {
			p.timeout = p.runs.Timeout
		}
		p.mutex.Unlock()
		p.send(syscall.SIGTERM)
	})
	return func() { kill.Stop(); end.Stop() }
}

// stood is how long it takes to find that a run has ended while this process stood still,
// by Ctrl+Z.
const stood = 100 * time.Millisecond

// summary is the run's run.json; nil if it has written none.
func (p *process) summary() *report.Summary {
	text, err := os.ReadFile(filepath.Join(p.folder, report.SummaryFile))
	var s report.Summary
	if err != nil || json.Unmarshal(text, &s) != nil {
		return nil
	}
	return &s
}

// tailMost is how much of what a run has written is looked at.
const tailMost = 64 << 10

// tail is the end of a file, in whole lines.
func tail(path string, most int64) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return ""
	}
	from := max(0, info.Size()-most)
	text, _ := io.ReadAll(io.NewSectionReader(file, from, most))
	if i := bytes.IndexByte(text, '\n'); from > 0 && i >= 0 {
		text = text[i+1:]
	}
	return string(text)
}

// messages are what vagganet itself has said of a run.
func messages(output string) (list []string) {
	for line := range strings.Lines(output) {
		if text, is := strings.CutPrefix(line, "vagganet: "); is {
			list = append(list, strings.TrimSpace(text))
		}
	}
	return list
}

// isFull reports whether a text speaks of it: libc and Go do so by the same words.
func isFull(text string) bool {
	text = strings.ToLower(text)
	return strings.Contains(text, unix.ENOSPC.Error()) || strings.Contains(text, unix.EDQUOT.Error())
}

// isDiskFull reports whether vagganet says that no space was left, or there is none where it
// writes to.
func (p *process) isDiskFull(e ended, text string) bool {
	const least = 64 << 10
	var fs unix.Statfs_t
	if unix.Statfs(filepath.Dir(p.output), &fs) == nil && fs.Blocks > 0 && fs.Bavail*uint64(fs.Bsize) < least {
		return true
	}
	return isFull(text) && (e.summary == nil || e.summary.Code == netcmd.ExitOwn)
}

// outOfMemoryKills is how many processes the kernel has killed since no memory was left, in
// any cgroup; 0 where that isn't known.
func outOfMemoryKills() (n int) {
	file, err := os.Open("/proc/vmstat")
	if err != nil {
		return 0
	}
	defer file.Close()
	for in := bufio.NewScanner(file); in.Scan(); {
		if count, is := strings.CutPrefix(in.Text(), "oom_kill "); is {
			fmt.Sscan(count, &n)
		}
	}
	return n
}
