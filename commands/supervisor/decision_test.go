package supervisor

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"vagganet/commands/events"
	"vagganet/commands/faults"
	"vagganet/netcmd"
	"vagganet/netcmd/plan"
)

// Scripts for a decision: what happens, and after "=>" what is to be done. Both
// are words, separated by commas; "+3s" lets time pass. The children are a, b
// and c.
//
//	a=0     child a ends with code 0; a=no: it can't be started
//	TERM    the user's signal
//	tick    what is due is done
//	start-a, send-TERM, kill, suspend, resume    what is to be done
var decisionTests = []struct {
	name   string
	mode   plan.Mode
	steps  []string
	code   int
	over   bool
	saying []string // parts of what the user is shown; if empty but not nil, nothing
}{
	{"the first that ends, even well, ends all", plan.StopOnFailure,
		[]string{"a=0 => send-TERM", "b=143 =>", "c=7 =>"}, 0, true,
		[]string{"a ended with exit code 0, stopping the others"}},
	{"the first that fails ends all", plan.StopOnFailure,
		[]string{"b=3 => send-TERM", "a=143, c=143 =>"}, 3, true,
		[]string{"b ended with exit code 3, stopping the others"}},
	{"exit 0 is fine", plan.WaitAllSuccessful,
		[]string{"a=0 =>", "c=0 =>", "b=0 =>"}, 0, true, []string{}},
	{"the first failure ends the others", plan.WaitAllSuccessful,
		[]string{"a=0 =>", "b=2 => send-TERM", "c=143 =>"}, 2, true,
		[]string{"b ended with exit code 2, stopping the others"}},
	{"a failure of the last one", plan.WaitAllSuccessful,
		[]string{"a=0, b=0 =>", "c=5 =>"}, 5, true,
		[]string{"c ended with exit code 5"}},
	{"all are waited for", plan.WaitAll,
		[]string{"b=0 =>", "c=4 =>", "a=9 =>"}, 4, true,
		[]string{"c ended with exit code 4, waiting for the others", "a ended with exit code 9",
			"exit code 4 is that of c, the first that failed"}},
	{"all end well", plan.WaitAll,
		[]string{"b=0, a=0, c=0 =>"}, 0, true, []string{}},
	{"a lone failure needs no verdict", plan.WaitAll,
		[]string{"a=0, b=0 =>", "c=1 =>"}, 1, true, []string{"c ended with exit code 1"}},
	{"stopped by the user, there is no verdict", plan.WaitAll,
		[]string{"INT => send-INT", "a=130 =>", "b=130, c=130 =>"}, 130, true,
		[]string{"signal: interrupt, stopping all"}},
	{"one is left", plan.WaitAll,
		[]string{"b=1 =>", "c=0 =>"}, 1, false,
		[]string{"b ended with exit code 1, waiting for the others"}},

	{"the user's signal", plan.StopOnFailure,
		[]string{"TERM => send-TERM", "c=143, b=0, a=143 =>"}, 143, true,
		[]string{"signal: terminated, stopping all"}},
	{"hanging up is TERM to the children", plan.StopOnFailure,
		[]string{"HUP => send-TERM", "a=143 =>"}, 129, false, nil},
	{"the keyboard's go as they are", plan.WaitAll,
		[]string{"QUIT => send-QUIT"}, 131, false, nil},
	{"a second Ctrl+C kills", plan.StopOnFailure,
		[]string{"INT => send-INT", "INT => kill", "a=137 =>"}, 130, false, nil},
	{"a signal that all end well by", plan.StopOnFailure,
		[]string{"TERM => send-TERM", "a=0, b=0, c=0 =>"}, 143, true,
		[]string{"signal: terminated, stopping all"}},
	{"the same, where a good end is no end", plan.WaitAllSuccessful,
		[]string{"a=0 =>", "QUIT => send-QUIT", "b=0, c=0 =>"}, 131, true, nil},
	{"a signal after a child has decided, if well", plan.StopOnFailure,
		[]string{"a=0 => send-TERM", "TERM => send-TERM", "b=143, c=143 =>"}, 0, true,
		[]string{"a ended with exit code 0, stopping the others"}},
	{"the same, where none ends another", plan.WaitAll,
		[]string{"a=5 =>", "TERM => send-TERM", "b=0, c=143 =>"}, 5, true, nil},
	{"the first Ctrl+C does not, even while all are stopping", plan.StopOnFailure,
		[]string{"a=1 => send-TERM", "INT => send-INT", "INT => kill"}, 1, false, nil},
	{"TERM again is passed on", plan.StopOnFailure,
		[]string{"TERM => send-TERM", "TERM => send-TERM"}, 143, false, nil},
	{"stopped by the user, a code of 0 does not hide a failure", plan.WaitAll,
		[]string{"TERM => send-TERM", "a=0 =>", "b=143 =>", "c=0 =>"}, 143, true, nil},

	{"nobody reads", plan.WaitAll,
		[]string{"PIPE => send-TERM", "a=0, b=143, c=0 =>"}, 141, true, nil},

	{"patience ends", plan.StopOnFailure,
		[]string{"a=0 => send-TERM", "+1999ms, tick =>", "+1ms, tick => kill", "+9s, tick =>"}, 0, false,
		[]string{"still there 2s after they were to end, killing: b, c"}},
	{"patience counts from the first stop, Ctrl+C included", plan.StopOnFailure,
		[]string{"INT => send-INT", "+1s, TERM => send-TERM", "+1s, tick => kill"}, 130, false, nil},

	{"a child is started again, later each time", plan.Restart,
		[]string{"a=0 =>", "+999ms, tick =>", "+1ms, tick => start-a",
			"+1s, a=1 =>", "+1s, tick =>", "+1s, tick => start-a",
			"a=1, +4s, tick => start-a", "a=1, +8s, tick => start-a", "a=1, +16s, tick => start-a",
			"a=1, +29s, tick =>", "+1s, tick => start-a", "a=1, +30s, tick => start-a"}, 0, false,
		[]string{"a ended with exit code 0, starting it again in 1s", "again in 2s", "again in 30s"}},
	{"one that lived long comes back soon", plan.Restart,
		[]string{"a=1, +1s, tick => start-a", "a=1, +2s, tick => start-a",
			"+10s, a=1 =>", "+1s, tick => start-a", "+9999ms, a=1, +1s, tick =>", "+1s, tick => start-a"}, 0, false, nil},
	{"two at once", plan.Restart,
		[]string{"a=1, b=1, +1s, tick => start-a, start-b"}, 0, false, nil},
	{"the end of all is not the end", plan.Restart,
		[]string{"a=0, b=0, c=0 =>"}, 0, false, nil},
	{"a signal is", plan.Restart,
		[]string{"a=0 =>", "TERM => send-TERM", "b=0, c=143, +1m, tick => kill"}, 143, true, nil},
	{"a signal is, whatever the children make of it", plan.Restart,
		[]string{"INT => send-INT", "TERM => send-TERM", "a=0, b=0, c=0 =>"}, 130, true, nil},
	{"a signal while none is there", plan.Restart,
		[]string{"a=0, b=0, c=0, HUP => send-TERM"}, 129, true, nil},
	{"a child that can't be started again", plan.Restart,
		[]string{"a=0, +1s, tick => start-a", "a=no =>", "+2s, tick => start-a"}, 0, false,
		[]string{"a could not be started again: no; trying it in 2s"}},

	{"standing still", plan.StopOnFailure,
		[]string{"TSTP => suspend", "CONT => resume", "CONT =>"}, 0, false, nil},
	{"no patience is lost by standing still", plan.StopOnFailure,
		[]string{"a=0 => send-TERM", "+1s, TSTP => suspend", "+1h, tick =>", "CONT => resume", "tick =>", "+1s, tick => kill"}, 0, false, nil},
	{"nor is a pause", plan.Restart,
		[]string{"a=0, TSTP => suspend", "+1h, CONT => resume", "tick =>", "+1s, tick => start-a"}, 0, false, nil},
	{"nor does one grow old by it", plan.Restart,
		[]string{"a=1, +1s, tick => start-a", "TSTP, +1h, CONT => suspend, resume", "a=1, +1s, tick =>", "+1s, tick => start-a"}, 0, false, nil},
	{"who stands still goes on to end", plan.StopOnFailure,
		[]string{"TSTP => suspend", "TERM => resume, send-TERM"}, 143, false, nil},
}

