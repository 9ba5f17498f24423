package runner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"vagganet/netcmd/plan"
)

func anyOrder(script string) plan.Step {
	return plan.Step{About: script, Argv: []string{"sh", "-c", script}, AnyOrder: "x"}
}

// Steps of a group run side by side: each of these waits for the other one. All
// have ended before the next step begins.
func TestAnyOrder(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.Command("mkfifo", dir+"/fifo").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	last := plan.Step{Argv: []string{"cat", dir + "/log"}, Capture: "log"}
	heard := anyOrder("read word <" + dir + "/fifo; echo $word; sleep 0.2; echo $word >" + dir + "/log")
	heard.Capture = "heard"
	r := new(Runner)
	if err := r.Run(ctx, plan.Plan{heard, anyOrder("echo hello >" + dir + "/fifo"), last}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"heard", "log"} {
		if got, err := r.Var(name); got != "hello" || err != nil {
			t.Errorf("%s is %q: %v", name, got, err)
		}
	}
}

// However many steps there are, only a few run at a time.
func TestAnyOrderAFew(t *testing.T) {
	dir := t.TempDir()
	few := 2 * runtime.GOMAXPROCS(0)
	var p plan.Plan
	for i := range 5 * few {
		own := fmt.Sprintf("%s/%d", dir, i)
		p = append(p, anyOrder("touch "+own+"; sleep 0.05; ls "+dir+" | grep -vc most >>"+dir+"/most; rm "+own))
	}
	if err := new(Runner).Run(context.Background(), p); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(dir + "/most")
	counts := strings.Fields(string(text))
	if err != nil || len(counts) != len(p) {
		t.Fatalf("%d of %d ran: %v", len(counts), len(p), err)
	}
	for _, count := range counts {
		n := 0
		if fmt.Sscan(count, &n); n > few {
			t.Errorf("%d ran at a time, more than %d", n, few)
		}
	}
}

// After one that fails, no other one is begun; those that run come to their end,
// and what they did is undone.
func TestAnyOrderFails(t *testing.T) {
	d := newDiary(t)
	good := anyOrder("sleep 0.2; echo good >>" + d.file)
	good.Undo = []plan.Step{d.step("good-undone", "true")}
	p := plan.Plan{d.step("before", "true", d.step("before-undone", "true")), good, anyOrder("echo why >&2; exit 3")}
	for range 10 * runtime.GOMAXPROCS(0) {
		p = append(p, anyOrder("sleep 0.1"))
	}
	last := anyOrder("echo last >>" + d.file)
	err := new(Runner).Run(context.Background(), append(p, last, d.step("after", "true")))
	var failed *StepError
	if !errors.As(err, &failed) || failed.Code != 3 || failed.Number != 3 || failed.Stderr != "why\n" {
		t.Errorf("%+v", err)
	}
	if got, want := d.read(t), "before good good-undone before-undone"; got != want {
		t.Errorf("ran %s, want %s", got, want)
	}
}

// One that may fail keeps none from being begun.
func TestAnyOrderMayFail(t *testing.T) {
	d := newDiary(t)
	gone := anyOrder("exit 3")
	gone.MayFail = true
	p := plan.Plan{gone}
	for range 10 * runtime.GOMAXPROCS(0) {
		p = append(p, anyOrder("true"))
	}
	if err := new(Runner).Run(context.Background(), append(p, anyOrder("echo last >>"+d.file))); err != nil {
		t.Error(err)
	}
	if got := d.read(t); got != "last" {
		t.Errorf("ran %q", got)
	}
}

// When the context ends, what was done is undone, though no step has failed.
func TestAnyOrderInterrupted(t *testing.T) {
	d := newDiary(t)
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(context.Background())
	p := plan.Plan{d.step("first", "true")}
	p[0].AnyOrder, p[0].Undo = "x", []plan.Step{d.step("undone", "true")}
	for range 10 * runtime.GOMAXPROCS(0) {
		p = append(p, anyOrder("sleep 0.1"))
	}
	go func() {
		for d.read(t) == "" {
			time.Sleep(5 * time.Millisecond)
		}
		cancel(cause)
	}()
	err := new(Runner).Run(ctx, append(p, anyOrder("echo last >>"+d.file)))
	if !errors.Is(err, cause) {
		t.Errorf("%v", err)
	}
	if got := d.read(t); got != "first undone" {
		t.Errorf("ran %q", got)
	}
}
