package netcmd

import (
	"fmt"
	"slices"
	"strings"
)

// LinkState is what a check says of a link.
type LinkState string

const (
	LinkOK      LinkState = "ok"
	LinkLeaks   LinkState = "leaks"   // it should be silent, but answers
	LinkDead    LinkState = "dead"    // it should answer, but doesn't
	LinkUnknown LinkState = "unknown" // one of its guests could not be probed
)

// CheckedLink is a directed link, what it should be, and what it is.
type CheckedLink struct {
	Link
	// Cut says that what From sends to To is cut, in whatever way; CutBack, that
	// nothing comes back.
	Cut     bool      `json:"cut"`
	CutBack bool      `json:"cut_back"`
	State   LinkState `json:"state"`
	// UDP is whether a datagram from From arrives at To, TCP whether a
	// connection that From opens carries data there and back.
	UDP Answer `json:"udp"`
	TCP Answer `json:"tcp"`

	// answers says that what From sends may be an answer: where only what is new
	// is cut, and the other way is not, nobody knows which came first.
	answers bool
}

// MarshalText is the answer as a word: "silent", "through" or "refused".
func (a Answer) MarshalText() ([]byte, error) {
	for word, answer := range map[string]Answer{"silent": Silent, "through": Through, "refused": Refused} {
		if a == answer {
			return []byte(word), nil
		}
	}
	return nil, fmt.Errorf("%q is no answer", byte(a))
}

// Judge compares what was found with what is cut: every ordered pair of guests,
// in the order of their names. Answers that are not of these guests are an
// error.
func Judge(cuts Cuts, found Answers) ([]CheckedLink, error) {
	n := len(cuts.Guests)
	for _, rows := range [][]string{found.UDP, found.TCP} {
		wrong := func(row string) bool { return len(row) != n }
		if len(rows) != n || slices.ContainsFunc(rows, wrong) {
			return nil, fmt.Errorf("these are not the answers of %d guests: %q", n, rows)
		}
	}
	links := []CheckedLink{}
	for from, name := range cuts.Guests {
		for to, other := range cuts.Guests {
			if from == to {
				continue
			}
			l := CheckedLink{Link: Link{name, other, cuts.State(from, to)}, Cut: cuts.Has(from, to), CutBack: silent(cuts.State(to, from)),
				UDP: Answer(found.UDP[from][to]), TCP: Answer(found.TCP[from][to]),
				answers: cuts.State(from, to).How == New && !cuts.Has(to, from)}
			l.State = l.judge(found.Trouble[name] != "" || found.Trouble[other] != "")
			links = append(links, l)
		}
	}
	return links, nil
}

// wanted are the answers that the link should give. A connection needs both
// directions, of which the one back carries nothing new.
func (l CheckedLink) wanted() (udp, tcp Answer) {
	udp = map[How]Answer{Up: Through, Drop: Silent, Reject: Refused, New: Silent}[l.How]
	tcp = udp
	if l.CutBack && udp == Through {
		tcp = Silent
	}
	if l.answers && l.UDP == Through {
		udp = Through
	}
	return udp, tcp
}

// differs says whether an answer is not the one wanted. Of what is refused, not
// every packet is answered, and not every answer comes back.
func differs(answer, wanted Answer) bool {
	return answer != wanted && !(wanted == Refused && answer == Silent)
}

func (l CheckedLink) judge(trouble bool) LinkState {
	udp, tcp := l.wanted()
	switch {
	case trouble:
		return LinkUnknown
	case differs(l.UDP, udp) && udp != Through, differs(l.TCP, tcp) && tcp != Through:
		return LinkLeaks
	case differs(l.UDP, udp), differs(l.TCP, tcp):
		return LinkDead
	}
	return LinkOK
}

// String says how the link differs from what it should be, such as "a -> b: cut,
// but TCP and UDP come through".
func (l CheckedLink) String() string {
	should := "linked"
	switch {
	case l.How == Reject:
		should = "refused"
	case l.Cut:
		should = "cut"
	case l.CutBack:
		should = "linked one way"
	}
	udp, tcp := l.wanted()
	var is []string
	switch {
	case differs(l.UDP, udp) && differs(l.TCP, tcp) && l.TCP == l.UDP:
		is = []string{"TCP and UDP " + l.UDP.verb(true)}
	default:
		if differs(l.TCP, tcp) {
			is = append(is, "TCP "+l.TCP.verb(false))
		}
		if differs(l.UDP, udp) {
			is = append(is, "UDP "+l.UDP.verb(false))
		}
	}
	return fmt.Sprintf("%s -> %s: %s, but %s", l.From, l.To, should, strings.Join(is, " and "))
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
