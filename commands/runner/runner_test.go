package runner

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"vagganet/netcmd/plan"
)

// diary is where the steps of a test write down that they ran.
type diary struct{ file string }

func newDiary(t *testing.T) diary { return diary{t.TempDir() + "/diary"} }

// step writes a word, and then does as the shell is told.
func (d diary) step(word, then string, undo ...plan.Step) plan.Step {
	return plan.Step{About: word, Place: plan.Place{Name: "test"}, Undo: undo,
		Argv: []string{"sh", "-c", "echo " + word + " >>" + d.file + "; " + then}}
}

func (d diary) read(t *testing.T) string {
	text, err := os.ReadFile(d.file)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(string(text)), " ")
}

// What was done is undone from its end on, past failures; what failed is not.
func TestUndo(t *testing.T) {
	d := newDiary(t)
	p := plan.Plan{
		d.step("a", "true", d.step("a-1", "exit 2"), d.step("a-2", "true")),
		d.step("b", "true", d.step("b-1", "echo undone >&2; exit 3")),
		d.step("c", "echo broken >&2; exit 4", d.step("c-1", "true")),
		d.step("d", "true"),
	}
	err := new(Runner).Run(context.Background(), p)
	if got, want := d.read(t), "a b c b-1 a-1 a-2"; got != want {
		t.Errorf("ran %s, want %s", got, want)
	}
	var codes []int
	for _, e := range err.(interface{ Unwrap() []error }).Unwrap() {
		var joined interface{ Unwrap() []error }
		list := []error{e}
		if errors.As(e, &joined) {
			list = joined.Unwrap()
		}
		for _, e := range list {
			var failed *StepError
			if !errors.As(e, &failed) {
				t.Fatalf("%T is no StepError", e)
			}
			codes = append(codes, failed.Code)
			if failed.Undoing != (failed.Code != 4) {
				t.Errorf("%d is undoing: %v", failed.Code, failed.Undoing)
			}
		}
	}
	if !slices.Equal(codes, []int{4, 3, 2}) {
		t.Errorf("codes %v", codes)
	}
}

func TestMayFail(t *testing.T) {
	d := newDiary(t)
	gone := d.step("gone", "exit 1", d.step("gone-1", "true"))
	gone.MayFail = true
	err := new(Runner).Run(context.Background(), plan.Plan{d.step("a", "true"), gone, d.step("b", "true")})
	if got := d.read(t); err != nil || got != "a gone b" {
		t.Errorf("ran %s: %v", got, err)
	}
	// In undoing, too, it is no error.
	gone.Undo = nil
	err = new(Runner).Run(context.Background(), plan.Plan{d.step("c", "true", gone), d.step("d", "exit 9")})
	var failed *StepError
	if !errors.As(err, &failed) || failed.Code != 9 || strings.Contains(err.Error(), "undoing") {
		t.Errorf("got %v", err)
	}
}

func TestNoSuchTool(t *testing.T) {
	d := newDiary(t)
	missing := plan.Step{About: "it", Place: plan.Place{Name: "host"}, Argv: []string{"no-such-tool", "-x"}}
	err := new(Runner).Run(context.Background(), plan.Plan{d.step("a", "true", d.step("a-1", "true")), missing})
	var failed *StepError
	if !errors.As(err, &failed) || failed.Code != -1 || failed.Number != 2 || failed.Of != 2 || !slices.Equal(failed.Argv, []string{"no-such-tool", "-x"}) {
		t.Errorf("got %#v", err)
	}
	if got := d.read(t); got != "a a-1" {
		t.Errorf("ran %s", got)
	}
}

// When the user says stop, a tool that is at work may finish, what was done is
// undone, and the user's is the reason that is told.
func TestStopped(t *testing.T) {
	d := newDiary(t)
	reason := errors.New("by the user")
	ctx, cancel := context.WithCancelCause(context.Background())
	p := plan.Plan{d.step("a", "true", d.step("a-1", "true")), d.step("b", "sleep 0.3; echo done", d.step("b-1", "true")), d.step("c", "true")}
	go func() {
		for !strings.Contains(d.read(t), "b") {
			time.Sleep(5 * time.Millisecond)
		}
		cancel(reason)
	}()
	if err := new(Runner).Run(ctx, p); !errors.Is(err, reason) {
		t.Errorf("got %v", err)
	}
	if got := d.read(t); got != "a b b-1 a-1" {
		t.Errorf("ran %s", got)
	}
}

