package netcmd

import (
	"strings"

	"vagganet/netcmd/plan"
)

// Capture is the step that writes what passes the bridge's ports into a file,
// until it is interrupted: at the port of one guest, or with an empty name at all.
// One process sees all of them, so there is one clock. The filter is in tcpdump's
// words.
func (l LiveRun) Capture(guest, file string, filter []string) plan.Step {
	argv := l.Tools.Tcpdump.With("-i", "any")
	if guest != "" {
		argv = l.Tools.Tcpdump.With("-i", Port(guest))
	}
	// It would become another user first, who can't write the file. And what it
	// has seen is to be in the file at once, whatever becomes of it.
	argv = append(argv, "-n", "-U", "-Z", "root", "-w", file)
	if len(filter) > 0 {
		argv = append(append(argv, "--"), filter...)
	}
	return l.at(Bridge, "what passes its ports", argv...)
}

// CaptureNG is Capture by dumpcap: a pcapng file, with a port's name for each
// packet.
func (l LiveRun) CaptureNG(guest, file string, filter []string) plan.Step {
	guests := []string{guest}
	if guest == "" {
		guests = l.Names()
	}
	argv := l.Tools.Dumpcap.With("-q")
	if len(filter) > 0 {
		argv = append(argv, "-f", strings.Join(filter, " "))
	}
	for _, name := range guests {
		argv = append(argv, "-i", Port(name))
	}
	return l.at(Bridge, "what passes its ports", append(argv, "-w", file)...)
}
