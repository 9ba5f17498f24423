package live

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"vagganet/netcmd"
	"vagganet/netcmd/addresses"
	"vagganet/netcmd/links"
	"vagganet/netcmd/plan"
)

// ProbeVerb is the program's argument that makes it probe links. It reads a
// Probe and writes Answers, both in JSON.
const ProbeVerb = "_probe"

// Probe is what a check wants to know: what arrives at which of a run's guests.
type Probe struct {
	// Dir is the folder with the guests' network namespaces.
	Dir string `json:"dir"`
	// Limit is for how long a link that is cut has to be silent. One that is not
	// cut has longer to answer.
	Limit  time.Duration `json:"limit_ns"`
	Guests []ProbeGuest  `json:"guests"`
}

// ProbeGuest is one guest in a Probe.
type ProbeGuest struct {
	Name string     `json:"name"`
	IP   netip.Addr `json:"ip"`
	IP6  netip.Addr `json:"ip6,omitzero"` // none where the run has no IPv6
	// Cut has a character for each guest: x where what this one sends to it is
	// cut.
	Cut string `json:"cut"`
}

// Answer is what came of a try.
type Answer byte

// The answers.
const (
	Silent  Answer = '.' // nothing
	Through Answer = '+' // what was sent arrived; by TCP, and came back
	Refused Answer = '!' // somebody said no
	Untried Answer = '?' // there are no means to try
)

// Answers is what probing found out.
type Answers struct {
	// Each has a row for each guest that sends, and in it an Answer for each that
	// it sends to. IPv6 is what came of datagrams.
	UDP  []string `json:"udp"`
	TCP  []string `json:"tcp"`
	IPv6 []string `json:"ipv6"`
	ARP  []string `json:"arp"`
	// Trouble is, by the guest's name, why it could not be probed.
	Trouble map[string]string `json:"trouble"`
}

// learnedMost is for how many guests the check leaves it to the kernel to find
// out the hardware addresses. All namespaces share one small table of them, which
// 33 guests that talk to each other fill, and everybody's packets are lost then.
const learnedMost = 16

// together is for how many guests addresses are set at the same time.
const together = 50

// Check is the plan that probes all links. The answers are captured for
// ReadAnswers. Program is this program's path.
//
// More guests than a few get each other's hardware addresses written down first:
// such entries don't count for the table. They are taken away again.
func (l Run) Check(program string, cuts links.Cuts, limit time.Duration) plan.Plan {
	probe := l.at(netcmd.Bridge, "probe all links", program, ProbeVerb)
	probe.Stdin = l.probe(cuts, limit)
	probe.Capture = "answers"
	if len(l.Guests) <= learnedMost {
		return plan.Plan{probe}
	}
	var before, after plan.Plan
	for i, g := range l.Guests {
		forget := l.neighbours(g, "forget each other's hardware addresses", func(ip netip.Addr, _ netcmd.Guest) string {
			return fmt.Sprintf("neigh del %s dev %s", ip, addresses.GuestDevice)
		})
		know := l.neighbours(g, "know each other's hardware addresses", func(ip netip.Addr, other netcmd.Guest) string {
			return netcmd.Neighbour(ip, other.IP, addresses.GuestDevice)
		})
		// Together, but not more than a process may have open files for.
		know.Together = fmt.Sprintf("know %d", i/together)
		forget.Together = fmt.Sprintf("forget %d", i/together)
		know.Undo = []plan.Step{forget}
		before, after = append(before, know), append(after, forget)
	}
	return append(append(before, probe), after...)
}

// neighbours is a batch with a line for each address of the other guests. What is
// wrong with a guest's network is for the probe to find, so it may fail.
func (l Run) neighbours(g netcmd.Guest, about string, line func(ip netip.Addr, of netcmd.Guest) string) plan.Step {
	s := l.at(g.Name, about, l.Tools.IP.With("-force", "-batch", "-")...)
	s.About, s.MayFail = "guests: "+about, true
	var batch []string
	for _, other := range l.Guests {
		if other.Name != g.Name {
			for _, ip := range other.Addresses() {
				batch = append(batch, line(ip, other))
			}
		}
	}
	s.Stdin = plan.Lines(batch...)
	return s
}

func (l Run) probe(cuts links.Cuts, limit time.Duration) string {
	p := Probe{Dir: l.Dir, Limit: limit}
	guests := l.byName()
	for from, name := range cuts.Guests {
		row := []byte(strings.Repeat(".", len(cuts.Guests)))
		for to := range row {
			if cuts.Has(from, to) {
				row[to] = 'x'
			}
		}
		p.Guests = append(p.Guests, ProbeGuest{name, guests[name].IP, guests[name].IP6, string(row)})
	}
	text, _ := json.Marshal(p) // can't fail: it is made of strings and numbers
	return string(text) + "\n"
}

// ReadAnswers reads what Check captured.
func ReadAnswers(captured Captured) (Answers, error) {
	var a Answers
	text, err := captured("answers")
	if err == nil {
		err = json.Unmarshal([]byte(text), &a)
	}
	return a, err
}
