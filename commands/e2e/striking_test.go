package e2e

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"vagganet/commands/e2e/fake"
	"vagganet/commands/runstate"
)

// striking is a script's work with a strike: the program is called again and
// again, and each time something happens at another step, until there is no such
// step any more.
type striking struct {
	*testscript.TestScript
	strike
	// base is the sandbox before there was a gateway, created with one.
	base, created string
	// now says what is being done, for messages.
	now string
}

// A result is how a call of the program ended.
type result struct {
	code        int
	out, errors string
	calls       []fake.Call
}

func newStriking(ts *testscript.TestScript) *striking {
	k := &striking{TestScript: ts, strike: newStrike(ts), now: "before all"}
	k.Check(ts.Exec("sh", "-c", decoys))
	// Tools make files of their own when they are used for the first time.
	k.good("create")
	k.good("destroy")
	k.base = k.state()
	k.good("create")
	k.created = k.state()
	k.good("destroy")
	k.wantState(k.base)
	return k
}

// decoys look like the gateway's, and are somebody else's.
const decoys = `
	set -e
	ip link add vagga0 type bridge
	iptables -A FORWARD -i vagga -j ACCEPT
	iptables -A FORWARD -o vagga -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
	iptables -t mangle -A FORWARD -o vagga -m conntrack ! --ctstate RELATED,ESTABLISHED -j DROP
	iptables -t nat -A POSTROUTING -s 172.18.255.0/30 -j MASQUERADE
	mkdir /run/vagga /run/vagganet0
	mount --bind /run/vagga /run/vagganet0
	sh -c 'sleep 4711' vagganet >/dev/null 2>&1 &`

func (k *striking) fatalf(format string, args ...any) {
	k.Fatalf("%s: %s", k.now, fmt.Sprintf(format, args...))
}

// each calls the program once for each step of it, with the order for that step,
// and has each result looked at. Before each call, prepare.
func (k *striking) each(what string, words []string, prepare func(), look func(n int, r result)) {
	for n := 1; ; n++ {
		k.now = fmt.Sprintf("%s, %s, step %d", strings.Join(words, " "), what, n)
		prepare()
		k.order(k.TestScript, what, n)
		r := k.run(k.strike.command(words...))
		if len(r.calls) < n {
			k.atLeast(n - 1)
			return
		}
		k.now += " (" + strings.Join(r.calls[n-1].Argv, " ") + ")"
		look(n, r)
	}
}

// covered looks that no step is run past the wrappers: what the program says that
// it runs are as many as they count. The process inside of a run is not said, and what
// the program does by itself, the words of a script for it, is not counted.
func (k *striking) covered(words ...string) {
	k.now = "uncovered steps of " + strings.Join(words, " ")
	k.order(k.TestScript, holdAfter)
	r := k.run(k.strike.command(slices.Insert(slices.Clone(words), 1, "--trace")...))
	said, counted := 0, 0
	for line := range strings.Lines(r.errors) {
		if strings.HasPrefix(line, "+ ") && !doneByItself.MatchString(line) {
			said++
		}
	}
	for _, c := range r.calls {
		if !slices.Contains(c.Argv, "_supervise") && !waitsInGuest(c.Argv) {
			counted++
		}
	}
	if said != counted || said == 0 {
		k.fatalf("%d steps, but %d calls:\n%s%q", said, counted, r.errors, r.calls)
	}
}

// waitsInGuest reports whether a call is of the shell that is in a guest's namespaces
// until they are mounted.
func waitsInGuest(argv []string) bool {
	return len(argv) > 3 && argv[0] == "sh" && strings.HasPrefix(argv[3], "read -r rest")
}

// doneByItself are the steps that make files, and the one that makes namespaces.
var doneByItself = regexp.MustCompile(`^\+ (mkdir -p /|for _file in|cat >/|sh -e <<)`)

// atLeast is how a test that finds no steps is found out.
func (k *striking) atLeast(n int) {
	if n < 2 {
		k.fatalf("there were only %d steps", n)
	}
	k.Logf("%s: all steps before it done", k.now)
}

// eachKill is each with the order to hold a step, and a process of the program
// that is killed meanwhile; victim finds it by the id of the one started, and
// returns 0 if it is not there at that step.
func (k *striking) eachKill(name string, words []string, victim func(pid int) int, prepare func(), look func(n int)) {
	for n := 1; ; n++ {
		k.now = fmt.Sprintf("%s, %s killed after step %d", strings.Join(words, " "), name, n)
		prepare()
		k.order(k.TestScript, holdAfter, n)
		cmd := k.strike.command(words...)
		cmd.Dir = k.MkAbs(".")
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		k.Check(cmd.Start())
		ended := make(chan struct{})
		go func() { cmd.Wait(); close(ended) }()
		if !k.reached(ended) {
			if code := exitCode(cmd.ProcessState); code != 0 {
				k.fatalf("exit code %d, with nothing in the way: %s", code, out.String())
			}
			k.atLeast(n - 1)
			return
		}
		k.now += " (" + strings.Join(k.calls(k.TestScript)[n-1].Argv, " ") + ")"
		pid := victim(cmd.Process.Pid)
		if pid != 0 {
			k.kill(pid)
		}
		k.letGo(k.TestScript)
		<-ended
		if pid == 0 {
			continue
		}
		look(n)
	}
}

