package netcmd

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// listed are the rules as iptables would list them after the transaction.
func listed(input []string) string {
	rules := "-P FORWARD ACCEPT\n-A FORWARD -j VAGGA\n"
	for _, line := range input {
		if strings.HasPrefix(line, "-A ") {
			rules += strings.Replace(line, "-m physdev ", "-m physdev  ", 1) + "\n"
		}
	}
	return rules
}

// Whatever is cut, the rules cut that and nothing else.
func TestRulesAreTheCuts(t *testing.T) {
	for guests := range 5 {
		every(guests, func(c Cuts) {
			input := restoreInput(c)
			if got := readBridgeCuts(c.Guests, listed(input)); matrix(got) != matrix(c) {
				t.Fatalf("%s became %s\n%s", matrix(c), matrix(got), strings.Join(input, "\n"))
			}
			if err := follow(c, input); err != nil {
				t.Fatalf("%s: %v\n%s", matrix(c), err, strings.Join(input, "\n"))
			}
		})
	}
}

// follow sends a packet over every link, by the rules as the kernel reads them:
// it shares no code with readBridgeCuts. What goes to the gateway leaves by no port,
// and is never cut.
func follow(c Cuts, input []string) error {
	chains := map[string][]string{}
	for _, line := range input {
		if chain, rule, ok := strings.Cut(strings.TrimPrefix(line, "-A "), " "); ok && strings.HasPrefix(line, "-A ") {
			chains[chain] = append(chains[chain], rule)
		}
	}
	for from := range c.Guests {
		for to := range c.Guests {
			if from != to && verdict(chains, "VAGGA", Port(c.Guests[from]), Port(c.Guests[to])) != c.Has(from, to) {
				return fmt.Errorf("%s to %s", c.Guests[from], c.Guests[to])
			}
		}
		if verdict(chains, "VAGGA", Port(c.Guests[from]), "") {
			return fmt.Errorf("%s to the gateway", c.Guests[from])
		}
	}
	return nil
}

func verdict(chains map[string][]string, chain, in, out string) bool {
	for _, rule := range chains[chain] {
		match, target, _ := strings.Cut(rule, "-j ")
		match = strings.Replace(match, "--physdev-in "+in+" ", "", 1)
		match = strings.Replace(match, "--physdev-out "+out+" ", "", 1)
		switch {
		case strings.Contains(match, "--physdev"):
		case target == "DROP":
			return true
		case target == "RETURN":
			return false
		case verdict(chains, target, in, out):
			return true
		}
	}
	return false
}

// A chain must be declared before rules go there: that is what empties it.
func TestChainsAreDeclared(t *testing.T) {
	every(3, func(c Cuts) {
		var declared []string
		for _, line := range restoreInput(c) {
			words := strings.Fields(line)
			if strings.HasPrefix(line, ":") {
				declared = append(declared, words[0][1:])
			}
			if words[0] != "-A" {
				continue
			}
			target := after(words, "-j")
			if !slices.Contains(declared, words[1]) || strings.HasPrefix(target, "VAGGA") && !slices.Contains(declared, target) {
				t.Fatalf("%s: %q is about a chain that is not there", matrix(c), line)
			}
		}
	})
}

func numbered(guests int) []string {
	var names []string
	for n := range guests {
		names = append(names, fmt.Sprintf("node%03d", n))
	}
	return names
}

// Rules cost by the guest, not by the pair.
func TestRulesOfManyGuests(t *testing.T) {
	names := numbered(253)
	halves, err1 := Disjoint(names, [][]string{names[:127], names[127:]})
	alone, err2 := Isolate(names, names)
	one, err3 := Isolate(names, names[:1])
	uneven, err4 := Disjoint(names, [][]string{names[:3], names[3:]})
	chainwise := map[string]Cuts{"halves": halves, "all alone": alone, "one alone": one, "uneven": uneven}
	for name, most := range map[string]int{"halves": 253 + 2*129 + 6, "all alone": 253 + 6, "one alone": 253 + 8, "uneven": 253 + 13} {
		input := restoreInput(chainwise[name])
		if len(input) > most {
			t.Errorf("%s: %d lines, more than %d (%v %v %v %v)", name, len(input), most, err1, err2, err3, err4)
		}
		if got := readBridgeCuts(names, listed(input)); matrix(got) != matrix(chainwise[name]) {
			t.Errorf("%s is read back as something else", name)
		}
	}
}

func TestReadCutsOfOtherRules(t *testing.T) {
	for rules, want := range map[string]string{
		"":                           ".. ..",
		"-A FORWARD -j DROP\n-A\n\n": ".. ..",
		"-A VAGGA -m physdev --physdev-out g-b -j VAGGA-0\n":                                          ".. ..", // the chain is empty
		"-A VAGGA -m physdev --physdev-out g-x -j VAGGA-0\n-A VAGGA-0 -j DROP\n":                      ".. ..",
		"-A VAGGA -m physdev --physdev-out g-b -j VAGGA-0\n-A VAGGA-0 -j DROP\n-A VAGGA-1 -j RETURN":  ".x ..",
		"-A OTHER -m physdev --physdev-out g-b -j VAGGA-0\n-A VAGGA-0 -m physdev --physdev-in g-a -j": ".. ..",
	} {
		if got := matrix(readBridgeCuts([]string{"b", "a"}, rules)); got != want {
			t.Errorf("%q is read as %s", rules, got)
		}
	}
}

// The switch is on only while there are rules for it: the order of the steps
// keeps that so in between, too.
func TestPartitionSwitch(t *testing.T) {
	live := LiveRun{Dir: "/run/x", Tools: Tools{IP: Tool{"ip"}, Iptables: Tool{"iptables"}, Sysctl: Tool{"sysctl"}}}
	cut, err := Isolate([]string{"a", "b"}, []string{"a"})
	if err != nil {
		t.Fatal(err)
	}
	for want, cuts := range map[string]Cuts{
		"iptables-restore; sysctl net.bridge.bridge-nf-call-iptables=1": cut,
		"sysctl net.bridge.bridge-nf-call-iptables=0; iptables-restore": FullMesh([]string{"a", "b"}),
	} {
		var got []string
		for _, s := range live.Partition(cuts) {
			got = append(got, strings.Replace(strings.Join(s.Argv, " "), " -q -w", "", 1))
		}
		if line := strings.Replace(strings.Join(got, "; "), " --noflush --wait", "", 1); line != want {
			t.Errorf("got %s, want %s", line, want)
		}
	}
}

func TestChainNames(t *testing.T) {
	// Every guest is cut from another one: as many chains as guests.
	names := numbered(12)
	c := FullMesh(names)
	for i := range names {
		c.set(i, (i+1)%len(names), true)
	}
	var chains []string
	for _, line := range restoreInput(c) {
		if name, ok := strings.CutPrefix(line, ":"); ok {
			chains = append(chains, strings.Fields(name)[0])
		}
	}
	if got := strings.Join(chains[9:], " "); len(chains) != 13 || got != "VAGGA-8 VAGGA-9 VAGGA-10 VAGGA-11" {
		t.Errorf("got %v", chains)
	}
}
