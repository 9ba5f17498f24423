package e2e

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"

	"vagganet/commands/e2e/fake"
)

const sameScripts = testdata + "/same"

// TestSameCommands compares what a verb runs with what the script runs that its
// dry run prints: the words of every command, in their order, what is set for
// it in the environment, its input, and the files that a shell makes by itself.
// All tools are fakes that write down how they are called. They could do no harm, but the program itself writes into
// its folder, so the test is in a sandbox.
func TestSameCommands(t *testing.T) {
	if os.Getenv(insideVar) != "" {
		runSameInside(t)
		return
	}
	become := needRoot(t)
	if out, err := sandboxCommand(become, "true").CombinedOutput(); err != nil {
		t.Skipf("skipped: this kernel, or the container we are in, gives no namespaces: %v: %s", err, out)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// One script after another: they have one /run.
	out, err := sandboxCommand(become, "env", insideVar+"=yes", self,
		"-test.run=^TestSameCommands$", "-test.v", "-test.parallel=1").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	scripts, _ := filepath.Glob(filepath.Join(sameScripts, "*.txtar"))
	if passed := strings.Count(string(out), "--- PASS: TestSameCommands/"); passed == 0 || passed != len(scripts) {
		t.Fatalf("%d of %d scripts passed\n%s", passed, len(scripts), out)
	}
}

func runSameInside(t *testing.T) {
	if err := syscall.Mount("tmpfs", "/run", "tmpfs", 0, "mode=0755"); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"/runs", "/run"} {
		if err := os.MkdirAll(runFolder+"/vagga"+dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	testscript.Run(t, testscript.Params{
		Dir:                 sameScripts,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               setupSame,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"faketools": fake.CmdTools,
			"same":      cmdSame,
		},
	})
}

// setupSame starts the process whose id stands for the one that holds the
// gateway's namespaces. It must take to be killed: the shell's kill is real, and
// there is one process for verb and script.
func setupSame(env *testscript.Env) error {
	holder := exec.Command("sh", "-c", "trap '' TERM; exec sleep 1000")
	if err := holder.Start(); err != nil {
		return err
	}
	env.Defer(func() {
		holder.Process.Kill()
		holder.Wait()
	})
	env.Setenv(fake.HolderVar, strconv.Itoa(holder.Process.Pid))
	return fake.Setup(env)
}

// same VERB ARGUMENT…: the verb runs the same commands as its script. Before
// them it may run those by which the dry run, too, has seen what there is.
func cmdSame(ts *testscript.TestScript, neg bool, verb []string) {
	if neg || len(verb) == 0 {
		ts.Fatalf("usage: same VERB ARGUMENT…")
	}
	before, _ := callsOf(ts, "vagganet", slices.Insert(slices.Clone(verb), 1, "--dry-run")...)
	script := ts.MkAbs(".script")
	ts.Check(os.WriteFile(script, []byte(ts.ReadFile("stdout")), 0o644))

	byVerb, filesByVerb := callsOf(ts, "vagganet", append([]string{"--trace"}, verb...)...)
	byVerb = withoutFirst(byVerb, before)
	if verb[0] == "run" {
		checkOrder(ts, ts.ReadFile("stderr"), ts.ReadFile(script))
	}
	byScript, filesByScript := callsOf(ts, "sh", "-e", script)
	if verb[0] == "run" {
		// Steps that need not wait for each other, and children, are started in
		// order, but come to their tools as it happens.
		sortCalls(byVerb)
		sortCalls(byScript)
	}
	for i := range min(len(byVerb), len(byScript)) {
		if a, b := byVerb[i].String(), byScript[i].String(); a != b {
			ts.Fatalf("command %d is not the same\nof the verb:   %s\nof the script: %s", i+1, a, b)
		}
	}
	if len(byVerb) != len(byScript) || len(byVerb) == 0 {
		ts.Fatalf("the verb runs %d commands, the script %d\nthe verb's:   %q\nthe script's: %q", len(byVerb), len(byScript), byVerb, byScript)
	}
	if verb[0] == "run" && filesByVerb[".hosts"] == "" || !maps.Equal(filesByVerb, filesByScript) {
		ts.Fatalf("the files are not the same\nof the verb:   %q\nof the script: %q", filesByVerb, filesByScript)
	}
}

// withoutFirst are the calls without those at their beginning, if they are that.
func withoutFirst(calls, first []fake.Call) []fake.Call {
	if len(first) > len(calls) {
		return calls
	}
	// They are called side by side.
	begin := slices.Clone(calls[:len(first)])
	sortCalls(begin)
	sortCalls(first)
	if slices.EqualFunc(begin, first, func(a, b fake.Call) bool { return a.String() == b.String() }) {
		return calls[len(first):]
	}
	return calls
}

// callsOf runs a program, and returns the calls of tools, and the files that a
// shell has made in the run's folder.
func callsOf(ts *testscript.TestScript, program string, args ...string) ([]fake.Call, map[string]string) {
	file := ts.MkAbs(".calls")
	os.Remove(file)
	ts.Setenv(fake.CallsVar, file)
	ts.Check(ts.Exec(program, args...))
	calls, err := fake.ReadCalls(file)
	if !os.IsNotExist(err) { // nothing was called
		ts.Check(err)
	}
	calls = slices.DeleteFunc(calls, func(c fake.Call) bool { return byItself(c.Argv) })
	for i := range calls {
		calls[i].Argv = outsideWords(calls[i].Argv)
	}
	return calls, takeFiles(ts, runFolder+"/vagga/run")
}

// byItself reports whether a call of a script's is for what the program does by itself.
// It takes its name away, and makes files; its run knows by a pipe when it ends; and a
// thread goes to the place of a step. That its words are those of the place is for
// checkOrder to see.
func byItself(argv []string) bool {
	first, second := argv[0], strings.Join(argv[1:min(2, len(argv))], "")
	switch first {
	case "rm":
		return second == "-f" && strings.HasPrefix(argv[2], runFolder+"/vagga/runs/")
	case "mkdir":
		return second == "-p"
	case "nsenter":
		return strings.HasPrefix(second, "--net="+runFolder+"/vagga/run/")
	case "unshare":
		return second == "--uts"
	case "busybox", "hostname":
		return first == "hostname" || second == "hostname"
	}
	return slices.Equal(argv[:min(2, len(argv))], endsWithScript)
}

// takeFiles reads the files of a folder, and removes them. Left out are the
// program's lock and the exit code that a script keeps.
func takeFiles(ts *testscript.TestScript, folder string) map[string]string {
	files := map[string]string{}
	ts.Check(filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if !entry.Type().IsRegular() {
			return os.Remove(path) // where commands tell the run what they do
		}
		for unix.Unmount(path, 0) == nil {
			entry = nil // a namespace
		}
		if entry == nil {
			return os.Remove(path)
		}
		text, err := os.ReadFile(path)
		if name := strings.TrimPrefix(path, folder+"/"); name != ".lock" && name != ".exit" {
			files[name] = string(text)
		}
		return errors.Join(err, os.Remove(path))
	}))
	return files
}

