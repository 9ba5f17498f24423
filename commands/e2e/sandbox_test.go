package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"vagganet/commands/machine"
)

// The kernel tests run the program on the real kernel. Each script of
// testdata/kernel has a sandbox of its own: network, mount and process
// namespaces in which the "host" is private, so that nothing of the machine is
// touched and nothing outlives the test. The sandbox is this test binary,
// started again by sandbox.sh.
//
// The first lines of a script name what it is run as, and with which iptables (see
// variant). The kernel's own condition is [netem].
const (
	kernelScripts = testdata + "/kernel"
	insideVar     = "VAGGANET_IN_SANDBOX"
	scriptVar     = "VAGGANET_SANDBOX_SCRIPT"
	whoVar        = "WHO"
	iptablesVar   = "IPTABLES"
	ebtablesVar   = "VAGGANET_EBTABLES" // the program's own
)

// Limits are for what hangs. On a slow machine that is busy everything else is done
// in a part of them.
var (
	patience    = inVM(3 * time.Minute)  // for something that is to happen in a script
	sandboxTime = inVM(20 * time.Minute) // for a script; then the kernel ends it
)

// closingTime is how long before go test's own limit what runs is ended, to say
// what did not.
const closingTime = 30 * time.Second

// inVM is longer in a machine that is emulated.
func inVM(limit time.Duration) time.Duration {
	if os.Getenv(vmVar) != "" {
		return 5 * limit
	}
	return limit
}

func TestKernel(t *testing.T) {
	if os.Getenv(insideVar) != "" {
		runInside(t)
		return
	}
	become := needSandboxes(t)
	eachVariant(t, filepath.Join(kernelScripts, "*.txtar"), func(t *testing.T, script string, v variant) {
		t.Parallel()
		runSandbox(t, become, script, v)
	})
}

// eachVariant runs each script in each of its variants.
func eachVariant(t *testing.T, pattern string, run func(t *testing.T, script string, v variant)) {
	scripts, err := filepath.Glob(pattern)
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts in %s: %v", pattern, err)
	}
	t.Cleanup(func() {
		if n := tooLate.Swap(0); n > 0 {
			t.Errorf("the time of go test is up: scripts without a turn: %d", n)
		}
	})
	for _, script := range scripts {
		for _, v := range variants(t, script) {
			t.Run(scriptName(script)+"/"+v.String(), func(t *testing.T) { run(t, script, v) })
		}
	}
}

// needSandboxes skips the test where no sandbox can be made, and sees to it
// that none leaks. It returns the words that make a command root's.
func needSandboxes(t *testing.T) (become []string) {
	become = needRoot(t)
	needTools(t, "unshare", "nsenter", "setpriv", "timeout", "ip", "iptables", "busybox", "newuidmap", "sudo", "sysctl", "pgrep")
	needNamespaces(t, become)
	before := machineTraces(t)
	t.Cleanup(func() {
		if after := machineTraces(t); !slices.Equal(before, after) {
			t.Errorf("a sandbox leaked into the machine\nbefore: %q\nafter:  %q", before, after)
		}
	})
	return become
}

// needRoot returns the words that make a command root's.
func needRoot(t *testing.T) []string {
	if os.Getuid() == 0 {
		return nil
	}
	if out, err := exec.Command("sudo", "-n", "true").CombinedOutput(); err != nil {
		t.Skipf("skipped: needs root, or sudo without a password: %v: %s", err, out)
	}
	return []string{"sudo", "-n"}
}

func needTools(t *testing.T, tools ...string) {
	var missing []string
	for _, tool := range tools {
		// The folders of root's tools are not in everybody's PATH.
		if _, err := exec.Command("env", "PATH="+toolPath(), "sh", "-c", "command -v "+tool).Output(); err != nil {
			missing = append(missing, tool)
		}
	}
	if missing != nil {
		t.Skipf("skipped: not installed: %s", strings.Join(missing, " "))
	}
}

func toolPath() string { return os.Getenv("PATH") + ":/usr/local/sbin:/usr/sbin:/sbin" }

// needNamespaces tries what a sandbox needs, and looks for the one module that
// the program would load: that would change the machine's own bridges.
func needNamespaces(t *testing.T, become []string) {
	cmd := sandboxCommand(become, "true")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("skipped: this kernel, or the container we are in, gives no namespaces: %v: %s", err, out)
	}
	loadBridgeFilter(t)
	if _, err := os.Stat("/proc/sys/net/bridge"); err != nil {
		t.Skip("skipped: br_netfilter is not loaded, and loading it changes the machine's own bridges: modprobe br_netfilter")
	}
}

