package gateway

import (
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"vagganet/netcmd/addresses"
	"vagganet/netcmd/plan"
)

// runStep runs a step of the holder's with the values of its variables.
func runStep(s plan.Step, pid int, born string) (string, error) {
	argv := make([]string, len(s.Argv))
	for i, w := range s.Argv {
		argv[i] = plan.Expand(w, func(name string) string {
			return map[string]string{"holder": strconv.Itoa(pid), "born": born}[name]
		})
	}
	out, err := exec.Command(argv[0], argv[1:]...).Output()
	return strings.TrimSpace(string(out)), err
}

// A process that has the number of the one that held the namespaces is left alone,
// unless it is that one.
func TestHolderIsNoOther(t *testing.T) {
	g := Gateway{Interface: "vagga", Tools: plan.UsualTools()}
	when := g.knowHolder()[0]
	for _, undoing := range []bool{false, true} {
		release := g.release(undoing)[0]
		cmd := exec.Command("sleep", "1000")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		defer cmd.Process.Kill()
		pid := cmd.Process.Pid
		born, err := runStep(when, pid, "")
		if n, bad := strconv.Atoi(born); err != nil || bad != nil || n < 1 {
			t.Fatalf("started at %q: %v", born, err)
		}
		for _, other := range []string{born + "0", "1", ""} {
			// What was mounted is not known then, and nothing more is built on it.
			if _, err := runStep(release, pid, other); (err == nil) != undoing {
				t.Errorf("undoing %v, the process of another time: %v", undoing, err)
			}
		}
		ended := make(chan error)
		go func() { ended <- cmd.Wait() }()
		select {
		case err := <-ended:
			t.Fatalf("another process was ended: %v", err)
		default:
		}
		if _, err := runStep(release, pid, born); err != nil {
			t.Errorf("undoing %v: %v", undoing, err)
		}
		<-ended
		if _, err := runStep(release, pid, born); (err == nil) != undoing {
			t.Errorf("undoing %v, when it has ended: %v", undoing, err)
		}
		if born, err := runStep(when, pid, ""); err == nil {
			t.Errorf("what has ended was started at %s", born)
		}
	}
}

// The namespaces are known to be the right ones before anything else is done with
// them.
func TestHolderIsCheckedAfterTheMounts(t *testing.T) {
	g := Gateway{Interface: "vagga", Network: addresses.DefaultNetwork, Tools: plan.UsualTools(), User: User{UID: 1000}}
	mounted := false
	for _, s := range g.Create() {
		switch line := strings.Join(s.Argv, " "); {
		case s.Argv[0] == "mount":
			mounted = true
		case mounted && strings.Contains(line, "ended too early"):
			return
		case mounted:
			t.Errorf("before the holder is looked at, this is run: %q", s.Words())
		}
	}
	t.Error("nobody looks at the holder")
}

// What root is told by another user's process is a process of that user's, or nothing
// is done about it.
func TestHolderIsTheUsers(t *testing.T) {
	g := Gateway{Interface: "vagga", Tools: plan.UsualTools(), User: User{UID: os.Getuid()}, ForOther: true}
	own, other := g.knowHolder()[0].Argv, g
	other.User.UID++
	self := strconv.Itoa(os.Getpid())
	for _, c := range []struct {
		argv   []string
		holder string
		want   bool
	}{
		{own, self, true},
		{other.knowHolder()[0].Argv, self, false},
		{own, "", false},
		{own, self + "/root/../" + self, false},
		{own, "self", false},
		{own, "0", false},
		{own, self + "\n1", false},
	} {
		argv := append(slices.Clone(c.argv[:len(c.argv)-1]), c.holder)
		if out, err := exec.Command(argv[0], argv[1:]...).Output(); (err == nil) != c.want {
			t.Errorf("user %d, holder %q: %q, %v", g.User.UID, c.holder, out, err)
		}
	}
}

// All that a user's processes do for root is done in a session of its own, so that
// they have no way to root's terminal.
func TestOthersHaveNoTerminal(t *testing.T) {
	g := Gateway{Interface: "vagga", Network: addresses.DefaultNetwork, Tools: plan.UsualTools(), Program: "/usr/bin/vagganet",
		User: User{UID: 1000, GID: 1000}, ForOther: true}
	for _, restricted := range []bool{false, true} {
		g.Host.Restricted = restricted
		p := g.Create()
		users := 0
		for _, s := range slices.Concat(p, p.Undo()) {
			words := strings.Join(s.Words(), " ")
			if !strings.Contains(words, "setpriv") && !strings.Contains(words, "nsenter") {
				continue
			}
			users++
			if !strings.HasPrefix(words, "setsid ") {
				t.Errorf("restricted %v: %s", restricted, words)
			}
		}
		if users < 4 {
			t.Errorf("restricted %v: only %d steps are the user's", restricted, users)
		}
	}
}
