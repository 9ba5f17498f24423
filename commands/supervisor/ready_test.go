package supervisor

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"vagganet/netcmd"
	"vagganet/netcmd/plan"
)

// orders are actions as words: "start b", "notReady a".
func orders(todo []action) []string {
	names := map[verb]string{start: "start", send: "send", kill: "kill", wait: "wait", notReady: "notReady", tellReady: "tellReady"}
	words := []string{}
	for _, a := range todo {
		switch word := names[a.do]; {
		case a.do == say:
		case a.do == send, a.do == kill, a.do == tellReady:
			words = append(words, word)
		default:
			words = append(words, fmt.Sprintf("%s %c", word, 'a'+a.child))
		}
	}
	return words
}

func expect(t *testing.T, todo []action, want string) {
	t.Helper()
	if got := strings.Join(orders(todo), ", "); got != want {
		t.Errorf("is to be done: %q, not %q", got, want)
	}
}

// chain is a decision on b that starts after a, and c after both; a and b are to be ready.
func chain(mode plan.Mode) (*decision, time.Time) {
	spec := testSpec(mode)
	for i := range spec.Run.Children {
		spec.Run.Children[i].Node = spec.Run.Children[i].Name
	}
	spec.Run.Children[0].Ready = &netcmd.Ready{Port: 1, Within: time.Second}
	spec.Run.Children[1].Ready = &netcmd.Ready{Port: 1, Within: 2 * time.Second}
	spec.Run.Children[1].After = []string{"a"}
	spec.Run.Children[2].After = []string{"a", "b"}
	return newDecision(spec), time.Unix(1e9, 0)
}

func TestAfter(t *testing.T) {
	d, now := chain(plan.WaitAll)
	expect(t, d.begin(), "wait b, wait c, start a")
	expect(t, d.started(0, now), "")
	if d.allReady() || d.over() {
		t.Error("ready, or over, before all are started")
	}
	expect(t, d.ready(0), "start b")
	expect(t, d.started(1, now), "")
	expect(t, d.ready(1), "start c")
	expect(t, d.started(2, now), "")
	if !d.allReady() {
		t.Error("not ready")
	}
	expect(t, d.tick(now.Add(time.Hour)), "")
}

func TestNotReady(t *testing.T) {
	d, now := chain(plan.WaitAll)
	d.begin()
	d.started(0, now)
	if next := d.next(); !next.Equal(now.Add(time.Second)) {
		t.Errorf("next is at %v", next)
	}
	expect(t, d.tick(now.Add(999*time.Millisecond)), "")
	expect(t, d.tick(now.Add(time.Second)), "notReady a, send")
	if d.exitCode() != netcmd.ExitOwn {
		t.Errorf("exit code %d", d.exitCode())
	}
	// what waits for it is not awaited
	d.ended(0, 143, now.Add(2*time.Second))
	if !d.over() || d.allReady() {
		t.Error("not over, or ready")
	}
}

func TestEndedUnready(t *testing.T) {
	for code, want := range map[int]int{0: netcmd.ExitOwn, 3: 3} {
		d, now := chain(plan.WaitAll)
		d.begin()
		d.started(0, now)
		expect(t, d.ended(0, code, now), "send")
		if d.exitCode() != want || !d.over() {
			t.Errorf("code %d: exit code %d, over %v", code, d.exitCode(), d.over())
		}
	}
}

// The end of a child whose node was killed ends nothing, whatever the mode.
func TestWentDown(t *testing.T) {
	for _, mode := range []plan.Mode{plan.StopOnFailure, plan.WaitAllSuccessful, plan.WaitAll, plan.Restart, plan.Timeline} {
		d, now := testDecision(mode)
		d.wentDown(0, 137)
		expect(t, d.tick(now.Add(time.Hour)), "")
		if d.over() || d.exitCode() != 0 {
			t.Errorf("mode %v: over %v, exit code %d", mode, d.over(), d.exitCode())
		}
		down := func(i int) bool { return i == 0 }
		expect(t, d.startNodes([]string{"a"}, down), "")
		expect(t, d.startNodes([]string{"b"}, func(int) bool { return false }), "") // it runs
		expect(t, d.startNodes([]string{"a"}, func(int) bool { return false }), "start a")
		// the end of the run doesn't wait for one that is down
		d.wentDown(0, 137)
		d.signalled(15, now)
		d.ended(1, 143, now)
		d.ended(2, 143, now)
		if !d.over() {
			t.Errorf("mode %v: not over", mode)
		}
	}
}