func sortCalls(calls []fake.Call) {
	slices.SortFunc(calls, func(a, b fake.Call) int { return strings.Compare(a.String(), b.String()) })
}

// checkOrder compares the steps that a run has done, as it has traced them, with
// those of its script: each is there, word by word, behind the one before it.
func checkOrder(ts *testscript.TestScript, trace, script string) {
	_, inside, found := strings.Cut(script, " <<'RUN") // or RUN_, and so on
	steps := strings.Split("\n"+trace, "\n+ ")[1:]
	if !found || len(steps) < 8 {
		ts.Fatalf("only %d steps were traced", len(steps))
	}
	for i, step := range steps {
		step, _, _ = strings.Cut(step, "\nvagganet: ") // which says something at the end
		step = strings.TrimSuffix(step, "\n") + "\n"
		before, after, found := strings.Cut("\n"+inside, "\n"+step)
		if !found {
			ts.Fatalf("step %d of the run is not in its script, or comes too early there:\n%s", i+1, step)
		}
		if line := commandIn(before); line != "" {
			ts.Fatalf("before step %d of the run, the script has one more: %s", i+1, line)
		}
		inside = after
	}
}

// commandIn is a line of a script by which a tool is run; empty for none. Shells do
// by themselves what is between the steps of a run.
func commandIn(script string) string {
	for line := range strings.Lines(script) {
		for _, tool := range []string{"nsenter", "unshare", "ip ", "dd ", "cat >", "mkdir ", "mount ", "sh -e", "iptables", "ebtables", "sysctl", "busybox"} {
			if strings.HasPrefix(line, tool) || strings.Contains(line, " "+tool) && !strings.HasPrefix(line, "#") {
				return line
			}
		}
	}
	return ""
}

// endsWithScript are the words by which a script's run ends with it.
var endsWithScript = []string{"setpriv", "--pdeathsig=KILL"}

// outsideWords makes alike how a run goes on inside of the gateway: the verb
// starts the program again there, the script a shell that is registered.
func outsideWords(argv []string) []string {
	if i := slices.Index(argv, endsWithScript[0]); i > 0 && len(argv) > i+2 && slices.Equal(argv[i:i+2], endsWithScript) {
		argv = slices.Delete(slices.Clone(argv), i, i+2)
	}
	for i, word := range argv {
		if i > 0 && (slices.Equal(argv[i:], []string{"/usr/bin/vagganet", "_supervise"}) || word == "flock" && slices.Contains(argv[i:], "-es")) {
			return append(argv[:i:i], "(inside)")
		}
	}
	return argv
}