// sandboxCommand starts words as process 1 of new namespaces.
func sandboxCommand(become []string, words ...string) *exec.Cmd {
	return inNamespaces(become, sandboxTime, append([]string{"--net"}, words...))
}

// inNamespaces starts the last words as process 1 of new namespaces: those that
// every sandbox has, and those of unshare's options in front. The limit is
// kept by timeout, not by us: root's processes are not a plain user's to kill,
// and with process 1 all others die.
func inNamespaces(become []string, limit time.Duration, words []string) *exec.Cmd {
	args := append(slices.Clone(become), "env", "PATH="+toolPath(),
		"timeout", "-s", "KILL", strconv.Itoa(int(limit.Seconds())),
		"unshare", "--mount", "--propagation", "private",
		"--pid", "--fork", "--kill-child", "--mount-proc")
	args = append(args, words...)
	return exec.Command(args[0], args[1:]...)
}

var (
	innerSkip = regexp.MustCompile(`(?m)^\s*--- SKIP: .*|^sandbox: skip: .*`)
	// A skipped script's reason is the first line that its test has logged.
	innerReason = regexp.MustCompile(`(?m)^\s*\w+\.go:\d+: (.*)$`)
	innerPassed = regexp.MustCompile(`(?m)^\s*--- PASS: TestKernel/`)
)

func runSandbox(t *testing.T, become []string, script string, v variant) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	limit := timeFor(t)
	var own []string
	if !v.onMachine {
		own = []string{"--net"}
	}
	cmd := inNamespaces(become, limit, append(own, "env", scriptVar+"="+script, whoVar+"="+v.who, iptablesVar+"="+v.iptables,
		ebtablesVar+"="+v.ebtables(), fmt.Sprintf("%s=%d", neighboursVar, mostNeighbours()),
		"sh", filepath.Join(kernelScripts, "sandbox.sh"), self, "-test.run=^TestKernel$", "-test.v",
		// Its own limit comes first, as it can tell where it was.
		"-test.timeout="+(limit-10*time.Second).String()))
	start := time.Now()
	out, err := cmd.CombinedOutput()
	t.Logf("processor time: %v of %v", (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Round(time.Millisecond), time.Since(start).Round(time.Millisecond))
	switch {
	case time.Since(start) >= limit:
		t.Fatalf("ended after %v\n%s", limit, out)
	case err != nil:
		t.Fatalf("%v\n%s", err, out)
	case innerSkip.Match(out):
		reason := innerSkip.Find(out)
		if logged := innerReason.FindSubmatch(out); logged != nil {
			reason = logged[1]
		}
		t.Skipf("skipped: %s", reason)
	case !innerPassed.Match(out):
		t.Fatalf("the sandbox ran no test\n%s", out)
	}
	t.Logf("%s", out)
}

// tooLate counts the scripts that had no turn before go test's time was up.
var tooLate atomic.Int32

// timeFor returns how long a script may run. go test's own limit would end all
// of us in the middle, and call failed what only waited for its turn.
func timeFor(t *testing.T) time.Duration {
	end, ok := t.Deadline()
	if !ok {
		return sandboxTime
	}
	left := time.Until(end) - closingTime
	if left < closingTime {
		tooLate.Add(1)
		t.Skip("skipped: the time of go test is up")
	}
	return min(left, sandboxTime)
}

// machineTraces lists what a sandbox could have left on the machine.
func machineTraces(t *testing.T) []string {
	var traces []string
	for _, file := range []string{"/proc/self/mountinfo", "/proc/net/dev", "/proc/net/route"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(text), "\n") {
			if strings.Contains(line, "/run/vagganet") || strings.Contains(line, "/run/sandbox") ||
				strings.HasPrefix(strings.TrimSpace(line), "vagga") {
				traces = append(traces, strings.Fields(line)[0])
			}
		}
	}
	return traces
}

// Inside the sandbox.

func runInside(t *testing.T) {
	// The test's own folders are made for its owner alone.
	bin := filepath.SplitList(os.Getenv("PATH"))[0]
	if err := os.Chmod(filepath.Dir(bin), 0o755); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Files:               []string{os.Getenv(scriptVar)},
		Setup:               setupInside,
		Condition:           conditionInside,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"netstate": cmdNetstate,
			"until":    cmdUntil,
			"exits":    cmdExits,
			"start":    cmdStart,
			"signal":   cmdSignal,
			"ended":    cmdEnded,
			"figure":   cmdFigure,
			"whole":    cmdWhole,
			"kills":    cmdKills,
			"fails":    cmdFails,
			"atonce":   cmdAtOnce,
		},
	})
}

