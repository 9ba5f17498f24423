package bench

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"vagganet/commands/netns"
)

// configFile has a command "run" of m guests that all run the same, until the
// last of them ends.
func (b *bench) configFile(m int, run string) (string, error) {
	var text strings.Builder
	text.WriteString("commands:\n  run: !Supervise\n    mode: wait-all\n    children:\n")
	for i := range m {
		fmt.Fprintf(&text, "      %s: !Command {network: {}, run: %q}\n", benchGuest(i), run)
	}
	file := filepath.Join(b.folder, fmt.Sprintf("run-%d.yaml", m))
	return file, os.WriteFile(file, []byte(text.String()), 0o644)
}

// timed starts a command, and returns the milliseconds to its first byte of
// output, and to its end.
func timed(cmd *exec.Cmd) (first, whole float64, err error) {
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, 0, err
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, 0, err
	}
	n, _ := out.Read(make([]byte, 1))
	first = since(start)
	io.Copy(io.Discard, out)
	err = cmd.Wait()
	whole = since(start)
	if err == nil && n == 0 {
		err = errors.New("no output")
	}
	if err != nil {
		err = fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args, " "), err, stderr.String())
	}
	return first, whole, err
}

func since(start time.Time) float64 { return time.Since(start).Seconds() * 1000 }

// wholeTime is timed for what says nothing.
func (b *bench) wholeTime(words ...string) (float64, error) {
	start := time.Now()
	_, err := b.output(words...)
	return since(start), err
}

// standing is a network that stays until it is stopped: a run of the program,
// or the floor's.
type standing struct {
	cmd    *exec.Cmd
	stdin  io.Closer
	guests []string // files of their network namespaces
}

// stand starts a run of m guests that do nothing, and waits until all are there.
func (b *bench) stand(m int, options ...string) (*standing, error) {
	file, err := b.configFile(m, "echo up; exec sleep 1000")
	if err != nil {
		return nil, err
	}
	words := append([]string{"vagganet", "--file", file, "run", "--no-prefix"}, options...)
	s, _, err := startStanding(b.command(append(words, "run")...), m)
	if err != nil {
		return nil, err
	}
	s.guests, err = b.guestFiles(m, s.cmd.Process.Pid)
	if err != nil {
		s.stop()
	}
	return s, err
}

// standFloor starts the floor's network.
func (b *bench) standFloor(kind string, m int) (*standing, error) {
	words := append(append([]string{}, inGateway...), "floor", kind, fmt.Sprint(m))
	s, lines, err := startStanding(b.command(words...), 1)
	if err != nil {
		return nil, err
	}
	for _, fd := range strings.Fields(lines[0])[2:] {
		s.guests = append(s.guests, fmt.Sprintf("/proc/%d/fd/%s", s.cmd.Process.Pid, fd))
	}
	return s, nil
}

func startStanding(cmd *exec.Cmd, lines int) (*standing, []string, error) {
	s := &standing{cmd: cmd}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if s.stdin, err = cmd.StdinPipe(); err != nil {
		return nil, nil, err
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	var said []string
	for in := bufio.NewScanner(out); len(said) < lines && in.Scan(); {
		said = append(said, in.Text())
	}
	if len(said) < lines {
		s.stop()
		return nil, nil, fmt.Errorf("%s: %d of %d are up: %s", strings.Join(cmd.Args, " "), len(said), lines, stderr.String())
	}
	return s, said, nil
}

func (s *standing) stop() {
	s.stdin.Close()
	s.cmd.Process.Signal(syscall.SIGTERM)
	s.cmd.Wait()
}

// guestFiles finds the guests' namespaces of the run whose program has that id.
func (b *bench) guestFiles(m, pid int) ([]string, error) {
	text, err := b.output("vagganet", "status", "--json")
	if err != nil {
		return nil, err
	}
	var status struct {
		Runs []struct {
			Pid    int
			Guests []struct{ Pid int }
		}
	}
	if err := json.Unmarshal([]byte(text), &status); err != nil {
		return nil, err
	}
	for _, run := range status.Runs {
		if !descends(run.Pid, pid) || len(run.Guests) != m {
			continue
		}
		var files []string
		for _, g := range run.Guests {
			files = append(files, fmt.Sprintf("/proc/%d/ns/net", g.Pid))
		}
		return files, nil
	}
	return nil, fmt.Errorf("status shows no run of process %d with %d guests", pid, m)
}

// descends reports whether a process comes from another.
func descends(pid, from int) bool {
	for pid > 1 && pid != from {
		pid = parentOf(pid)
	}
	return pid == from
}

func parentOf(pid int) int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	// after the name, which may have anything in it
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	var parent int
	fmt.Sscan(fields[1], &parent)
	return parent
}

const gatewayFile = "/run/vagganet/vagga/netns"

// settle waits until the kernel has taken apart what was there before. It does
// so with one namespace after another: when one that was given up last is gone,
// they all are. Device is the run's in the gateway, which it gives up with its
// namespaces.
func (b *bench) settle(device string) error {
	return netns.In(gatewayFile, func() error {
		if err := waitWithout(device); err != nil {
			return err
		}
		gateway, err := openNetlink()
		if err != nil {
			return err
		}
		defer gateway.close()
		fd, err := newNamespace(nil)
		if err != nil {
			return err
		}
		if err := gateway.addVeth(end{device: "barrier"}, end{device: "peer", netns: fd}); err != nil {
			return err
		}
		back, err := unix.Open(gatewayFile, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			return err
		}
		defer unix.Close(back)
		if err := errors.Join(unix.Setns(back, unix.CLONE_NEWNET), unix.Close(fd)); err != nil {
			return err
		}
		return waitWithout("barrier")
	})
}

func waitWithout(device string) error {
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(2 * time.Millisecond) {
		if _, err := os.Stat("/proc/sys/net/ipv4/conf/" + device); os.IsNotExist(err) {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("device %s is still there after a minute", device)
		}
	}
}