var signalsByName = map[string]syscall.Signal{
	"INT": syscall.SIGINT, "QUIT": syscall.SIGQUIT, "TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP,
	"PIPE": syscall.SIGPIPE, "TSTP": syscall.SIGTSTP, "CONT": syscall.SIGCONT,
}

func testSpec(mode plan.Mode) Spec {
	children := []netcmd.Child{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	return Spec{Run: netcmd.Run{Mode: mode, Children: children, KillAfter: 2 * time.Second}}
}

func TestDecision(t *testing.T) {
	for _, test := range decisionTests {
		t.Run(test.name, func(t *testing.T) {
			now := time.Unix(1e9, 0)
			d := newDecision(testSpec(test.mode))
			for i := range d.children {
				d.started(i, now)
			}
			var said []string
			for _, step := range test.steps {
				happens, wanted, _ := strings.Cut(step, "=>")
				done, says := play(t, d, &now, happens)
				said = append(said, says...)
				if got := strings.Join(done, ", "); got != strings.TrimSpace(wanted) {
					t.Fatalf("%s, not %q", step, got)
				}
			}
			if d.exitCode() != test.code || d.over() != test.over {
				t.Errorf("exit code %d, over %v", d.exitCode(), d.over())
			}
			all := strings.Join(said, "\n")
			if len(test.saying) == 1 && d.over() && len(said) > 1 {
				t.Errorf("says more than %q:\n%s", test.saying, all)
			}
			for _, part := range test.saying {
				if !strings.Contains(all, part) {
					t.Errorf("does not say %q but\n%s", part, all)
				}
			}
			if test.saying != nil && len(test.saying) == 0 && all != "" {
				t.Errorf("says\n%s", all)
			}
		})
	}
}

// play lets things happen, and returns what is to be done and said.
func play(t *testing.T, d *decision, now *time.Time, happens string) (done, said []string) {
	for word := range strings.SplitSeq(happens, ",") {
		word = strings.TrimSpace(word)
		name, code, ends := strings.Cut(word, "=")
		var todo []action
		switch {
		case word == "tick":
			todo = d.tick(*now)
		case signalsByName[word] != 0:
			todo = d.signalled(signalsByName[word], *now)
		case strings.HasPrefix(word, "+"):
			pause, err := time.ParseDuration(word[1:])
			if err != nil {
				t.Fatal(err)
			}
			*now = now.Add(pause)
		case ends && code == "no":
			d.children[name[0]-'a'].running = false
			todo = d.failed(int(name[0]-'a'), errors.New("no"), *now)
		case ends:
			n, err := strconv.Atoi(code)
			if err != nil {
				t.Fatal(err)
			}
			todo = d.ended(int(name[0]-'a'), n, *now)
		}
		for _, a := range todo {
			switch a.do {
			case start:
				d.started(a.child, *now)
				done = append(done, "start-"+d.children[a.child].name)
			case send:
				done = append(done, "send-"+strings.TrimPrefix(signalName(a.signal), "SIG"))
			case say:
				said = append(said, a.text)
			default:
				done = append(done, map[verb]string{kill: "kill", suspend: "suspend", resume: "resume"}[a.do])
			}
		}
	}
	return done, said
}

func signalName(s syscall.Signal) string {
	for name, known := range signalsByName {
		if s == known {
			return name
		}
	}
	return s.String()
}

// TestNext compares the time of the next tick with what tick does then.
func TestNext(t *testing.T) {
	now := time.Unix(1e9, 0)
	d := newDecision(testSpec(plan.Restart))
	for i := range d.children {
		d.started(i, now)
	}
	if !d.next().IsZero() {
		t.Errorf("next %v while all run", d.next())
	}
	d.ended(0, 1, now)
	d.ended(1, 1, now.Add(time.Second/2))
	if want := now.Add(time.Second); !d.next().Equal(want) {
		t.Errorf("next is %v, not %v", d.next(), want)
	}
	d.signalled(syscall.SIGTSTP, now)
	if !d.next().IsZero() {
		t.Errorf("next %v while all stand still", d.next())
	}
	d.signalled(syscall.SIGTERM, now)
	if want := now.Add(2 * time.Second); !d.next().Equal(want) {
		t.Errorf("next is %v, not %v", d.next(), want)
	}
}

// fakeHands are children that only the test knows of.
type fakeHands struct {
	refuses int // this child can't be started; -1 for none
	exits   chan exit
	killed  chan struct{} // closed by kill, if there is one
	log     []string
	session int // of what was last started for the run
	down    int // 1 more than the child whose node is down; 0 for none
}

func (h *fakeHands) start(i int) error {
	if i == h.refuses {
		return errors.New("refused")
	}
	h.log = append(h.log, fmt.Sprint("start ", i))
	return nil
}

func (h *fakeHands) send(s syscall.Signal)      { h.log = append(h.log, "send "+signalName(s)) }
func (h *fakeHands) suspend()                   { h.log = append(h.log, "suspend") }
func (h *fakeHands) tellReady()                 {}
func (h *fakeHands) resume()                    { h.log = append(h.log, "resume") }
func (h *fakeHands) say(text string)            { h.log = append(h.log, text) }
func (h *fakeHands) sendPending() time.Duration { return 0 }

func (h *fakeHands) kill() {
	h.log = append(h.log, "kill")
	if h.killed != nil {
		close(h.killed)
	}
}

func (h *fakeHands) waits(i int)            { h.log = append(h.log, fmt.Sprint("wait ", i)) }
func (h *fakeHands) isReady(s started) bool { return s.times == 1 }
func (h *fakeHands) why(int) string         { return "silent" }

func (h *fakeHands) isDown(i int) bool { return i == h.down-1 }

func (h *fakeHands) changes() int { return len(h.log) }

func (h *fakeHands) mono(time.Duration) float64 { return 0 }

func (h *fakeHands) ordered(session int) bool { return session == h.session }

func (h *fakeHands) startFault(o faults.Order) error {
	h.log = append(h.log, strings.Join(o.Words, " "))
	return nil
}

func (h *fakeHands) note(list []events.Event) {
	for _, e := range list {
		h.log = append(h.log, strings.TrimSpace(string(e.Kind)+" "+e.What))
	}
}

func (h *fakeHands) reap() []exit {
	select {
	case e := <-h.exits:
		return []exit{e}
	default:
		return nil
	}
}

// TestLoop has a run go by, with everything that can happen coming from other
// goroutines.
func TestLoop(t *testing.T) {
	h := &fakeHands{refuses: -1, exits: make(chan exit, 3), killed: make(chan struct{})}
	signals, died := make(chan syscall.Signal), make(chan struct{})
	spec := testSpec(plan.StopOnFailure)
	spec.Run.KillAfter = 50 * time.Millisecond
	d := newDecision(spec)
	go func() {
		signals <- syscall.SIGTSTP
		signals <- syscall.SIGCONT
		h.exits <- exit{1, 4}
		died <- struct{}{}
		signals <- syscall.SIGTERM
		<-h.killed
		h.exits <- exit{0, 137}
		died <- struct{}{}
		h.exits <- exit{2, 137}
		died <- struct{}{}
	}()
	loop(d, faults.NewSchedule(nil, nil, 0), h, happenings{signals: signals, died: died, waits: &waits{}})
	want := []string{"start 0", "start 1", "start 2", "run-ready", "suspend", "resume",
		"b ended with exit code 4, stopping the others", "send TERM", "send TERM",
		"still there 50ms after they were to end, killing: a, c", "kill"}
	if !slices.Equal(h.log, want) || d.exitCode() != 4 {
		t.Errorf("exit code %d, and done is\n%q, not\n%q", d.exitCode(), h.log, want)
	}
}

// TestLoopStartFails has one child that can't be started: no more are, and those
// that were are stopped.
func TestLoopStartFails(t *testing.T) {
	h := &fakeHands{refuses: 1, exits: make(chan exit, 1)}
	h.exits <- exit{0, 143}
	d := newDecision(testSpec(plan.Restart))
	loop(d, faults.NewSchedule(nil, nil, 0), h, happenings{waits: &waits{}})
	want := []string{"start 0", "b could not be started: refused", "send TERM"}
	if !slices.Equal(h.log, want) || d.exitCode() != netcmd.ExitOwn {
		t.Errorf("exit code %d, and done is\n%q, not\n%q", d.exitCode(), h.log, want)
	}
}

// The limit that keeps a child from being started is named.
func TestLimitIsNamed(t *testing.T) {
	refused := &os.PathError{Op: "fork/exec", Path: "/usr/bin/nsenter", Err: syscall.EAGAIN}
	for _, c := range []struct {
		err  error
		want string
	}{
		{refused, "a could not be started: fork/exec /usr/bin/nsenter: resource temporarily unavailable\n" +
			"hint: there are as many processes as one of these allows: ulimit -u, "},
		{errors.New("refused"), "a could not be started: refused"},
	} {
		said := newDecision(testSpec(plan.WaitAll)).failed(0, c.err, time.Now())[0].text
		if !strings.HasPrefix(said, c.want) || strings.Contains(said, "hint") != strings.Contains(c.want, "hint") {
			t.Errorf("got %q, want %q", said, c.want)
		}
	}
}
