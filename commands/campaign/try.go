package campaign

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"vagganet/commands/report"
)

// Trier runs a seed by other timelines than its own.
type Trier struct {
	Runs Runs
	Seed uint64
	// Folder is for what the runs write, each in a folder that is then removed.
	Folder string
}

// WithoutFaults are the same runs, but for a file of faults.
func (a About) WithoutFaults() About {
	a.Options = slices.Clone(a.Options)
	if i := slices.Index(a.Options, "--faults"); i >= 0 {
		a.Options = slices.Delete(a.Options, i, i+2)
	}
	return a
}

// Try runs the seed once by a timeline. It ends with the context.
func (t Trier) Try(ctx context.Context, timeline []Entry) Outcome {
	folder, err := os.MkdirTemp(t.Folder, "try-")
	if err != nil {
		return Outcome{Why: err.Error()}
	}
	defer os.RemoveAll(folder)
	text, err := Format("", timeline)
	file := filepath.Join(folder, "faults.yaml")
	if err == nil {
		err = os.WriteFile(file, text, 0o666)
	}
	if err != nil {
		return Outcome{Why: err.Error()}
	}
	runs := t.Runs
	runs.About = runs.WithoutFaults()
	runs.Options = append(runs.Options, "--faults", file)
	p := &process{seed: t.Seed, folder: filepath.Join(folder, "run"), output: filepath.Join(folder, report.OutputFile), runs: runs}
	defer context.AfterFunc(ctx, func() {
		p.send(syscall.SIGTERM)
		time.AfterFunc(patienceInTry, func() { p.send(syscall.SIGKILL) })
	})()
	r := p.settled(ctx.Done())
	return Outcome{Failed: r.Verdict.Fails(), Counts: r.Verdict.Fails() || r.Verdict == Passed, Why: r.Why}
}

// patienceInTry is how long a try may take to end that is not needed any more.
var patienceInTry = 5 * time.Second
