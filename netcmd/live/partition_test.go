package live

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"vagganet/netcmd"
	"vagganet/netcmd/addresses"
	"vagganet/netcmd/firewall"
	"vagganet/netcmd/links"
	"vagganet/netcmd/links/linkstest"
	"vagganet/netcmd/plan"
)

// listed are the rules as iptables would list them after the input.
func listed(input ...string) string {
	rules := "-P FORWARD ACCEPT\n-A FORWARD -j VAGGA\n"
	for _, line := range input {
		if strings.HasPrefix(line, "-A ") {
			rules += strings.Replace(line, "-m physdev ", "-m physdev  ", 1) + "\n"
		}
	}
	return rules
}

// inBridge is a run of those guests whose cuts are made by iptables alone.
func inBridge(names []string) Run {
	l := Run{Dir: "/run-dir", BridgeFilter: true,
		Tools: plan.Tools{Iptables: plan.Tool{"iptables"}, Sysctl: plan.Tool{"sysctl"}, Nsenter: plan.Tool{"nsenter"}}}
	// Not in the order of their names, lest one be taken for the other.
	for i, name := range slices.Backward(names) {
		ip := netip.AddrFrom4([4]byte{172, 18, 0, byte(200 - i)})
		l.Guests = append(l.Guests, netcmd.Guest{Name: name, IP: ip})
	}
	return l
}

// byFrames is such a run, whose plain cuts are made by ebtables.
func byFrames(names []string) Run {
	l := inBridge(names)
	l.Tools.Ebtables = plan.Tool{"ebtables"}
	return l
}

// readBack are the cuts that are read from the rules that a plan for them leaves
// behind.
func readBack(t firewall.Table, names []string, input []string) links.Cuts {
	rules := firewall.Read(listed(input...))
	if t == firewall.Frames {
		return byFrames(names).observed(rules, nil, true).Cuts
	}
	return inBridge(names).observed(nil, rules, true).Cuts
}

// inFrames are those of the cuts that frames makes.
func inFrames(c links.Cuts) links.Cuts {
	dropped, _ := byFrames(c.Guests).byTable(c)
	return dropped
}

// Whatever is cut, and how, the rules do that and nothing else, and are read
// back as that.
func TestRulesAreTheCuts(t *testing.T) {
	checkIn := func(in firewall.Table, c links.Cuts) {
		c = c.Clone()
		linkstest.CopyUplinks(c, links.FullMesh(c.Guests))
		input := in.Transaction(in.LinkChains(c, firewall.CutChain))
		if got := readBack(in, c.Guests, input); !linkstest.Same(got, c) {
			t.Fatalf("%s became %s\n%s", linkstest.Matrix(c), linkstest.Matrix(got), strings.Join(input, "\n"))
		}
		if err := follow(in, c, input); err != nil {
			t.Fatalf("%s: %v\n%s", linkstest.Matrix(c), err, strings.Join(input, "\n"))
		}
		// A chain must be declared before rules go there: that is what empties it.
		if line := declaredBefore(input); line != "" {
			t.Fatalf("%s: %q is about a chain that is not there", linkstest.Matrix(c), line)
		}
	}
	check := func(c links.Cuts) {
		checkIn(firewall.Packets, c)
		checkIn(firewall.Frames, inFrames(c))
	}
	for guests := range 5 {
		linkstest.Every(guests, check)
	}
	r := rand.New(rand.NewPCG(1, 0))
	for range 2000 {
		check(linkstest.Any(r, linkstest.Numbered(1+r.IntN(7))))
	}
	// Many, with names that begin alike and names that don't.
	for range 8 {
		names := manyNames(r)
		check(linkstest.Any(r, names))
		for _, build := range links.Named {
			check(build.Build(names, r.Uint64()))
		}
		check(anyClusters(r, names).By(links.Hows[r.IntN(len(links.Hows))]))
	}
}

// manyNames are names of guests in any order, some of which are the beginning of
// others, and some too long for a port.
func manyNames(r *rand.Rand) []string {
	var names []string
	beginnings := []string{"", "n", "node", "node-of-a-kind", "x.y"}
	for i := range firewall.FewPorts - 2 + r.IntN(50) {
		names = append(names, beginnings[r.IntN(len(beginnings))]+fmt.Sprint(i))
	}
	r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	return names
}