func conditionInside(cond string) (bool, error) {
	switch cond {
	case "root", "tester":
		return os.Getenv(whoVar) == cond, nil
	case "nft", "legacy":
		return os.Getenv(iptablesVar) == cond, nil
	case "physdev":
		return os.Getenv(ebtablesVar) != "", nil
	case "netem":
		return !machine.Host{}.Lacks("sch_netem"), nil
	}
	if n, ok := strings.CutPrefix(cond, "neighbours:"); ok {
		return haveNeighbours(n)
	}
	return false, fmt.Errorf("unknown condition %q", cond)
}

// setupInside gives the script's folder to the script's user.
func setupInside(env *testscript.Env) error {
	env.Setenv(whoVar, os.Getenv(whoVar))
	env.Setenv(iptablesVar, os.Getenv(iptablesVar))
	env.Setenv(ebtablesVar, os.Getenv(ebtablesVar))
	env.Setenv("HOME", "/root") // that of the tester is set by as
	env.Setenv("LC_ALL", "C")
	env.Values[processesKey{}] = processes{env: slices.Clone(env.Vars), byName: map[string]*process{}}
	if err := copyExample(os.Getenv(scriptVar), env.WorkDir); err != nil {
		return err
	}
	if err := os.Chmod(filepath.Dir(env.WorkDir), 0o755); err != nil {
		return err
	}
	if os.Getenv(whoVar) == "root" {
		return nil
	}
	home, err := os.Stat(filepath.Join(os.Getenv(insideVar), "home"))
	if err != nil {
		return err
	}
	owner := home.Sys().(*syscall.Stat_t)
	return filepath.WalkDir(env.WorkDir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, int(owner.Uid), int(owner.Gid))
	})
}

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

// netstate FILE: what the program may change of the host and of the gateways,
// without what differs from one time to the next (indexes, MAC addresses,
// carrier, counters), so that two states can be compared by cmp.
func cmdNetstate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: netstate FILE")
	}
	state, err := netstate()
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(state), 0o644))
}

