package live

import (
	"slices"
	"strings"

	"vagganet/netcmd/firewall"
	"vagganet/netcmd/links"
)

// A packet is what the rules are tried with, by an interpreter of iptables that
// shares no code with what writes and reads them.
type packet struct {
	in, out       string // devices
	portIn        string // ports of the bridge
	portOut       string
	frame         bool // as ebtables sees it, whose devices are the ports
	mac, src, dst string
	proto         string // tcp, udp or icmp
	opens         bool   // a SYN alone, or the first of its kind
	refuses       bool   // a RST, or destination unreachable
	tried         *int   // with so many rules; nil if nobody counts
}

// chainsOf are the rules of an input of iptables-restore, or those that were
// listed, by chain.
func chainsOf(input []string) map[string][][]string {
	chains := map[string][][]string{}
	for _, line := range input {
		if words := strings.Fields(line); len(words) > 2 && words[0] == "-A" {
			chains[words[1]] = append(chains[words[1]], words[2:])
		}
	}
	return chains
}

// fate is what becomes of a packet: "DROP", "REJECT" with what, or "" if it goes
// on.
func (p packet) fate(chains map[string][][]string, chain string) string {
	for _, rule := range chains[chain] {
		if p.tried != nil {
			*p.tried++
		}
		if !p.matches(rule) {
			continue
		}
		if to := firewall.OptionValue(rule, "-g"); to != "" {
			return p.fate(chains, to)
		}
		switch target := firewall.OptionValue(rule, "-j"); target {
		case "RETURN":
			return ""
		case "DROP":
			return target
		case "REJECT":
			return target + " " + firewall.OptionValue(rule, "--reject-with")
		default:
			if fate := p.fate(chains, target); fate != "" {
				return fate
			}
		}
	}
	return ""
}

func (p packet) matches(rule []string) bool {
	for i := 0; i < len(rule); i++ {
		not := rule[i] == "!"
		if not {
			i++
		}
		is, words := p.is(rule[i:])
		if is == not {
			return false
		}
		i += words - 1
	}
	return true
}

// is reports whether the match at the front holds, and how many words it has.
func (p packet) is(words []string) (bool, int) {
	flag := func(b bool) (bool, int) { return b, 2 }
	value := words[min(1, len(words)-1)]
	switch words[0] {
	case "-m", "-j", "-g", "--reject-with":
		return true, 2
	case "-p":
		return flag(p.proto == value)
	case "-i":
		return flag(p.frame && isPort(p.portIn, value) || p.in == value && !p.frame)
	case "-o":
		return flag(p.frame && isPort(p.portOut, value) || p.out == value && !p.frame)
	case "-s":
		return flag(strings.TrimSuffix(value, "/32") == p.src)
	case "-d":
		return flag(strings.TrimSuffix(value, "/32") == p.dst)
	case "--mac-source":
		return flag(p.mac == value)
	case "--physdev-in":
		return flag(isPort(p.portIn, value))
	case "--physdev-out":
		return flag(isPort(p.portOut, value))
	case "--ctstate":
		return flag(p.opens == (value == "NEW"))
	case "--icmp-type":
		return flag(p.refuses == (value == "3"))
	case "--tcp-flags":
		if value == "RST" {
			return p.refuses, 3
		}
		return p.opens, 3
	}
	panic("what is " + strings.Join(words, " ") + "?")
}

// isPort reports whether a port is the one that a rule is about, or one of those
// whose names begin so.
func isPort(port, rule string) bool {
	beginning, any := strings.CutSuffix(rule, "+")
	return port == rule || any && strings.HasPrefix(port, beginning)
}

// fates are what becomes of a SYN, of what follows it, of a datagram, of an
// answer to one, and of a refusal.
func (p packet) fates(chains map[string][][]string, chain string) string {
	var all []string
	for _, kind := range []packet{{proto: "tcp", opens: true}, {proto: "tcp"}, {proto: "udp", opens: true}, {proto: "udp"},
		{proto: "tcp", refuses: true}, {proto: "icmp", refuses: true}} {
		p.proto, p.opens, p.refuses = kind.proto, kind.opens, kind.refuses
		all = append(all, p.fate(chains, chain))
	}
	return strings.Join(all, ", ")
}

// due are the fates of what is sent over a link in that state.
func due(how links.How) string {
	const tcp, other = "REJECT tcp-reset", "REJECT icmp-port-unreachable"
	all := map[links.How][]string{
		links.Up:     {"", "", "", "", "", ""},
		links.Drop:   {"DROP", "DROP", "DROP", "DROP", "DROP", "DROP"},
		links.Reject: {tcp, tcp, other, other, tcp, other},
		links.New:    {"DROP", "", "DROP", "", "", ""},
	}
	return strings.Join(all[how], ", ")
}

// declaredBefore says which line of an input is about a chain that is not there
// by then; empty if none is. Those that are there already count.
func declaredBefore(input []string, there ...string) string {
	known := slices.Clone(there)
	for _, line := range input {
		if strings.HasPrefix(line, ":") {
			known = append(known, strings.Fields(line)[0][1:])
		}
		words := strings.Fields(line)
		if words[0] != "-A" {
			continue
		}
		target := firewall.OptionValue(words, "-j") + firewall.OptionValue(words, "-g")
		if !slices.Contains(known, words[1]) || strings.HasPrefix(target, "VAGGA") && !slices.Contains(known, target) {
			return line
		}
	}
	return ""
}