// anyClusters are a few that guests are in one after another, for the most part.
func anyClusters(r *rand.Rand, names []string) links.Cuts {
	clusters := make([][]string, 2+r.IntN(3))
	for i, name := range links.FullMesh(names).Guests {
		number := i * len(clusters) / len(names)
		if r.IntN(8) == 0 {
			number = r.IntN(len(clusters))
		}
		clusters[number] = append(clusters[number], name)
	}
	c, err := links.Disjoint(names, clusters)
	if err != nil {
		panic(err) // each is in one of them
	}
	return c
}

// follow sends packets over every link, and to the gateway: those leave by no port,
// and are never cut. Frames of ebtables' are only those that pass the bridge.
func follow(in firewall.Table, c links.Cuts, input []string) error {
	chains := chainsOf(input)
	for from := range c.Guests {
		p := packet{in: addresses.BridgeDevice, out: addresses.BridgeDevice, portIn: addresses.BridgePort(c.Guests[from]), frame: in == firewall.Frames}
		for to := range c.Guests {
			p.portOut = addresses.BridgePort(c.Guests[to])
			if got, want := p.fates(chains, "VAGGA"), due(c.State(from, to).How); from != to && got != want {
				return fmt.Errorf("%s to %s: %s, want %s", c.Guests[from], c.Guests[to], got, want)
			}
		}
		p.portOut, p.out = "", "ch0c"
		if got := p.fates(chains, "VAGGA"); in == firewall.Packets && got != due(links.Up) {
			return fmt.Errorf("%s to the gateway: %s", c.Guests[from], got)
		}
	}
	return nil
}

