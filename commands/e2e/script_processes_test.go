package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// until [!] CMD…: tries until CMD succeeds (with !: fails); then its output is
// there for stdout and stderr.
func cmdUntil(ts *testscript.TestScript, neg bool, args []string) {
	wantFailure := len(args) > 0 && args[0] == "!"
	if wantFailure {
		args = args[1:]
	}
	if neg || len(args) == 0 {
		ts.Fatalf("usage: until [!] CMD ARGS…")
	}
	if _, err := time.ParseDuration(args[0]); err == nil {
		ts.Fatalf("usage: until [!] CMD ARGS…, without a time")
	}
	for deadline := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		err := ts.Exec(args[0], args[1:]...)
		if (err != nil) == wantFailure {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("still not so after %v: %v", patience, err)
		}
	}
}

// exits CODE CMD…: CMD ends with that code, or with 128+N by signal N.
func cmdExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE CMD ARGS…")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exitCode(exit.ProcessState)
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, not %s", code, args[0])
	}
}

// processes are the script's own in the background. Unlike testscript's, they
// have an exit code, files that can be read while they run, and any signal.
type processes struct {
	env    []string
	byName map[string]*process
}

type processesKey struct{}

type process struct {
	cmd  *exec.Cmd
	done chan struct{}
}

// start NAME CMD…: CMD in the background, with its output in NAME.out and
// NAME.err and its process id in NAME.pid. It has the environment that scripts
// begin with.
func cmdStart(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: start NAME CMD ARGS…")
	}
	ps := ts.Value(processesKey{}).(processes)
	stdout, err := os.Create(ts.MkAbs(args[0] + ".out"))
	ts.Check(err)
	defer stdout.Close()
	stderr, err := os.Create(ts.MkAbs(args[0] + ".err"))
	ts.Check(err)
	defer stderr.Close()
	p := &process{exec.Command(args[1], args[2:]...), make(chan struct{})}
	p.cmd.Dir, p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = ts.MkAbs("."), ps.env, stdout, stderr
	// A signal for the test is none for it.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	ts.Check(p.cmd.Start())
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".pid"), []byte(strconv.Itoa(p.cmd.Process.Pid)), 0o644))
	go func() { p.cmd.Wait(); close(p.done) }()
	ps.byName[args[0]] = p
}

var signalNames = map[string]syscall.Signal{
	"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "KILL": syscall.SIGKILL, "HUP": syscall.SIGHUP, "QUIT": syscall.SIGQUIT,
	"TSTP": syscall.SIGTSTP, "STOP": syscall.SIGSTOP, "CONT": syscall.SIGCONT,
}

// signal SIGNAL NAME: to the process started under that name, to it alone;
// with -NAME to its whole process group.
func cmdSignal(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 || signalNames[args[0]] == 0 {
		ts.Fatalf("usage: signal INT|TERM|KILL|HUP|QUIT|TSTP|STOP|CONT [-]NAME")
	}
	name, group := strings.CutPrefix(args[1], "-")
	pid := findProcess(ts, name).cmd.Process.Pid
	if group {
		pid = -pid
	}
	ts.Check(syscall.Kill(pid, signalNames[args[0]]))
}

func findProcess(ts *testscript.TestScript, name string) *process {
	p := ts.Value(processesKey{}).(processes).byName[name]
	if p == nil {
		ts.Fatalf("nothing was started as %q", name)
	}
	return p
}

// ended NAME CODE: waits for its end, and for that code; 128+N if signal N
// ended it. Its output is there for stdout and stderr.
func cmdEnded(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: ended NAME CODE")
	}
	p := findProcess(ts, args[0])
	select {
	case <-p.done:
	case <-time.After(patience):
		ts.Fatalf("%s is still there after %v", args[0], patience)
	}
	fmt.Fprint(ts.Stdout(), ts.ReadFile(args[0]+".out"))
	fmt.Fprint(ts.Stderr(), ts.ReadFile(args[0]+".err"))
	if code := exitCode(p.cmd.ProcessState); strconv.Itoa(code) != args[1] {
		ts.Fatalf("exit code %d, not %s", code, args[1])
	}
}

// exitCode counts a signal as a shell does.
func exitCode(state *os.ProcessState) int {
	status := state.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		return 128 + int(status.Signal())
	}
	return status.ExitStatus()
}
