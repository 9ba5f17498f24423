package fake

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// fakeNames are the host tools that the faketool stands for, and "node", a
// child's command.
var fakeNames = strings.Fields("ip tc tcpdump dumpcap iptables iptables-restore iptables-legacy iptables-legacy-restore " +
	"ebtables ebtables-restore ebtables-save busybox brctl " +
	"sysctl hostname mount umount sudo nsenter unshare setpriv newuidmap newgidmap install mkdir rmdir rm touch dd ln modprobe node")

// realNames are those that stay what they are: the shell, what the gateway's
// namespaces are held by, and what makes a session or a file in a script, which the
// program does itself.
var realNames = []string{"sh", "sleep", "true", "setsid", "flock", "cat"}

// The fake tools' variables.
const (
	CallsVar  = "CALLS"  // the file in which they write down how they were called
	HolderVar = "HOLDER" // a process id, for the one that holds the gateway's namespaces
	nodesVar  = "NODES"  // how many nodes there will be: the first to end ends the run
)

// CmdTools makes a folder the whole PATH: what is not in there can't be run, so a
// tool that is forgotten here doesn't go unnoticed.
func CmdTools(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: faketools")
	}
	dir := ts.MkAbs(".faketools")
	ts.Check(os.Mkdir(dir, 0o755))
	fake, err := exec.LookPath("faketool")
	ts.Check(err)
	for _, name := range fakeNames {
		wrapper := fmt.Sprintf("#!/bin/sh\nexec %s %s \"$@\"\n", fake, name)
		ts.Check(os.WriteFile(filepath.Join(dir, name), []byte(wrapper), 0o755))
	}
	for _, name := range append([]string{"vagganet"}, realNames...) {
		path, err := exec.LookPath(name)
		ts.Check(err)
		ts.Check(os.Symlink(path, filepath.Join(dir, name)))
	}
	ts.Setenv("PATH", dir)
}

// A Call is one call of a fake tool.
type Call struct {
	Argv  []string
	Env   []string
	Stdin string
}

func (c Call) String() string {
	return fmt.Sprintf("%s %q\n%s", strings.Join(c.Env, " "), c.Argv, c.Stdin)
}

// Tool is the program: faketool NAME ARGUMENT… writes down the call. Tools that
// start another one then do that, in the namespaces that they are in.
func Tool() {
	argv := os.Args[1:]
	c := Call{Argv: argv, Env: fakeEnv(argv[0])}
	if readsInput(argv) {
		input, err := io.ReadAll(os.Stdin)
		Check(err)
		c.Stdin = string(input)
	}
	writeCall(c)
	switch argv[0] {
	case "node":
		waitForNodes()
	case "tc":
		if slices.Contains(argv, "-json") { // there is nothing of what is asked for
			fmt.Print(strings.Repeat("[]\n", strings.Count(c.Stdin, "\n")))
		}
	case "mkdir":
		if slices.Contains(argv, "-p") {
			for _, dir := range argv[2:] {
				Check(os.MkdirAll(dir, 0o755)) // the shell goes on with it
			}
		}
	case "sudo", "nsenter", "unshare", "setpriv":
		if slices.Contains(argv, "--user") && argv[0] == "unshare" {
			fmt.Println(holderID())
			return
		}
		for _, word := range argv {
			if file, ok := strings.CutPrefix(word, "--net="); ok && argv[0] == "unshare" {
				makeNetNS(file) // the program goes there by itself
			}
		}
		Become(afterOptions(argv[1:]))
	}
}

// makeNetNS makes a network namespace, and mounts it on a file. The process is in it
// then.
func makeNetNS(file string) {
	runtime.LockOSThread()
	Check(unix.Unshare(unix.CLONE_NEWNET))
	Check(unix.Mount("/proc/thread-self/ns/net", file, "", unix.MS_BIND, ""))
}

// holderID is the id of a process that can be taken for the one that holds the
// gateway's namespaces.
func holderID() string {
	if id := os.Getenv(HolderVar); id != "" {
		return id
	}
	sleep := exec.Command("sleep", "60")
	Check(sleep.Start())
	return fmt.Sprint(sleep.Process.Pid)
}

// Check ends the process if there is an error: a tool has nobody to return it to.
func Check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "faketool:", err)
		os.Exit(70)
	}
}

// readsInput reports whether a tool reads its standard input. Others must leave it
// alone: in a script it may be the rest of the script.
func readsInput(argv []string) bool {
	return argv[0] == "dd" || strings.HasSuffix(argv[0], "-restore") || (argv[0] == "ip" || argv[0] == "tc") && slices.Contains(argv, "-batch")
}

// fakeEnv is what a step sets of the environment. PATH counts by the folders in
// it, as both the program and its scripts append to it. For tools, not for
// nodes, the program wants messages in English.
func fakeEnv(name string) []string {
	var env []string
	for _, e := range os.Environ() {
		switch key, value, _ := strings.Cut(e, "="); {
		case key == "PATH":
			var dirs []string
			for _, dir := range filepath.SplitList(value) {
				if !slices.Contains(dirs, dir) {
					dirs = append(dirs, dir)
				}
			}
			env = append(env, "PATH="+strings.Join(dirs, ":"))
		case strings.HasPrefix(key, "VAGGA"), key == "XTABLES_LOCKFILE", strings.HasPrefix(key, "CHILD_"), key == "LC_ALL" && name == "node":
			env = append(env, e)
		}
	}
	slices.Sort(env)
	return env
}

func writeCall(c Call) {
	if os.Getenv(CallsVar) == "" {
		return
	}
	line, err := json.Marshal(c)
	Check(err)
	file, err := os.OpenFile(os.Getenv(CallsVar), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	Check(err)
	_, err = file.Write(append(line, '\n'))
	Check(err)
	Check(file.Close())
}

// ReadCalls reads the calls that fake tools have written down.
func ReadCalls(file string) ([]Call, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var calls []Call
	for line := range strings.Lines(string(text)) {
		var c Call
		if err := json.Unmarshal([]byte(line), &c); err != nil {
			return nil, err
		}
		calls = append(calls, c)
	}
	return calls, nil
}

// waitForNodes returns when all nodes have been started.
func waitForNodes() {
	for os.Getenv(nodesVar) != "" {
		calls, err := ReadCalls(os.Getenv(CallsVar))
		started := 0
		for _, c := range calls {
			if c.Argv[0] == "node" {
				started++
			}
		}
		// A line may be half written at this moment.
		if err == nil && fmt.Sprint(started) == os.Getenv(nodesVar) {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// afterOptions are the words of the command that a tool is to start.
func afterOptions(words []string) []string {
	for len(words) > 0 && strings.HasPrefix(words[0], "-") {
		if words[0] == "--target" || words[0] == "--propagation" {
			words = words[1:]
		}
		words = words[1:]
	}
	return words
}

// Become runs a command in place of the process, found by PATH.
func Become(words []string) {
	if len(words) == 0 {
		Check(fmt.Errorf("no command in %q", os.Args))
	}
	name := words[0]
	if filepath.Base(name) == "vagganet" {
		name = "vagganet" // its path is that of the fake machine
	}
	path, err := exec.LookPath(name)
	Check(err)
	Check(syscall.Exec(path, words, os.Environ()))
}
