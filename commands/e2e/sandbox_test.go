package e2e

import (
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
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"vagganet/commands/machine"
)

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
		ebtablesVar+"="+v.ebtables(), modulesVar+"="+os.Getenv(modulesVar), fmt.Sprintf("%s=%d", neighboursVar, mostNeighbours()),
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

// runInside is the test in the sandbox.
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
			"session":  cmdSession,
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
	env.Setenv(modulesVar, os.Getenv(modulesVar))
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
