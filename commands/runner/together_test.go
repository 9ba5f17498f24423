package runner

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"vagganet/netcmd/plan"
)

func together(script, input string) plan.Step {
	return plan.Step{About: script, Argv: []string{"sh", "-c", script}, Stdin: input, Together: "x"}
}

// Steps of a group run at the same time: each of these waits for the other one.
func TestTogether(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.Command("mkfifo", dir+"/fifo").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	one := together("read word; echo $word >"+dir+"/fifo", "hello\n")
	two := together("read word; read heard <"+dir+"/fifo; echo $word $heard", "other\n")
	two.Capture = "said"
	r := new(Runner)
	if err := r.Run(ctx, plan.Plan{one, two}); err != nil {
		t.Fatal(err)
	}
	if got, err := r.Var("said"); got != "other hello" || err != nil {
		t.Errorf("%q: %v", got, err)
	}
}

// None gets the last line of its input before all have read the others.
func TestTogetherInTheEnd(t *testing.T) {
	readPatience = time.Minute
	defer func() { readPatience = usualReadPatience }()
	d := newDiary(t)
	quick := together("read one; read two; echo quick:$two >>"+d.file, "1\n2\n")
	slow := together("sleep 0.2; echo slow >>"+d.file+"; read one; read two; read three; echo $three >>"+d.file+".2", "1\n2\n3\n")
	gone := together("read one; exec <&-; sleep 0.1", strings.Repeat("many lines\n", 10_000))
	start := time.Now()
	if err := new(Runner).Run(context.Background(), plan.Plan{quick, slow, gone}); err != nil {
		t.Fatal(err)
	}
	if got, want := d.read(t), "slow quick:2"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if text, _ := os.ReadFile(d.file + ".2"); string(text) != "3\n" {
		t.Errorf("the slow one read %q in the end", text)
	}
	if waited := time.Since(start); waited > readPatience {
		t.Errorf("one that reads nothing held the others up: %v", waited)
	}
}

// None gets its input before all are started: where one can't be, nothing is
// done.
func TestTogetherOrNotAtAll(t *testing.T) {
	file := t.TempDir() + "/input"
	p := plan.Plan{together("cat >"+file, "rules\n"), together("cat >"+file+"2", "rules\n"),
		{About: "none", Argv: []string{"/nowhere/tool"}, Stdin: "rules\n", Together: "x"}}
	err := new(Runner).Run(context.Background(), p)
	var failed *StepError
	if !errors.As(err, &failed) || failed.Number != 3 || failed.Of != 3 || failed.Step.About != "none" {
		t.Errorf("%v", err)
	}
	for _, name := range []string{file, file + "2"} {
		if text, err := os.ReadFile(name); err != nil || len(text) > 0 {
			t.Errorf("%s: %q %v", name, text, err)
		}
	}
}

// Of those that fail, the first one is reported; what others did is undone, and
// so is what was done before.
func TestTogetherFails(t *testing.T) {
	d := newDiary(t)
	before := d.step("before", "true", d.step("before-undone", "true"))
	good := together("sleep 0.1; echo good >>"+d.file, "")
	good.Undo = []plan.Step{d.step("good-undone", "true")}
	p := plan.Plan{before, good, together("sleep 0.2; echo early >&2; exit 3", ""), together("exit 4", ""), d.step("after", "true")}
	err := new(Runner).Run(context.Background(), p)
	var failed *StepError
	if !errors.As(err, &failed) || failed.Code != 3 || failed.Number != 3 || failed.Of != 5 || failed.Stderr != "early\n" {
		t.Errorf("%+v", failed)
	}
	if got, want := d.read(t), "before good good-undone before-undone"; got != want {
		t.Errorf("ran %s, want %s", got, want)
	}
}
