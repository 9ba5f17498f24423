package bench

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"vagganet/commands/terminal"
)

// campaigns measures what a run costs in a campaign that does nothing but start and end
// them, how many at once this machine carries, and what the campaign itself takes.
func (b *bench) campaigns() error {
	for _, how := range [][]string{{"--isolated"}, nil} {
		if err := b.campaignRates(how); err != nil {
			return err
		}
	}
	if err := b.campaignAuto(); err != nil {
		return err
	}
	return b.campaignGrowth()
}

// nothing are the children of a run that ends at once.
var nothing = []string{"--guest", "a=true", "--guest", "b=true", "--guest", "c=true"}

// campaign is the command line of one, in a folder that is new.
func (b *bench) campaign(words ...string) (dir string, argv []string, err error) {
	dir, err = os.MkdirTemp(b.folder, "campaign-")
	if err == nil {
		err = os.Chmod(dir, 0o777)
	}
	return dir, append([]string{"vagganet", "campaign", "--out", filepath.Join(dir, "out")}, words...), err
}

// campaignRates measures the time that a run takes, by how many go on at once.
func (b *bench) campaignRates(how []string) error {
	const seeds = 60
	jobs := []int{1, 2, 4, 16, 64}
	each := make([]samples, len(jobs))
	for range 5 {
		for i, n := range jobs {
			dir, argv, err := b.campaign(append(append([]string{"--seeds", fmt.Sprintf("1-%d", seeds), "--jobs", strconv.Itoa(n)}, how...), nothing...)...)
			if err != nil {
				return err
			}
			took, err := b.wholeTime(argv...)
			os.RemoveAll(dir)
			if err != nil {
				return err
			}
			each[i] = append(each[i], took/seeds)
		}
	}
	where := "on a gateway"
	if len(how) > 0 {
		where = "isolated"
	}
	for i, n := range jobs {
		hour := fmt.Sprintf("%.0f an hour", 3600_000/each[i].median())
		b.compare(fmt.Sprintf("a run of a campaign, 3 guests, %s, %d at once: %s", where, n, hour), each[i], "1 at once", each[0], " ms", 1.5)
	}
	return nil
}

var inTheEnd = regexp.MustCompile(`(\d+) runs? at once in the end; the latest fault came ([0-9.]+)s late`)

// campaignAuto has the number be found with which no fault comes late. The runs mostly wait,
// as those of real systems do.
func (b *bench) campaignAuto() error {
	file := filepath.Join(b.folder, "auto.yaml")
	text := "commands:\n  auto: !Supervise\n    mode: timeline\n    children:\n      n: !Command {network: {}, replicas: 3, run: sleep 1000}\n" +
		"    faults:\n      - {at: 500ms, for: 500ms, partition: isolate @any}\n      - {at: 1500ms, for: 500ms, kill: '@any'}\n"
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		return err
	}
	dir, argv, err := b.campaign("--file", file, "--isolated", "--jobs", "auto", "--time", "1m", "auto")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	cmd := b.command(argv...)
	var said strings.Builder
	cmd.Stderr = &said
	cmd.Run() // some may be inconclusive
	m := inTheEnd.FindStringSubmatch(said.String())
	if m == nil {
		return fmt.Errorf("%s: %s", strings.Join(argv, " "), said.String())
	}
	n, _ := strconv.ParseFloat(m[1], 64)
	late, _ := strconv.ParseFloat(m[2], 64)
	b.limit("runs at once that `--jobs auto` finds", samples{n}, "", 0)
	b.limit("the latest fault on the way there", samples{late * 1000}, " ms", 0)
	return nil
}

// campaignGrowth runs ten thousand seeds, and looks at the memory of what runs them.
func (b *bench) campaignGrowth() error {
	const seeds = 10_000
	dir, argv, err := b.campaign(append([]string{"--isolated", "--jobs", "4", "--seeds", fmt.Sprintf("1-%d", seeds)}, nothing...)...)
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	cmd := b.command(argv...)
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	var early, late float64
	for {
		select {
		case err := <-ended:
			if err == nil && early == 0 {
				err = errors.New("it was over too soon")
			}
			if err != nil {
				return err
			}
			b.compare("memory of a campaign after "+terminal.Count(seeds, "seed"), samples{late}, fmt.Sprintf("after %d", seeds/10), samples{early}, " MiB", 1.2)
			return nil
		case <-time.After(500 * time.Millisecond):
		}
		lines, err := os.ReadFile(filepath.Join(dir, "out", "results.jsonl"))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			cmd.Process.Signal(syscall.SIGTERM)
			return err
		}
		if mib := residentOf(cmd.Process.Pid); mib > 0 {
			late = mib
			if early == 0 && strings.Count(string(lines), "\n") >= seeds/10 {
				early = mib
			}
		}
	}
}

// residentOf is the memory that a process has, in MiB; 0 where it has ended.
func residentOf(pid int) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		var kb float64
		if n, _ := fmt.Sscanf(line, "VmRSS: %f kB", &kb); n == 1 {
			return kb / 1024
		}
	}
	return 0
}
