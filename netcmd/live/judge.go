package live

import (
	"fmt"
	"slices"
	"strings"

	"vagganet/netcmd/links"
)

// LinkState is what a check says of a link.
type LinkState string

// The states of a link.
const (
	LinkOK      LinkState = "ok"
	LinkLeaks   LinkState = "leaks"   // it should be silent, but answers
	LinkDead    LinkState = "dead"    // it should answer, but doesn't
	LinkUnknown LinkState = "unknown" // one of its guests could not be probed
)

// CheckedLink is a directed link, what it should be, and what it is.
type CheckedLink struct {
	links.Link
	// Cut reports whether what From sends to To is cut, in whatever way; CutBack,
	// whether nothing comes back.
	Cut     bool      `json:"cut"`
	CutBack bool      `json:"cut_back"`
	State   LinkState `json:"state"`
	// UDP is whether a datagram from From arrives at To, TCP whether a
	// connection that From opens carries data there and back, and ARP whether an ARP
	// request from From arrives at To.
	// IPv6 is the same as UDP, over IPv6.
	UDP  Answer `json:"udp"`
	TCP  Answer `json:"tcp"`
	IPv6 Answer `json:"ipv6"`
	ARP  Answer `json:"arp"`

	// answers reports whether what From sends may be an answer: where only what is new
	// is cut, and the other way is not, nobody knows which came first.
	answers bool
	// byFrames reports whether plain cuts are made by a table that sees ARP: see
	// firewall.Frames.
	byFrames bool
}

// MarshalText is the answer as a word: "silent", "through", "refused" or "untried".
func (a Answer) MarshalText() ([]byte, error) {
	for word, answer := range map[string]Answer{"silent": Silent, "through": Through, "refused": Refused, "untried": Untried} {
		if a == answer {
			return []byte(word), nil
		}
	}
	return nil, fmt.Errorf("%q is no answer", byte(a))
}

// Judge compares what was found with what is cut: every ordered pair of guests,
// in the order of their names. Answers that are not of these guests are an
// error.
func (l Run) Judge(cuts links.Cuts, found Answers) ([]CheckedLink, error) {
	n := len(cuts.Guests)
	for _, rows := range [][]string{found.UDP, found.TCP, found.IPv6, found.ARP} {
		wrong := func(row string) bool { return len(row) != n }
		if len(rows) != n || slices.ContainsFunc(rows, wrong) {
			return nil, fmt.Errorf("these are not the answers of %d guests: %q", n, rows)
		}
	}
	list := []CheckedLink{}
	for from, name := range cuts.Guests {
		for to, other := range cuts.Guests {
			if from == to {
				continue
			}
			link := CheckedLink{Link: links.Link{From: name, To: other, State: cuts.State(from, to)}, Cut: cuts.Has(from, to), CutBack: cuts.State(to, from).Silent(),
				UDP: Answer(found.UDP[from][to]), TCP: Answer(found.TCP[from][to]),
				IPv6: Answer(found.IPv6[from][to]), ARP: Answer(found.ARP[from][to]),
				answers:  cuts.State(from, to).How == links.New && !cuts.Has(to, from),
				byFrames: l.Tools.Ebtables != nil}
			link.State = link.judge(found.Trouble[name] != "" || found.Trouble[other] != "")
			list = append(list, link)
		}
	}
	return list, nil
}

// probed is what came of one kind of probe, and what should have.
type probed struct {
	kind       string
	is, wanted Answer
}

// differs reports whether an answer is not the one wanted. Of what is refused, not
// every packet is answered, and not every answer comes back.
func (p probed) differs() bool {
	return p.is != p.wanted && !(p.wanted == Refused && p.is == Silent)
}

// probes lists what came of each kind. A connection needs both directions, of which
// the one back carries nothing new.
func (l CheckedLink) probes() []probed {
	udp := map[links.How]Answer{links.Up: Through, links.Drop: Silent, links.Reject: Refused, links.New: Silent}[l.How]
	tcp := udp
	if l.CutBack && udp == Through {
		tcp = Silent
	}
	wanted := func(is Answer) Answer {
		if l.answers && is == Through || is == Untried {
			return is
		}
		return udp
	}
	return []probed{{"TCP", l.TCP, tcp}, {"UDP", l.UDP, wanted(l.UDP)}, {"IPv6", l.IPv6, wanted(l.IPv6)}, {"ARP", l.ARP, l.wantedARP()}}
}

// wantedARP is whatever the answer is, where nobody promises anything: iptables
// doesn't see ARP.
func (l CheckedLink) wantedARP() Answer {
	switch {
	case l.ARP == Untried:
	case l.How == links.Up:
		return Through
	case l.How == links.Drop && l.byFrames:
		return Silent
	}
	return l.ARP
}

func (l CheckedLink) judge(trouble bool) LinkState {
	if trouble {
		return LinkUnknown
	}
	state := LinkOK
	for _, p := range l.probes() {
		switch {
		case !p.differs():
		case p.wanted != Through:
			return LinkLeaks
		default:
			state = LinkDead
		}
	}
	return state
}

// String returns how the link differs from what it should be, such as "a -> b: cut,
// but TCP and UDP come through".
func (l CheckedLink) String() string {
	should := "linked"
	switch {
	case l.How == links.Reject:
		should = "refused"
	case l.Cut:
		should = "cut"
	case l.CutBack:
		should = "linked one way"
	}
	return fmt.Sprintf("%s -> %s: %s, but %s", l.From, l.To, should, difference(l.probes()))
}

// difference returns what differs, such as "TCP and UDP are silent, and ARP comes
// through".
func difference(probes []probed) string {
	kinds := map[Answer][]string{}
	var answers []Answer // in the order of their first probe
	for _, p := range probes {
		if !p.differs() {
			continue
		}
		if kinds[p.is] == nil {
			answers = append(answers, p.is)
		}
		kinds[p.is] = append(kinds[p.is], p.kind)
	}
	var parts []string
	and := " and "
	for _, is := range answers {
		many := len(kinds[is]) > 1
		if many {
			and = ", and "
		}
		parts = append(parts, enumerate(kinds[is], " and ")+" "+is.verb(many))
	}
	return enumerate(parts, and)
}

// enumerate joins words by commas, but the last by and.
func enumerate(words []string, and string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + and + words[last]
}

func (a Answer) verb(both bool) string {
	switch {
	case a == Through && both:
		return "come through"
	case a == Through:
		return "comes through"
	}
	word, _ := a.MarshalText()
	if both {
		return "are " + string(word)
	}
	return "is " + string(word)
}
