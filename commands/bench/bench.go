// Package bench measures the program beside the least that the same network takes.
// It is linked into the test binary of commands/e2e, whose tests look that both make
// the same network; the program has none of it.
package bench

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Main measures the program as users run it: whole processes, on a gateway that
// stands, beside what the kernel or the tools need for the same. It is the test
// binary of commands/e2e under another name, which scripts/bench starts in a
// sandbox.
//
//	bench [ROW…]
//
// It prints one table. A goal that is missed is a result; the exit code is 1 only
// if something could not be measured.
func Main() {
	if err := benchRowsOf(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// What scripts/bench and sandbox.sh have set: as whom to measure, and the sandbox's
// folder.
const (
	whoVar    = "WHO"
	insideVar = "VAGGANET_IN_SANDBOX"
)

// benchRows are what can be measured, in the table's order.
var benchRows = []struct {
	name    string
	measure func(*bench) error
}{
	{"network", (*bench).network},
	{"alternatives", (*bench).alternatives},
	{"end", (*bench).end},
	{"partition", (*bench).partitions},
	{"busy", (*bench).busy},
	{"packets", (*bench).packets},
	{"output", (*bench).outputs},
	{"others", (*bench).others},
	{"memory", (*bench).memory},
	{"campaigns", (*bench).campaigns},
}

func benchRowsOf(wanted []string) error {
	var known []string
	for _, row := range benchRows {
		known = append(known, row.name)
	}
	for _, name := range wanted {
		if !slices.Contains(known, name) {
			return fmt.Errorf("no row is called %q: there are %s", name, strings.Join(known, " "))
		}
	}
	b, err := newBench()
	if err != nil {
		return err
	}
	defer os.RemoveAll(b.folder)
	var failed []string
	for _, row := range benchRows {
		if len(wanted) > 0 && !slices.Contains(wanted, row.name) {
			continue
		}
		start := time.Now()
		if err := row.measure(b); err != nil {
			fmt.Fprintf(os.Stderr, "bench: %s: %v\n", row.name, err)
			failed = append(failed, row.name)
		}
		fmt.Fprintf(os.Stderr, "bench: %s: measured in %.0f s\n", row.name, time.Since(start).Seconds())
	}
	fmt.Print(b.report())
	if failed != nil {
		return fmt.Errorf("could not be measured: %s", strings.Join(failed, " "))
	}
	return nil
}

// bench is a benchmark in a sandbox: the program, installed, and a gateway.
type bench struct {
	folder string // the user's and root's own
	user   *syscall.Credential
	env    []string
	lines  []tableLine
}

func newBench() (*bench, error) {
	box := os.Getenv(insideVar)
	if box == "" {
		return nil, fmt.Errorf("this is started by scripts/bench, in a sandbox")
	}
	b := &bench{folder: filepath.Join(box, "measured"), env: []string{"LC_ALL=C"}}
	// A plain user has no sbin, and none of this machine's own folders: a tool
	// is looked for in each of them.
	path := b.folder + ":" + box + "/bin:/usr/local/bin:/usr/bin:/bin"
	home := "/root"
	if os.Getenv(whoVar) == "tester" {
		home = filepath.Join(box, "home")
		owner, err := os.Stat(home)
		if err != nil {
			return nil, err
		}
		id := owner.Sys().(*syscall.Stat_t)
		b.user = &syscall.Credential{Uid: id.Uid, Gid: id.Gid}
	} else {
		path += ":/usr/local/sbin:/usr/sbin:/sbin"
	}
	b.env = append(b.env, "HOME="+home, "PATH="+path)
	os.Setenv("PATH", path+":/usr/sbin:/sbin") // where commands are looked for here
	if err := b.install(); err != nil {
		return nil, err
	}
	_, err := b.output("vagganet", "create")
	return b, err
}

// install puts the program under all its names, and the floor, where its user
// finds them.
func (b *bench) install() error {
	if err := os.Mkdir(b.folder, 0o777); err != nil {
		return err
	}
	if err := os.Chmod(b.folder, 0o777); err != nil {
		return err
	}
	names, err := filepath.Glob("bin/vagga*")
	if err != nil || len(names) == 0 {
		return fmt.Errorf("no bin/vagganet: make build makes it (%v)", err)
	}
	if out, err := exec.Command("cp", append([]string{"-a", "-t", b.folder}, names...)...).CombinedOutput(); err != nil {
		return fmt.Errorf("cp: %w: %s", err, out)
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	return os.Symlink(self, filepath.Join(b.folder, "floor"))
}

// command is a command of the user's, to be started.
func (b *bench) command(words ...string) *exec.Cmd {
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Dir, cmd.Env = b.folder, b.env
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: b.user}
	return cmd
}

func (b *bench) output(words ...string) (string, error) {
	cmd := b.command(words...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		err = fmt.Errorf("%s: %w: %s", strings.Join(words, " "), err, stderr.String())
	}
	return string(out), err
}

// inGateway are the words in front of a command in the gateway's namespaces.
var inGateway = []string{"nsenter", "--user=/run/vagganet/vagga/userns", "--net=/run/vagganet/vagga/netns"}

// asRun are the words in front of what is to be where a run's first process is.
var asRun = append(slices.Clone(inGateway),
	"unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc")
