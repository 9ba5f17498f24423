package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// partitions measures the whole command against the script that it prints: the
// same ebtables-restore and sysctl, by hand.
func (b *bench) partitions() error {
	for _, m := range []int{3, 10, 100, 253} {
		if err := b.partitionsOf(m, "", 1.5); err != nil {
			return err
		}
	}
	return nil
}

// busy measures the same while there is more to do than cores to do it.
func (b *bench) busy() error {
	for range 2 * runtime.NumCPU() {
		spin := b.command("sh", "-c", "while :; do :; done")
		if err := spin.Start(); err != nil {
			return err
		}
		defer spin.Wait()
		defer spin.Process.Kill()
	}
	for _, m := range []int{10, 253} {
		if err := b.partitionsOf(m, fmt.Sprintf(", %d busy processes", 2*runtime.NumCPU()), 0); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) partitionsOf(m int, when string, goal float64) error {
	run, err := b.stand(m)
	if err != nil {
		return err
	}
	defer b.settle("ch0")
	defer run.stop()
	kinds := []struct {
		name  string
		words []string
	}{{"halves", halves(m)}}
	if m == 253 && when == "" && b.knows("majorities-ring") {
		kinds = append(kinds, struct {
			name  string
			words []string
		}{"majorities ring", []string{"majorities-ring", "--seed", "1"}})
	}
	for _, kind := range kinds {
		program, byHand, err := b.partitionTimes(kind.words)
		if err != nil {
			return err
		}
		b.compare(fmt.Sprintf("`partition` of %d guests: %s%s", m, kind.name, when), program, "by hand", byHand, " ms", goal)
	}
	return nil
}

// knows reports whether the program has a kind of partition.
func (b *bench) knows(kind string) bool {
	help, err := b.output("vagganet", "partition", "--help")
	return err == nil && strings.Contains(help, kind)
}

func halves(m int) []string {
	words := []string{"disjoint"}
	for i := range m {
		if i == m/2 {
			words = append(words, "--")
		}
		words = append(words, benchGuest(i))
	}
	return words
}

func (b *bench) partitionTimes(kind []string) (program, byHand samples, err error) {
	verb := append([]string{"vagganet", "partition"}, kind...)
	dry := append([]string{"vagganet", "partition", "--dry-run"}, kind...)
	script, err := b.output(dry...)
	if err != nil {
		return nil, nil, err
	}
	file := filepath.Join(b.folder, "partition.sh")
	if err := os.WriteFile(file, []byte(script), 0o644); err != nil {
		return nil, nil, err
	}
	for range 15 {
		for _, way := range []struct {
			times *samples
			words []string
		}{{&program, verb}, {&byHand, []string{"sh", "-e", file}}} {
			t, err := b.wholeTime(way.words...)
			if err != nil {
				return nil, nil, err
			}
			*way.times = append(*way.times, t)
			if _, err := b.output("vagganet", "partition", "fullmesh"); err != nil {
				return nil, nil, err
			}
		}
	}
	return program, byHand, nil
}

// others measures a run of one guest while others are up: devices in the gateway
// with addresses and neighbours, as runs have them, as many runs would take
// too long. Their other ends are in one namespace.
func (b *bench) others() error {
	var alone, floorAlone samples
	for _, n := range []int{0, 500, 1000, 2000} {
		times, floor, err := b.withOthers(n)
		if err != nil {
			return fmt.Errorf("%d others: %w", n, err)
		}
		if n == 0 {
			alone, floorAlone = times, floor
			b.compare("1 guest up, no other run", times, "floor", floor, " ms", 0)
			continue
		}
		what := fmt.Sprintf("1 guest up, %d other runs", n)
		b.compare(what, times, "alone", alone, " ms", 1.3)
		b.compare(what+": the floor", floor, "alone", floorAlone, " ms", 0)
	}
	return nil
}

func (b *bench) withOthers(n int) (program, floor samples, err error) {
	device := fmt.Sprintf("ch%d", n)
	if n > 0 {
		stop, err := b.makeOthers(n)
		if err != nil {
			return nil, nil, err
		}
		defer stop()
	}
	file, err := b.configFile(1, "echo up")
	if err != nil {
		return nil, nil, err
	}
	for range 7 {
		for _, way := range []struct {
			times *samples
			words []string
		}{{&floor, append(append([]string{}, inGateway...), "floor", "run", "1")},
			{&program, []string{"vagganet", "--file", file, "run", "--no-prefix", "run"}}} {
			up, _, err := timed(b.command(way.words...))
			if err != nil {
				return nil, nil, err
			}
			*way.times = append(*way.times, up)
			if err := b.settle(device); err != nil {
				return nil, nil, err
			}
		}
	}
	return program, floor, nil
}

// makeOthers takes the first n slots. They go with the process that has the
// namespace of the other ends.
func (b *bench) makeOthers(n int) (stop func(), err error) {
	holder := b.command(append(append([]string{}, inGateway...), "unshare", "--net", "sh", "-c", "echo up; exec sleep 1000")...)
	s, _, err := startStanding(holder, 1)
	if err != nil {
		return nil, err
	}
	stop = func() { s.stop(); b.settle("ch0") }
	var batch strings.Builder
	for i := range n {
		slot := benchRun(0, i).Slot
		here := slot.GatewayDevice()
		fmt.Fprintf(&batch, "link add %s up type veth peer name %s netns %d\naddr add %s/30 dev %s\n", here, slot.BridgeDevice(), s.cmd.Process.Pid, slot.Gateway, here)
		batch.WriteString(strings.TrimPrefix(permanent(slot.Bridge.String(), "02:00:00:00:00:01", here), "ip ") + "\n")
	}
	ip := b.command(append(append([]string{}, inGateway...), "ip", "-batch", "-")...)
	ip.Stdin = strings.NewReader(batch.String())
	if out, err := ip.CombinedOutput(); err != nil {
		stop()
		return nil, fmt.Errorf("ip: %w: %s", err, out)
	}
	return stop, nil
}
