package e2e

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"vagganet/commands/e2e/fake"
)

// A strike is a folder with a wrapper for every tool that plans use. First on
// the program's PATH, it numbers the steps as they are run, whatever plan they
// are of, and meddles with those that its order names: a step fails, or its tool
// is killed, or everything waits while the program is killed.
type strike struct{ dir string }

// The orders. The wrapper of a step that they name has the tool
const (
	refuse    = "refuse"     // not run, and says so with code 1
	dieBefore = "die-before" // not run, and is ended by SIGKILL
	dieAfter  = "die-after"  // run, and is ended by SIGKILL then
	holdAfter = "hold-after" // run, and waits then until it is let go
	holdFirst = "hold-first" // wait until it is let go, and then run
)

// refusal is what a tool says that refuses.
const refusal = "the tool is on strike"

// strikeVar names the folder for the wrappers.
const strikeVar = "STRIKE"

// strikeTools are all that plans start.
var strikeTools = strings.Fields("ip iptables iptables-restore ebtables ebtables-restore ebtables-save busybox brctl sysctl hostname mount umount sudo nsenter unshare setsid " +
	"newuidmap newgidmap install mkdir rmdir rm touch dd ln cp kill modprobe sh true")

// wrapperScript is the wrapper of each tool. It writes its words into the file of
// the first number that is free, which is the step's, and becomes the tool. It
// starts nothing for that, as there are thousands of such steps; what is unlike
// others is left to the striker.
const wrapperScript = `#!/bin/sh
tool=${0##*/}
what=
read -r n <DIR/next
set -C
until { printf '%s\0' "${VAGGA_SUBCOMMAND:+child}" "$tool" "$@"; } 2>/dev/null >DIR/calls/${n:=1}; do
	[ -e DIR/calls/$n ] || exit 99
	n=$((n + 1))
done
set +C
echo $((n + 1)) >DIR/next
read -r order steps <DIR/order
for step in $steps; do
	[ "$step" != "$n" ] || what=$order
done
last=
for last; do :; done
if [ "$what$last" = "${last%_supervise}" ]; then
	dirs=:$PATH:
	while [ "$dirs" != "${dirs#*:DIR/tools:}" ]; do dirs=${dirs%%:DIR/tools:*}:${dirs#*:DIR/tools:}; done
	dirs=${dirs#:}
	PATH=${dirs%:}
	exec "$tool" "$@"
fi
STRIKE_VAR=DIR exec STRIKER "$what" "$tool" "$@"
`

func newStrike(ts *testscript.TestScript) strike {
	s := strike{ts.MkAbs("strike")}
	striker, err := exec.LookPath("striker")
	ts.Check(err)
	ts.Check(os.MkdirAll(s.tools(), 0o755))
	// The kind of an iptables shows in the name of its file, and so does that of
	// an ebtables, which is always nft.
	script := strings.NewReplacer("STRIKER", striker, "STRIKE_VAR", strikeVar, "DIR", s.dir).Replace(wrapperScript)
	for _, kind := range []string{"nft", "legacy"} {
		ts.Check(os.WriteFile(filepath.Join(s.tools(), "wrapper-"+kind), []byte(script), 0o755))
	}
	for _, tool := range strikeTools {
		wrapper := "wrapper-" + os.Getenv(iptablesVar)
		if strings.HasPrefix(tool, "ebtables") {
			wrapper = "wrapper-nft"
		}
		if _, err := exec.LookPath(tool); err == nil {
			ts.Check(os.Symlink(wrapper, filepath.Join(s.tools(), tool)))
		}
	}
	// All users of the sandbox write there.
	ts.Check(os.Chmod(s.dir, 0o777))
	return s
}

func (s strike) tools() string           { return filepath.Join(s.dir, "tools") }
func (s strike) file(name string) string { return filepath.Join(s.dir, name) }

