package bench

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"vagganet/commands/terminal"
)

// networkTimes are those of the same run by several ways: from nothing until the
// first child says something, all of the network being up by then, and whole.
type networkTimes struct{ program, programWhole, floor, floorWhole, tools, oneByOne samples }

// network measures how long a run takes to start, and whole, for several numbers
// of guests.
func (b *bench) network() error {
	const wide = 253
	times := map[int]*networkTimes{}
	sizes := []struct{ guests, times, timesOneByOne int }{{1, 11, 3}, {3, 11, 3}, {10, 9, 3}, {100, 5, 1}, {wide, 5, 1}}
	for _, size := range sizes {
		var t networkTimes
		times[size.guests] = &t
		for i := range size.times {
			if err := b.networkOnce(size.guests, &t, i < size.timesOneByOne); err != nil {
				return err
			}
		}
		guests := terminal.Count(size.guests, "guest")
		b.compare(guests+" up, the first child runs", t.program, "floor", t.floor, " ms", 2)
		b.compare(guests+", the same", t.program, "its tools alone", t.tools, " ms", 1.2)
		goal := 5.0
		if size.guests < 3 {
			goal = 0
		}
		b.faster(guests+", the same", t.program, "one exec a command", t.oneByOne, goal)
		b.compare(guests+", the whole run", t.programWhole, "floor", t.floorWhole, " ms", 0)
	}
	b.costOfGuest(times[10], times[100], times[wide])
	return nil
}

func (b *bench) networkOnce(m int, t *networkTimes, oneByOne bool) error {
	file, err := b.configFile(m, "echo up")
	if err != nil {
		return err
	}
	measure := func(up, whole *samples, words ...string) error {
		if err := b.settle("ch0"); err != nil {
			return err
		}
		u, w, err := timed(b.command(words...))
		*up, *whole = append(*up, u), append(*whole, w)
		return err
	}
	if err := measure(&t.floor, &t.floorWhole, append(slices.Clone(inGateway), "floor", "run", fmt.Sprint(m))...); err != nil {
		return err
	}
	if err := measure(&t.tools, new(samples), append(slices.Clone(asRun), "floor", "tools", fmt.Sprint(m))...); err != nil {
		return err
	}
	if err := measure(&t.program, &t.programWhole, "vagganet", "--file", file, "run", "--no-prefix", "run"); err != nil || !oneByOne {
		return err
	}
	script, err := b.output(append(slices.Clone(inGateway), "floor", "script", fmt.Sprint(m))...)
	if err != nil {
		return err
	}
	scriptFile := filepath.Join(b.folder, "one-by-one.sh")
	if err := os.WriteFile(scriptFile, []byte(script+"nsenter --net=/run/vagganet/vagga/run/g001 sh -c 'echo up'\n"), 0o644); err != nil {
		return err
	}
	var whole samples
	return measure(&t.oneByOne, &whole, append(slices.Clone(asRun), "sh", "-e", scriptFile)...)
}

// costOfGuest compares what one guest more costs among few and among many.
func (b *bench) costOfGuest(few, some, many *networkTimes) {
	cost := func(of func(*networkTimes) samples) (among, amongMany float64) {
		return (of(some).median() - of(few).median()) / 90, (of(many).median() - of(some).median()) / 153
	}
	p1, p2 := cost(func(t *networkTimes) samples { return t.program })
	f1, f2 := cost(func(t *networkTimes) samples { return t.floor })
	b.lines = append(b.lines, tableLine{
		what:     "a guest more, from 10 to 100, then to 253",
		measured: fmt.Sprintf("%s, then %s ms", digits(p1), digits(p2)),
		against:  fmt.Sprintf("floor %s, then %s ms: %s ×", digits(f1), digits(f2), digits(f2/f1)),
		ratio:    digits(p2 / p1), goal: "≤ 1.3 ×", met: verdictOf(p2/p1 <= 1.3),
	})
}

// end measures how long a run takes to return when its children have ended, all
// at once.
func (b *bench) end() error {
	for _, m := range []int{1, 10, 100} {
		var times samples
		for range 7 {
			t, err := b.endOnce(m)
			if err != nil {
				return err
			}
			times = append(times, t)
			if err := b.settle("ch0"); err != nil {
				return err
			}
		}
		b.limit(fmt.Sprintf("`run` of %s returns after the last has ended", terminal.Count(m, "guest")), times, " ms", 10)
	}
	return nil
}

// endOnce has children that hold a pipe open until they get a line from another.
func (b *bench) endOnce(m int) (float64, error) {
	held, gate := filepath.Join(b.folder, "held"), filepath.Join(b.folder, "gate")
	defer os.Remove(held)
	defer os.Remove(gate)
	file, err := b.configFile(m, "exec 9>"+held+"; echo up; read line <"+gate)
	if err != nil {
		return 0, err
	}
	for _, pipe := range []string{held, gate} {
		if err := syscall.Mkfifo(pipe, 0o666); err != nil {
			return 0, err
		}
		if err := os.Chmod(pipe, 0o666); err != nil {
			return 0, err
		}
	}
	// not to wait for the other end, neither here nor there
	lastOne, err := os.OpenFile(held, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return 0, err
	}
	defer lastOne.Close()
	open, err := os.OpenFile(gate, os.O_RDWR, 0)
	if err != nil {
		return 0, err
	}
	defer open.Close()
	run, _, err := startStanding(b.command("vagganet", "--file", file, "run", "--no-prefix", "run"), m)
	if err != nil {
		return 0, err
	}
	for range m {
		open.WriteString("\n")
	}
	if _, err := bufio.NewReader(lastOne).ReadByte(); err != io.EOF {
		return 0, fmt.Errorf("the pipe that the children hold: %v", err)
	}
	start := time.Now()
	err = run.cmd.Wait()
	return since(start), err
}
