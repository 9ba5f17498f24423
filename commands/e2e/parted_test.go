package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// matrices are partitions of the guests a, b, c and d, each unlike the others.
var matrices = []string{"fullmesh", "disjoint a b -- c d", "split a c -- c b", "isolate d", "isolate --how reject a"}

// parted is a run whose partitions are looked at: what the kernel has of each
// matrix, as it is when nothing else ever was.
type parted struct {
	*striking
	folder string // the run's, by way of its first process
	kernel map[string]string
	links  map[string]string
}

// newParted starts the run "flock", and reads what each matrix is.
func newParted(ts *testscript.TestScript) *parted {
	p := &parted{striking: newStriking(ts), kernel: map[string]string{}, links: map[string]string{}}
	p.good("create")
	cmd := exec.Command("as", os.Getenv(whoVar), "vagganet", "run", "flock")
	cmd.Dir = p.MkAbs(".")
	p.Check(cmd.Start())
	ts.Defer(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
	})
	p.eventually("the run is up", func() bool {
		return p.plain("exec", "bridge", "probe", "wait", "172.18.0.1", "172.18.0.2", "172.18.0.3", "172.18.0.4").code == 0
	})
	p.folder = fmt.Sprintf("/proc/%d/root/run/vagganet/vagga/run/", firstChild(firstChild(cmd.Process.Pid)))
	for _, m := range matrices {
		p.part(m)
		p.kernel[m], p.links[m] = p.inKernel(), p.traffic()
	}
	for i, m := range matrices {
		for _, other := range matrices[:i] {
			if p.kernel[m] == p.kernel[other] || p.links[m] == p.links[other] {
				p.fatalf("%s can't be told from %s:\n%s\n%s", m, other, p.kernel[m], p.links[m])
			}
		}
	}
	return p
}

func (p *parted) eventually(what string, is func() bool) {
	for deadline := time.Now().Add(patience); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			p.fatalf("not so: %s", what)
		}
	}
}

func partitionWords(matrix string) []string {
	return append([]string{"partition"}, strings.Fields(matrix)...)
}

// part makes a partition, without wrappers.
func (p *parted) part(matrix string) { p.good(partitionWords(matrix)...) }

// inKernel is what the bridge has of rules in both tables, and the switch.
func (p *parted) inKernel() string {
	bridge := []string{"nsenter", "--net=" + p.folder + "bridge"}
	rules, err := output(bridge, "iptables", "--wait", "-S")
	p.Check(err)
	var frames []string
	if os.Getenv(ebtablesVar) == "" {
		frames, err = output(bridge, "ebtables-save")
		p.Check(err)
	}
	lines, err := output(bridge, "cat", "/proc/sys/net/bridge/bridge-nf-call-iptables")
	p.Check(err)
	if slices.Equal(lines, []string{"0"}) {
		// Links' rules that the switch keeps from working do nothing.
		rules = slices.DeleteFunc(rules, func(rule string) bool {
			return strings.Contains(rule, "-A FORWARD -j VAGGA") && !strings.Contains(rule, "UPLINK")
		})
	}
	return "## iptables\n" + joined(inUse(rules)) + "## ebtables\n" + joined(inUse(frames)) + "switch " + joined(lines)
}

// inUse are the rules of the kernel's chains, and of those that these lead to. A
// chain that none leads to any more does nothing.
func inUse(rules []string) []string {
	used := []string{"INPUT", "FORWARD", "OUTPUT"}
	var lines []string
	for i := 0; i < len(used); i++ {
		for _, rule := range rules {
			words := strings.Fields(rule)
			if len(words) < 2 || words[0] != "-A" || words[1] != used[i] {
				continue
			}
			lines = append(lines, rule)
			if to := words[len(words)-1]; strings.HasPrefix(to, "VAGGA") && !slices.Contains(used, to) {
				used = append(used, to)
			}
		}
	}
	return lines
}

// traffic is who reaches whom, by real packets.
func (p *parted) traffic() string {
	return p.good("exec", "bridge", "probe", "matrix", "a=172.18.0.1", "b=172.18.0.2", "c=172.18.0.3", "d=172.18.0.4").out
}

// wantOne looks that the matrix that holds is one of these.
func (p *parted) wantOne(of ...string) {
	links := p.traffic()
	if !slices.ContainsFunc(of, func(m string) bool { return p.links[m] == links }) {
		p.fatalf("this is none of %q:\n%s%s", of, links, p.inKernel())
	}
}

// want is what is promised of a partition that did not come to its end: one of
// them holds, or, where they are made by different tables, nothing passes that both
// forbid.
func (p *parted) want(old, new string) {
	if !strings.Contains(old+new, "reject") {
		p.wantOne(old, new)
		return
	}
	closed := func(links string) []string {
		return slices.DeleteFunc(strings.Split(links, "\n"), func(line string) bool { return !strings.Contains(line, "tcp no udp no") })
	}
	links := p.traffic()
	for _, link := range closed(p.links[old]) {
		if slices.Contains(closed(p.links[new]), link) && !slices.Contains(closed(links), link) {
			p.fatalf("both %s and %s have %s, but now:\n%s%s", old, new, link, links, p.inKernel())
		}
	}
}

// changes are those that a killed or failing partition is looked at in: cutting,
// cutting otherwise, and healing.
var changes = [][2]string{
	{matrices[0], matrices[1]},
	{matrices[1], matrices[2]},
	{matrices[2], matrices[0]},
	{matrices[1], matrices[4]},
	{matrices[4], matrices[3]},
}

func isRestore(line string) bool {
	return strings.Contains(line, "tables-restore") || strings.Contains(line, "sysctl")
}