func testDecision(mode plan.Mode) (*decision, time.Time) {
	spec := testSpec(mode)
	for i := range spec.Run.Children {
		spec.Run.Children[i].Node = spec.Run.Children[i].Name
	}
	d, now := newDecision(spec), time.Unix(1e9, 0)
	d.begin()
	for i := range d.children {
		d.started(i, now)
	}
	return d, now
}

func TestRestartOfOne(t *testing.T) {
	d, now := testDecision(plan.WaitAll)
	d.children[0].restart, d.children[1].restart = netcmd.RestartOnFailure, netcmd.RestartAlways
	d.ended(0, 1, now)
	d.ended(1, 0, now)
	expect(t, d.tick(now.Add(firstPause)), "start a, start b")
	d.started(0, now)
	d.ended(0, 0, now)
	expect(t, d.tick(now.Add(time.Hour)), "")
}

func TestFinish(t *testing.T) {
	d, now := testDecision(plan.Timeline)
	expect(t, d.ended(0, 0, now), "")
	expect(t, d.finish(now), "send")
	d.ended(1, 143, now)
	d.ended(2, 137, now)
	if d.exitCode() != 0 || !d.over() {
		t.Errorf("exit code %d", d.exitCode())
	}
	d, now = testDecision(plan.Timeline)
	expect(t, d.ended(0, 4, now), "send")
	d.finish(now)
	if d.exitCode() != 4 {
		t.Errorf("exit code %d", d.exitCode())
	}
}

// A line counts that comes since the start, whether it comes in pieces or is long.
func TestLog(t *testing.T) {
	l := newLog(&netcmd.Ready{Log: "^ready to (go|run)$"})
	l.reset()
	matched := func() bool {
		select {
		case <-l.matched():
			return true
		default:
			return false
		}
	}
	l.Write([]byte("not ready to go\nready "))
	l.Write([]byte("to " + strings.Repeat("x", 2*longestLine) + "\nready to"))
	if matched() {
		t.Error("matched too early")
	}
	l.Write([]byte(" run\n"))
	if !matched() {
		t.Error("not matched")
	}
	l.reset()
	if matched() || len(l.last()) != 0 {
		t.Error("what came before the start counts")
	}
	l.Write([]byte("1\n2\n3\n4\n5\n6\nrest"))
	if got := l.last(); !slices.Equal(got, []string{"2", "3", "4", "5", "6"}) {
		t.Errorf("last are %q", got)
	}
}

// A child that doesn't listen yet is not ready because a client has been given its port: there
// are some 28,000 for clients, and the kernel goes through every second one of them.
func TestConnectFindsNotItself(t *testing.T) {
	listener, err := net.Listen("tcp4", "127.9.8.7:0") // where other tests don't listen
	if err != nil {
		t.Fatal(err)
	}
	address := netip.MustParseAddrPort(listener.Addr().String())
	port := int(address.Port())
	err = connect(address.Addr(), port)
	if errors.Is(err, unix.ENETUNREACH) {
		t.Skip("skipped: the loopback device is down, as where packages are built")
	}
	if err != nil {
		t.Errorf("a server listens: %v", err)
	}
	listener.Close()
	for i := range 60_000 {
		if nobody := port ^ i&1; connect(address.Addr(), nobody) == nil {
			t.Fatalf("nobody listens at %d, and try %d succeeds", nobody, i)
		}
	}
}