func netstate() (string, error) {
	var b strings.Builder
	if err := namespaceState(&b, "host"); err != nil {
		return "", err
	}
	fmt.Fprintln(&b, "## files")
	if err := fileState(&b); err != nil {
		return "", err
	}
	gateways, err := filepath.Glob(runFolder + "/*/netns")
	if err != nil {
		return "", err
	}
	for _, netns := range gateways {
		// An empty file is a gateway half made, not a namespace.
		if !isMounted(netns) {
			continue
		}
		name := "gateway " + filepath.Base(filepath.Dir(netns))
		if err := namespaceState(&b, name, "nsenter", "--net="+netns); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

const runFolder = "/run/vagganet"

// namespaceState describes the network namespace that enter leads into.
func namespaceState(b *strings.Builder, name string, enter ...string) error {
	for _, part := range []struct {
		title string
		read  func(enter []string) ([]string, error)
	}{{"links", links}, {"addresses", addresses}, {"routes", routes}, {"rules", rules}, {"switches", switches}} {
		lines, err := part.read(enter)
		if err != nil {
			return fmt.Errorf("%s of %s: %w", part.title, name, err)
		}
		fmt.Fprintf(b, "## %s: %s\n%s", name, part.title, joined(lines))
	}
	return nil
}

func joined(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

// output runs words by way of enter and returns the lines of stdout.
func output(enter []string, words ...string) ([]string, error) {
	words = append(slices.Clone(enter), words...)
	var stderr bytes.Buffer
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", strings.Join(words, " "), err, stderr.Bytes())
	}
	return strings.FieldsFunc(string(out), func(r rune) bool { return r == '\n' }), nil
}

// links leaves out the flags that come a moment after the command that
// causes them.
func links(enter []string) ([]string, error) {
	var all []struct {
		Name   string   `json:"ifname"`
		Flags  []string `json:"flags"`
		MTU    int      `json:"mtu"`
		Master string   `json:"master"`
		Info   struct {
			Kind string `json:"info_kind"`
		} `json:"linkinfo"`
	}
	if err := fromJSON(&all, enter, "ip", "-j", "-d", "link", "show"); err != nil {
		return nil, err
	}
	var lines []string
	for _, l := range all {
		flags := slices.DeleteFunc(l.Flags, func(f string) bool { return f == "NO-CARRIER" || f == "LOWER_UP" || f == "M-DOWN" })
		slices.Sort(flags)
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s mtu %d %s %s", l.Name, strings.Join(flags, ","), l.MTU, l.Info.Kind, l.Master)))
	}
	slices.Sort(lines)
	return lines, nil
}

// addresses leaves out IPv6's link-local ones, which come from the MAC.
func addresses(enter []string) ([]string, error) {
	var all []struct {
		Name string `json:"ifname"`
		Addr []struct {
			Local  string `json:"local"`
			Prefix int    `json:"prefixlen"`
			Scope  string `json:"scope"`
		} `json:"addr_info"`
	}
	if err := fromJSON(&all, enter, "ip", "-j", "addr", "show"); err != nil {
		return nil, err
	}
	var lines []string
	for _, l := range all {
		for _, a := range l.Addr {
			if !strings.HasPrefix(a.Local, "fe80:") {
				lines = append(lines, fmt.Sprintf("%s %s/%d %s", l.Name, a.Local, a.Prefix, a.Scope))
			}
		}
	}
	slices.Sort(lines)
	return lines, nil
}

func fromJSON(into any, enter []string, words ...string) error {
	lines, err := output(enter, words...)
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(strings.Join(lines, "\n")), into)
}

func routes(enter []string) ([]string, error) {
	var lines []string
	for _, family := range []string{"-4", "-6"} {
		all, err := output(enter, "ip", family, "route", "show", "table", "all")
		if err != nil {
			return nil, err
		}
		for _, l := range all {
			if !strings.Contains(l, "fe80:") && !strings.Contains(l, "ff00:") {
				lines = append(lines, strings.Join(strings.Fields(strings.ReplaceAll(l, " linkdown", "")), " "))
			}
		}
	}
	slices.Sort(lines)
	return lines, nil
}

// rules are those of both kinds of iptables, lest one were put into the wrong
// one. A table that nobody has used is not asked for, as asking makes it, and
// for the same reason empty chains of the kernel's count for nothing.
func rules(enter []string) ([]string, error) {
	var lines []string
	for _, kind := range []string{"nft", "legacy"} {
		tool := "iptables-" + kind
		if _, err := exec.LookPath(tool); err != nil {
			continue
		}
		all, err := output(enter, tool+"-save")
		if err != nil {
			return nil, err
		}
		lines = append(lines, tablesOf(kind, all)...)
	}
	return lines, nil
}

// tablesOf reads what iptables-save prints: the tables by their names, each with
// its rules in their order.
func tablesOf(kind string, saved []string) []string {
	table, byTable := "", map[string][]string{}
	for _, l := range saved {
		chain, policy, _ := strings.Cut(strings.TrimPrefix(l, ":"), " ")
		switch {
		case strings.HasPrefix(l, "*"):
			table = l[1:]
		case strings.HasPrefix(l, ":") && strings.HasPrefix(policy, "-"):
			byTable[table] = append(byTable[table], "-N "+chain)
		case strings.HasPrefix(l, ":") && strings.HasPrefix(policy, "DROP"):
			byTable[table] = append(byTable[table], "-P "+chain+" DROP")
		case strings.HasPrefix(l, "-"):
			byTable[table] = append(byTable[table], l)
		}
	}
	var lines []string
	for _, table := range slices.Sorted(maps.Keys(byTable)) {
		for _, l := range byTable[table] {
			lines = append(lines, fmt.Sprintf("%s %s %s", kind, table, l))
		}
	}
	return lines
}

func switches(enter []string) ([]string, error) {
	return output(enter, "sh", "-c", `
		for f in /proc/sys/net/ipv4/ip_forward /proc/sys/net/bridge/bridge-nf-call-* /proc/sys/net/ipv4/conf/*/route_localnet; do
			if [ -e "$f" ]; then read -r value <"$f"; echo "$f $value"; fi
		done`)
}

// fileState lists what is in the program's folder, and what is mounted there.
func fileState(b *strings.Builder) error {
	if _, err := os.Lstat(runFolder); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return filepath.WalkDir(runFolder, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := os.Lstat(path)
		if err != nil {
			return err
		}
		s := info.Sys().(*syscall.Stat_t)
		mounted := ""
		if isMounted(path) {
			mounted = " mount"
		}
		fmt.Fprintf(b, "%s %s %d:%d%s\n", path, info.Mode(), s.Uid, s.Gid, mounted)
		return nil
	})
}

func isMounted(path string) bool {
	info, err := os.ReadFile("/proc/self/mountinfo")
	return err == nil && bytes.Contains(info, []byte(" "+path+" "))
}