// Rules cost by the guest, not by the pair, where the cuts have clusters; less
// where the names of those that are together begin alike. A packet walks past few
// of them.
func TestRulesOfManyGuests(t *testing.T) {
	names := linkstest.Numbered(253)
	hashed := slices.Clone(names)
	for i, name := range hashed {
		hashed[i] = "too-long-for-a-port-" + name
	}
	must := func(c links.Cuts, err error) links.Cuts {
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	thirds := must(links.Disjoint(names, [][]string{names[:84], names[84:168], names[168:]}))
	for name, c := range map[string]struct {
		cuts         links.Cuts
		lines, walks int // at most
	}{
		"halves":      {links.Named[0].Build(names, 0), 65, 40},
		"refused":     {links.Named[0].Build(names, 0).By(links.Reject), 70, 42},
		"thirds":      {thirds, 125, 40},
		"all alone":   {must(links.Isolate(names, names)), 10, 5},
		"one alone":   {must(links.Isolate(names, names[:1])), 36, 26},
		"uneven":      {must(links.Disjoint(names, [][]string{names[:3], names[3:]})), 40, 30},
		"bridge":      {links.Named[6].Build(names, 0), 95, 50},
		"any halves":  {links.Named[1].Build(names, 1), 253 + 2*129 + 6, 253 + 129},
		"fewer":       {links.Named[1].Build(names[:100], 1), 270, 50},
		"names apart": {links.Named[0].Build(hashed, 0), 253 + 2*129 + 6, 253 + 129},
	} {
		for _, in := range []firewall.Table{firewall.Packets, firewall.Frames} {
			if in == firewall.Frames {
				// Ports that lose nothing can't be left out by a rule of their own
				// there, so more rules are divided, and packets walk past fewer.
				c.cuts, c.lines, c.walks = inFrames(c.cuts), c.lines*3/2, c.walks+2
			}
			input := in.Transaction(in.LinkChains(c.cuts, firewall.CutChain))
			if walks := longestWalk(in, c.cuts, input); len(input) > c.lines || walks > c.walks {
				t.Errorf("%s: %d lines, more than %d, or %d on one way, more than %d", name, len(input), c.lines, walks, c.walks)
			}
			if !firewall.Fits(input) {
				t.Errorf("%s is too much for one transaction", name)
			}
			if got := readBack(in, c.cuts.Guests, input); !linkstest.Same(got, c.cuts) {
				t.Errorf("%s is read back as something else", name)
			}
		}
	}
}

// longestWalk is how many rules a packet is tried with at most, of those sent from
// some guests to all.
func longestWalk(in firewall.Table, c links.Cuts, input []string) int {
	chains := chainsOf(input)
	longest := 0
	for from := 0; from < len(c.Guests); from += 9 {
		for _, to := range c.Guests {
			tried := 0
			p := packet{in: addresses.BridgeDevice, out: addresses.BridgeDevice, portIn: addresses.BridgePort(c.Guests[from]), portOut: addresses.BridgePort(to), tried: &tried, frame: in == firewall.Frames}
			p.fate(chains, "VAGGA")
			longest = max(longest, tried)
		}
	}
	return longest
}

func TestReadCutsOfOtherRules(t *testing.T) {
	for rules, want := range map[string]string{
		"":                           ".. ..",
		"-A FORWARD -j DROP\n-A\n\n": ".. ..",
		"-A VAGGA -s 10.0.0.1/32 -j VAGGA-0\n-A VAGGA-0 -j DROP\n":                                    ".. ..", // somebody else's
		"-A VAGGA -m physdev --physdev-out g-b -j VAGGA-0\n":                                          ".. ..", // the chain is empty
		"-A VAGGA -m physdev --physdev-out g-x -j VAGGA-0\n-A VAGGA-0 -j DROP\n":                      ".. ..",
		"-A VAGGA -m physdev --physdev-out g-b -j VAGGA-0\n-A VAGGA-0 -j DROP\n-A VAGGA-1 -j RETURN":  ".x ..",
		"-A OTHER -m physdev --physdev-out g-b -j VAGGA-0\n-A VAGGA-0 -m physdev --physdev-in g-a -j": ".. ..",
		// somebody else's, for one protocol
		"-A VAGGA -p tcp -m physdev --physdev-out g-b -j RETURN\n-A VAGGA -m physdev --physdev-out g-b -j VAGGA-0\n-A VAGGA-0 -j DROP": ".x ..",
		// by hand, for one link, or all that lead to a guest
		"-A VAGGA -m physdev --physdev-in g-a --physdev-out g-b -j DROP":        ".x ..",
		"-A VAGGA -m physdev --physdev-out g-b -j DROP":                         ".x ..",
		"-A VAGGA -p tcp -m physdev --physdev-in g-a --physdev-out g-b -j DROP": ".. ..",
		"-A VAGGA -m physdev --physdev-in g-x --physdev-out g-b -j DROP":        ".. ..",
		// what an earlier partition left behind
		"-A VAGGA-a -m physdev --physdev-out g-b -j VAGGA-a-0\n-A VAGGA-a-0 -j DROP":                      ".. ..",
		"-A VAGGA -j VAGGA-a\n-A VAGGA-a -m physdev --physdev-out g-b -j VAGGA-a-0\n-A VAGGA-a-0 -j DROP": ".x ..",
	} {
		c := links.FullMesh([]string{"b", "a"})
		firewall.Read(rules).ReadLinks(firewall.Packets, c)
		if got := linkstest.Matrix(c); got != want {
			t.Errorf("%q is read as %s", rules, got)
		}
	}
}

// The switch is on only while there are rules for it: the order of the steps
// keeps that so in between, too.
func TestPartitionSwitch(t *testing.T) {
	live := Run{Dir: "/run/x", BridgeFilter: true, Tools: plan.Tools{IP: plan.Tool{"ip"}, Iptables: plan.Tool{"iptables"}, Sysctl: plan.Tool{"sysctl"}}}
	cut, err := links.Isolate([]string{"a", "b"}, []string{"a"})
	if err != nil {
		t.Fatal(err)
	}
	for want, cuts := range map[string]links.Cuts{
		"iptables-restore; sysctl net.bridge.bridge-nf-filter-vlan-tagged=1 net.bridge.bridge-nf-call-iptables=1": cut,
		"sysctl net.bridge.bridge-nf-call-iptables=0; iptables-restore":                                           links.FullMesh([]string{"a", "b"}),
	} {
		var got []string
		for _, s := range live.Partition(cuts, Observed{}) {
			got = append(got, strings.Replace(strings.Join(s.Argv, " "), " -q -w", "", 1))
		}
		if line := strings.Replace(strings.Join(got, "; "), " --noflush --wait", "", 1); line != want {
			t.Errorf("got %s, want %s", line, want)
		}
	}
}

func TestChainNames(t *testing.T) {
	// Every guest is cut from another one: as many chains as guests.
	names := linkstest.Numbered(12)
	c := links.FullMesh(names)
	for i := range names {
		c.Set(i, (i+1)%len(names), links.Drop)
	}
	var chains []string
	for _, line := range firewall.Packets.Transaction(firewall.Packets.LinkChains(c, firewall.CutChain)) {
		if name, ok := strings.CutPrefix(line, ":"); ok {
			chains = append(chains, strings.Fields(name)[0])
		}
	}
	if got := strings.Join(chains[9:], " "); len(chains) != 13 || got != "VAGGA-8 VAGGA-9 VAGGA-10 VAGGA-11" {
		t.Errorf("got %v", chains)
	}
}