func (k *striking) kill(pid int) {
	if pid == 0 {
		k.fatalf("the process to be killed is not there")
	}
	k.Check(syscall.Kill(pid, syscall.SIGKILL))
}

// The processes of the program: the one that is started; for run also the
// unshare that it starts, and the program again as the first process in there.
var victims = map[string]func(pid int) int{
	"the process": func(pid int) int { return pid },
	"unshare":     func(pid int) int { return firstChild(pid) },
	"inside": func(pid int) int {
		inside := firstChild(firstChild(pid))
		if line := commandLine(inside); !strings.HasSuffix(line, " _supervise") || strings.HasPrefix(line, "env ") {
			return 0
		}
		return inside
	},
}

func firstChild(pid int) int {
	if children := runstate.Children(pid); len(children) > 0 {
		return children[0]
	}
	return 0
}

// commandLine is a process's; empty for none and for one that has ended.
func commandLine(pid int) string {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return strings.TrimSpace(strings.ReplaceAll(string(text), "\x00", " "))
}

// run calls the program.
func (k *striking) run(cmd *exec.Cmd) result {
	var out, errs bytes.Buffer
	cmd.Dir, cmd.Stdout, cmd.Stderr = k.MkAbs("."), &out, &errs
	k.Check(cmd.Start())
	cmd.Wait()
	return result{exitCode(cmd.ProcessState), out.String(), errs.String(), k.calls(k.TestScript)}
}

// plain calls the program without wrappers.
func (k *striking) plain(args ...string) result {
	return k.run(exec.Command("as", append([]string{os.Getenv(whoVar), "vagganet"}, args...)...))
}

func (k *striking) good(args ...string) result {
	r := k.plain(args...)
	if r.code != 0 {
		k.fatalf("then vagganet %s: exit code %d: %s", strings.Join(args, " "), r.code, r.errors)
	}
	return r
}

// state is all that the program could leave behind.
func (k *striking) state() string {
	state, err := netstate()
	k.Check(err)
	var b strings.Builder
	for _, part := range []struct {
		title string
		lines []string
	}{{"mounts", mounts()}, {"processes", processesHere()}, {"more files", filesOutside()}} {
		fmt.Fprintf(&b, "## %s\n%s", part.title, joined(part.lines))
	}
	return state + b.String()
}

func mounts() []string {
	text, _ := os.ReadFile("/proc/self/mountinfo")
	var lines []string
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		// A namespace's number is another one each time.
		root, _, _ := strings.Cut(words[3], "[")
		lines = append(lines, root+" on "+words[4])
	}
	slices.Sort(lines)
	return lines
}

// processesHere leaves out the one that holds a gateway's namespaces until they
// are mounted, which ends by itself.
func processesHere() []string {
	var lines []string
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		pid, _ := strconv.Atoi(filepath.Base(dir))
		if line := commandLine(pid); line != "" && line != "sleep 300" && pid != os.Getpid() {
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	return lines
}

func filesOutside() []string {
	var lines []string
	for _, root := range []string{"/run", "/tmp"} {
		filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if path == os.Getenv(insideVar) || path == runFolder {
				return filepath.SkipDir
			}
			lines = append(lines, path)
			return nil
		})
	}
	return lines
}

// quiet waits until the processes are gone that are to be, and the devices of
// runs, which is cheaper to see than all of the state.
func (k *striking) quiet(want string) {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if strings.Contains(want, "## processes\n"+joined(processesHere())+"## ") && !slotsTaken() {
			return
		}
	}
}

// slotsTaken reports whether the gateway has a run's device.
func slotsTaken() bool {
	gateway := runFolder + "/vagga/netns"
	return isMounted(gateway) && exec.Command("nsenter", "--net="+gateway, "sh", "-c", "[ -e /proc/sys/net/ipv4/conf/ch0 ]").Run() == nil
}

// wantState waits for a state: the kernel takes namespaces apart at a time of
// its own choosing.
func (k *striking) wantState(want string) {
	got := ""
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if got = k.state(); got == want {
			return
		}
	}
	k.fatalf("the state is another one (- wanted, + got):\n%s", difference(want, got))
}

// onlyFolder reports whether nothing is left but the empty folder that gateways'
// folders are in.
func (k *striking) onlyFolder() bool {
	entries, err := os.ReadDir(runFolder)
	if err != nil || len(entries) > 0 {
		return false
	}
	var lines []string
	for line := range strings.Lines(k.state()) {
		if !strings.HasPrefix(line, runFolder+" ") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "") == k.base
}

func difference(want, got string) string {
	var b strings.Builder
	a, c := strings.Split(want, "\n"), strings.Split(got, "\n")
	for _, line := range a {
		if !slices.Contains(c, line) {
			b.WriteString("- " + line + "\n")
		}
	}
	for _, line := range c {
		if !slices.Contains(a, line) {
			b.WriteString("+ " + line + "\n")
		}
	}
	return b.String()
}
