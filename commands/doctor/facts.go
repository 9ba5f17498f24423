// Package doctor says what of a machine stands in the way, and what helps. It
// is pure: what the machine is like comes in as Facts, and rows go out.
package doctor

import (
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"vagganet/commands/machine"
	"vagganet/netcmd/addresses"
	"vagganet/netcmd/gateway"
)

// Facts is what the rows depend on: what was seen of the machine, what its
// tools answered, and what the user wants.
type Facts struct {
	machine.Survey
	// Answers are what the tools said, by question.
	Answers map[Question]Answer `json:"answers"`
	// RuleAnswers are the answers for the gateway's rules in the host's
	// firewall, as far as they could be asked for.
	RuleAnswers []Answer `json:"rule_answers"`

	// Interface, Network and GuestNetwork are the gateway's and the guests'.
	Interface    string                 `json:"interface"`
	Network      addresses.Network      `json:"network"`
	GuestNetwork addresses.GuestNetwork `json:"guest_network"`
	// Sudo is how a plain user becomes root.
	Sudo []string `json:"sudo"`
	// Needed are the tools that the plans call, Brctl the words that make a
	// bridge; without any, ip makes it.
	Needed []string `json:"needed"`
	Brctl  []string `json:"brctl"`
	// Reach is what that question was about.
	Reach gateway.Reach `json:"reach"`
	// Iptables is the one that was chosen.
	Iptables string `json:"iptables"`
	// Ebtables reports whether there is one that cuts links.
	Ebtables bool `json:"ebtables"`
}

// Question is what a tool is asked.
type Question string

// The questions.
const (
	IPVersion       Question = "ip version"
	IptablesVersion Question = "iptables version"
	UnshareVersion  Question = "unshare version"
	Applets         Question = "busybox applets"
	Root            Question = "become root"
	Namespaces      Question = "make namespaces"
	Reach           Question = "reach the host from the gateway"
)

// Answer is what a tool said.
type Answer struct {
	// Code is its exit code; -1 if it didn't start or didn't end.
	Code int `json:"code"`
	// Output is what it wrote, if it succeeded; Complaint its error output, if
	// it didn't.
	Output    string `json:"output"`
	Complaint string `json:"complaint"`
}

// root reports whether the user is root, of the machine or of a container.
func (f Facts) root() bool { return f.User.UID == 0 }

// Standing reports whether there is a gateway that the user's runs can use: what
// only create needs is no more in the way then.
func (f Facts) Standing() bool {
	return f.Gateway.Parts.Whole() && f.Gateway.Foreign == "" && f.Gateway.Owner == f.User.UID
}

// forCreate is the state of what only create needs.
func (f Facts) forCreate() State {
	if f.Standing() {
		return Warning
	}
	return Missing
}

// asRoot is a command line as the user becomes root.
func (f Facts) asRoot(command string) string {
	if f.root() || len(f.Sudo) == 0 {
		return command
	}
	return strings.Join(f.Sudo, " ") + " " + command
}

// verb is a command line of ours, for this gateway.
func (f Facts) verb(words string) string { return addresses.CommandLine(f.Interface, words) }

// has reports whether a tool is there.
func (f Facts) has(tool string) bool { return f.Tools[tool].Path != "" }

// setting is a number among the kernel's settings.
func (f Facts) setting(name string) (int, bool) {
	n, err := strconv.Atoi(f.Settings[name])
	return n, err == nil
}

// inTheWay finds what of the host's overlaps with what the gateway would take
// of a network.
func (f Facts) inTheWay(n addresses.Network) (machine.Route, bool) {
	return f.overlapping(n.HostLink(), n.SlotRange())
}

func (f Facts) overlapping(ours ...netip.Prefix) (machine.Route, bool) {
	return machine.Overlapping(f.Routes, f.Interface, ours...)
}

// freeNetwork is a /16 that nothing of the host's is in the way of.
func (f Facts) freeNetwork() string {
	for _, cidr := range []string{"172.18.0.0/16", "10.123.0.0/16", "172.30.0.0/16", "10.218.0.0/16", "192.168.0.0/16"} {
		n, err := addresses.ParseNetwork(cidr)
		if err != nil {
			continue
		}
		_, taken := f.inTheWay(n)
		if !taken && addresses.CheckApart(n, f.GuestNetwork) == nil {
			return cidr
		}
	}
	return "CIDR"
}

// version is what stands for a version in a tool's answer: two or more numbers.
func version(text string) []int {
	var v []int
	for _, part := range strings.Split(versionPattern().FindString(text), ".") {
		if n, err := strconv.Atoi(part); err == nil {
			v = append(v, n)
		}
	}
	return v
}

var versionPattern = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\d+(\.\d+)+`)
})

// olderThan reports whether a version is known and older than another.
func olderThan(v, than []int) bool { return len(v) > 0 && slices.Compare(v, than) < 0 }
