package live

import (
	"fmt"
	"slices"
	"strings"

	"vagganet/netcmd"
	"vagganet/netcmd/addresses"
	"vagganet/netcmd/plan"
)

// Capture is the step that writes what passes the bridge's ports into a file,
// until it is interrupted: at the port of one guest, or with an empty name at all.
// One process sees all of them, so there is one clock. The filter is in tcpdump's
// words. Between is Exec's.
func (l Run) Capture(guest, file string, filter, between []string) plan.Step {
	argv := l.Tools.Tcpdump.With("-i", "any")
	if guest != "" {
		argv = l.Tools.Tcpdump.With("-i", addresses.BridgePort(guest))
	}
	// It would become another user first, who can't write the file. And what it
	// has seen is to be in the file at once, whatever becomes of it.
	argv = append(argv, "-n", "-U", "-Z", "root", "-w", file)
	if len(filter) > 0 {
		argv = append(append(argv, "--"), filter...)
	}
	return l.endingWithRun(l.at(netcmd.Bridge, "what passes its ports", argv...), between)
}

// CaptureNG is Capture by dumpcap: a pcapng file, with a port's name for each
// packet.
func (l Run) CaptureNG(guest, file string, filter, between []string) plan.Step {
	guests := []string{guest}
	if guest == "" {
		guests = l.Names()
	}
	argv := l.Tools.Dumpcap.With("-q")
	if len(filter) > 0 {
		argv = append(argv, "-f", strings.Join(filter, " "))
	}
	for _, name := range guests {
		argv = append(argv, "-i", addresses.BridgePort(name))
	}
	return l.endingWithRun(l.at(netcmd.Bridge, "what passes its ports", append(argv, "-w", file)...), between)
}

// endingWithRun has a step in the run's PID namespace, too: the kernel ends it with
// the run, whose network would otherwise stay as long as it goes on.
func (l Run) endingWithRun(s plan.Step, between []string) plan.Step {
	if !l.FromOutside() {
		return s // there already
	}
	pid := fmt.Sprintf("--pid=/proc/%d/ns/pid", l.Supervisor)
	s.Place.Enter = slices.Concat(s.Place.Enter, []string{pid}, between, []string{plan.Env("PATH")})
	return s
}

// FromOutside reports whether this process is outside of the run.
func (l Run) FromOutside() bool { return l.UserNS != "" }