// A tool that doesn't finish is ended, and that is no failure of the tool's.
func TestStoppedInVain(t *testing.T) {
	patience = 100 * time.Millisecond
	defer func() { patience = usualPatience }()
	reason := errors.New("by the user")
	ctx, cancel := context.WithCancelCause(context.Background())
	time.AfterFunc(50*time.Millisecond, func() { cancel(reason) })
	start := time.Now()
	err := new(Runner).Run(ctx, plan.Plan{{Argv: []string{"sleep", "20"}}})
	var failed *StepError
	if !errors.Is(err, reason) || errors.As(err, &failed) || time.Since(start) > 10*time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
}

func TestVariables(t *testing.T) {
	d := newDiary(t)
	t.Setenv("FROM_OUTSIDE", "outside")
	take := plan.Step{Argv: []string{"printf", `two\nlines\n\n`}, Capture: "v"}
	give := plan.Step{Argv: []string{"sh", "-c", `printf '%s|' "$1" "$E" "$(cat)" >` + d.file, "sh", "<" + plan.Var("v") + ">"},
		Env: []string{"E=" + plan.Env("FROM_OUTSIDE")}, Stdin: "in " + plan.Var("v")}
	r := new(Runner)
	if err := r.Run(context.Background(), plan.Plan{take, give}); err != nil {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(d.file)
	v, err := r.Var("v")
	if got, want := string(text), "<two\nlines>|outside|in two\nlines|"; got != want || v != "two\nlines" || err != nil {
		t.Errorf("got %q, want %q: %v", got, want, err)
	}
}

// What no step has captured is an error, whatever the environment has by that name.
func TestVariablesAreNotTheEnvironment(t *testing.T) {
	d := newDiary(t)
	t.Setenv("holder", "4711")
	run := []string{"sh", "-c", "echo ran >>" + d.file, "sh"}
	for _, s := range []plan.Step{
		{Argv: append(run, plan.Var("holder"))},
		{Argv: run, Env: []string{"A=" + plan.Var("holder")}},
		{Argv: run, Stdin: plan.Var("holder") + "\n"},
	} {
		r := new(Runner)
		var failed *StepError
		if err := r.Run(context.Background(), plan.Plan{s}); !errors.As(err, &failed) || !strings.Contains(err.Error(), `"holder" is not known`) {
			t.Errorf("%q: %v", s.Words(), err)
		}
		if got, err := r.Var("holder"); got != "" || err == nil || !strings.Contains(err.Error(), `"holder" is not known`) {
			t.Errorf("%q is taken for what was captured: %v", got, err)
		}
	}
	if _, err := os.Stat(d.file); err == nil {
		t.Error("a step ran without what it needs")
	}
}

// A tool that reads gets the end of its input, not the user's terminal, and what
// it writes is not the program's output.
func TestNoInput(t *testing.T) {
	err := new(Runner).Run(context.Background(), plan.Plan{{Argv: []string{"sh", "-c", `test -z "$(cat)"; test "$LC_ALL" = C`}}})
	if err != nil {
		t.Error(err)
	}
}

func TestTrace(t *testing.T) {
	var trace strings.Builder
	r := &Runner{Trace: &trace}
	p := plan.Plan{{Argv: []string{"echo", "a b"}, Capture: "v"}, {Argv: []string{"cat", "-"}, Stdin: plan.Var("v") + "\n"}}
	if err := r.Run(context.Background(), p); err != nil {
		t.Fatal(err)
	}
	if want := "+ v=$(echo 'a b')\n+ cat - <<END\n$v\nEND\n"; trace.String() != want {
		t.Errorf("got %q, want %q", trace.String(), want)
	}
}