// order sets what happens to which steps, by their numbers from 1, and begins to
// count anew.
func (s strike) order(ts *testscript.TestScript, what string, steps ...int) {
	for _, name := range []string{"calls", "reached", "go"} {
		ts.Check(os.RemoveAll(s.file(name)))
	}
	ts.Check(os.Mkdir(s.file("calls"), 0o777))
	ts.Check(os.WriteFile(s.file("next"), []byte("1\n"), 0o666))
	// Whatever the umask, all users of the sandbox write there.
	ts.Check(os.Chmod(s.file("calls"), 0o777))
	ts.Check(os.Chmod(s.file("next"), 0o666))
	words := []string{what}
	for _, n := range steps {
		words = append(words, strconv.Itoa(n))
	}
	ts.Check(os.WriteFile(s.file("order"), []byte(strings.Join(words, " ")+"\n"), 0o644))
}

// command is the program, called with the wrappers.
func (s strike) command(args ...string) *exec.Cmd {
	words := append([]string{os.Getenv(whoVar), "sh", "-c", `PATH=$0:$PATH exec "$@"`, s.tools()}, args...)
	return exec.Command("as", words...)
}

// calls are those of the steps so far, in their order.
func (s strike) calls(ts *testscript.TestScript) []fake.Call {
	var calls []fake.Call
	for {
		text, err := os.ReadFile(filepath.Join(s.file("calls"), strconv.Itoa(len(calls)+1)))
		if errors.Is(err, fs.ErrNotExist) {
			return calls
		}
		ts.Check(err)
		words := strings.Split(strings.TrimSuffix(string(text), "\x00"), "\x00")
		calls = append(calls, fake.Call{Env: words[:1], Argv: words[1:]})
	}
}

// reached waits until a wrapper holds its step, and says so; false if the
// program ends before.
func (s strike) reached(ended <-chan struct{}) bool {
	for {
		if _, err := os.Stat(s.file("reached")); err == nil {
			return true
		}
		select {
		case <-ended:
			return false
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// letGo has the wrapper that holds its step go on.
func (s strike) letGo(ts *testscript.TestScript) {
	ts.Check(os.WriteFile(s.file("go"), nil, 0o644))
}

// aChild marks the call that starts a child of a run: it lasts as long as that.
const aChild = "child"

// strikerMain is the program behind the wrappers: striker ORDER TOOL ARGUMENT…,
// with an order that is empty where there is none for that step.
func strikerMain() {
	s, what, argv := strike{os.Getenv(strikeVar)}, os.Args[1], os.Args[2:]
	child, path := os.Getenv("VAGGA_SUBCOMMAND") != "", os.Getenv("PATH")
	dirs := slices.DeleteFunc(filepath.SplitList(path), func(d string) bool { return d == s.tools() })
	os.Setenv("PATH", strings.Join(dirs, ":"))
	stays := child
	if last := len(argv) - 1; argv[last] == "_supervise" {
		// What a tool starts is no step of its own, but for the process inside.
		argv = slices.Insert(argv, last-1, "env", "PATH="+path)
		stays = true
	}
	switch {
	case what == refuse && !child: // which has no other exit code than its command
		fmt.Fprintln(os.Stderr, refusal)
		os.Exit(1)
	case what == dieBefore:
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case what == holdFirst, what == holdAfter && stays:
		s.hold()
	case what == dieAfter && !stays:
		s.run(argv)
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	case what == holdAfter:
		code := s.run(argv)
		s.hold()
		os.Exit(code)
	}
	fake.Become(argv)
}

// run runs the tool and returns its exit code.
func (s strike) run(argv []string) int {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exitCode(exit.ProcessState)
	}
	fake.Check(err)
	return 0
}

// hold waits until it is let go. Who is forgotten gives up.
func (s strike) hold() {
	fake.Check(os.WriteFile(s.file("reached"), nil, 0o666))
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		if _, err := os.Stat(s.file("go")); err == nil {
			return
		}
	}
}
