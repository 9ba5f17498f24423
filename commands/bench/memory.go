package bench

import (
	"fmt"
	"os"
	"strings"

	"vagganet/commands/runstate"
	"vagganet/commands/terminal"
)

// memory measures what a run takes of it: the proportional share of all processes
// that the program started for itself, which are all but the guests' commands.
func (b *bench) memory() error {
	for _, m := range []int{1, 10, 100} {
		run, err := b.stand(m)
		if err != nil {
			return err
		}
		kb, commands, err := shareOf(run.cmd.Process.Pid)
		run.stop()
		if err != nil {
			return err
		}
		if commands != m {
			return fmt.Errorf("%d commands of %d guests", commands, m)
		}
		if err := b.settle("ch0"); err != nil {
			return err
		}
		b.limit("memory of a run with "+terminal.Count(m, "guest"), samples{float64(kb) / 1024}, " MiB", float64(20+m))
	}
	return nil
}

// shareOf adds up a process and its descendants, but not the guests' commands,
// and counts those.
func shareOf(pid int) (kb, commands int, err error) {
	for _, p := range append(runstate.Descendants(pid), pid) {
		name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", p))
		if err != nil {
			return 0, 0, err
		}
		if string(name) == "sleep\n" {
			commands++
			continue
		}
		rollup, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", p))
		if err != nil {
			return 0, 0, err
		}
		for line := range strings.Lines(string(rollup)) {
			var share int
			if n, _ := fmt.Sscanf(line, "Pss: %d kB", &share); n == 1 {
				kb += share
			}
		}
	}
	return kb, commands, nil
}
