package netcmd

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"vagganet/netcmd/plan"
)

// inGuests is a run of those guests whose cuts are made in the guests.
func inGuests(names []string) LiveRun {
	l := LiveRun{Dir: "/run-dir", Tools: Tools{Iptables: Tool{"iptables"}, Nsenter: Tool{"nsenter"}}}
	l.CutsIn = InGuests
	// Not in the order of their names, lest one be taken for the other.
	for i, name := range slices.Backward(names) {
		ip := netip.AddrFrom4([4]byte{172, 18, 0, byte(200 - i)})
		l.Guests = append(l.Guests, Guest{Name: name, IP: ip})
	}
	return l
}

// listedGuests are the rules of all guests as iptables would list them after
// the plan, by the variable that ListRules captures them in.
func listedGuests(l LiveRun, p plan.Plan) map[string]string {
	captured := map[string]string{}
	for i, query := range l.ListRules() {
		rules := "-P INPUT ACCEPT\n-N VAGGA\n-A INPUT -s 172.18.0.200/32 -j DROP\n-A INPUT -j VAGGA\n"
		for line := range strings.Lines(p[i].Stdin) {
			words := strings.Fields(line)
			if words[0] != "-A" {
				continue
			}
			if words[2] == "-s" {
				words[3] += "/32"
			}
			rules += strings.Join(words, " ") + "\n"
		}
		captured[query.Capture] = rules
	}
	return captured
}

// Whatever is cut, and how, the guests' rules do that and nothing else, and are
// read back as that.
func TestGuestRulesAreTheCuts(t *testing.T) {
	check := func(c Cuts) {
		c.uplinks = FullMesh(c.Guests).uplinks
		l := inGuests(c.Guests)
		l.Isolated = true
		p := l.Partition(c, nil)
		if len(p) != len(c.Guests) {
			t.Fatalf("%d steps for %d guests", len(p), len(c.Guests))
		}
		if got := l.ReadCuts(func(v string) string { return listedGuests(l, p)[v] }); !sameCuts(got, c) {
			t.Fatalf("%s became %s\n%v", matrix(c), matrix(got), p)
		}
		if err := followToGuests(l, c, p); err != nil {
			t.Fatalf("%s: %v\n%v", matrix(c), err, p)
		}
	}
	for guests := range 5 {
		every(guests, check)
	}
	r := rand.New(rand.NewPCG(2, 0))
	for range 500 {
		check(anyCuts(r, numbered(1+r.IntN(6))))
	}
}

// followToGuests sends packets over every link, and from those that are never
// cut: a guest itself, the bridge, the host.
func followToGuests(l LiveRun, c Cuts, p plan.Plan) error {
	address := l.addresses()
	for to, name := range c.Guests {
		if want := "--net=/run-dir/" + name; !slices.Contains(p[to].Place.Enter, want) {
			return fmt.Errorf("%v does not enter %s", p[to].Place.Enter, want)
		}
		input := strings.Split(strings.TrimSpace(p[to].Stdin), "\n")
		if line := declaredBefore(input); line != "" {
			return fmt.Errorf("%q is about a chain that is not there", line)
		}
		chains := chainsOf(input)
		for from, other := range c.Guests {
			sent := packet{src: address[other].String()}
			if got, want := sent.fates(chains, "VAGGA"), dueInGuests(c.State(from, to).How); got != want {
				return fmt.Errorf("%s to %s: %s, want %s", other, name, got, want)
			}
		}
		for _, never := range []string{"127.0.0.1", "172.18.0.254", "172.18.255.1", "192.0.2.1"} {
			if got := (packet{src: never}).fates(chains, "VAGGA"); got != due(Up) {
				return fmt.Errorf("%s to %s: %s", never, name, got)
			}
		}
	}
	return nil
}

// They are fed together, each chain is emptied first, and no two processes of
// iptables-legacy wait for one lock.
func TestGuestRulesTogether(t *testing.T) {
	names := numbered(20)
	c, err := Isolate(names, names[:3])
	if err != nil {
		t.Fatal(err)
	}
	l := inGuests(names)
	locks := map[string]bool{}
	for _, p := range []plan.Plan{l.Partition(c, nil), l.ListRules(), l.Heal()} {
		if groups := p.Groups(); len(groups) != 1 {
			t.Errorf("%d groups instead of one", len(groups))
		}
	}
	for _, s := range l.Partition(c, nil) {
		locks[s.Env[0]] = true
		if !strings.HasPrefix(s.Stdin, "*filter\n:VAGGA - [0:0]\n") || !strings.HasSuffix(s.Stdin, "\nCOMMIT\n") {
			t.Errorf("%s gets %q", s.Place.Name, s.Stdin)
		}
	}
	if len(locks) != len(names) {
		t.Errorf("%d locks for %d guests", len(locks), len(names))
	}
}

func testRun(isolated *Isolated, in CutsIn) Run {
	return Run{
		Name: "flock", Command: "flock", Network: DefaultGuestNetwork, Slot: DefaultNetwork.Slot(0), CutsIn: in,
		Gateway: Gateway{Interface: "vagga", Network: DefaultNetwork, Isolated: isolated,
			Tools: UsualTools()},
		Guests:   []Guest{{Name: "a", IP: netip.MustParseAddr("172.18.0.1")}, {Name: "b", IP: netip.MustParseAddr("172.18.0.2")}},
		Children: []Child{{Name: "a", Node: "a", Argv: []string{"true"}}},
		Program:  "/opt/vagganet",
	}
}

func script(t *testing.T, p plan.Plan) string {
	var b strings.Builder
	if err := plan.Script(&b, "", p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// An isolated run has no word of a gateway, and none that would load a module.
func TestIsolatedRun(t *testing.T) {
	for _, in := range []CutsIn{InBridge, InGuests} {
		text := script(t, testRun(&Isolated{RunDir: "/mnt", RunsDir: "/tmp/runs", OwnUser: true}, in).Plan())
		for _, word := range []string{"sudo", "modprobe", "physdev", "ch0", "172.18.192", "172.18.255", "MASQUERADE", "/run/vagganet", "nsenter --user"} {
			if strings.Contains(text, word) {
				t.Errorf("cuts in %s: %q in the script", in, word)
			}
		}
		for _, word := range []string{"unshare --user --map-root-user --net unshare", "mount -t tmpfs -o mode=0755 tmpfs /mnt\n", `"isolated": true`, `"slot": -1`} {
			if !strings.Contains(text, word) {
				t.Errorf("cuts in %s: no %q in the script", in, word)
			}
		}
	}
	if text := script(t, testRun(&Isolated{RunDir: "/mnt"}, InBridge).Plan()); strings.Contains(text, "--map-root-user") {
		t.Error("root needs not become root")
	}
}

// The chain for partitions is where the run says that it is, and only there.
func TestCutChain(t *testing.T) {
	for _, isolated := range []*Isolated{nil, {RunDir: "/mnt"}} {
		for in, want := range map[CutsIn][2]int{InBridge: {1, 0}, "": {1, 0}, InGuests: {0, 2}} {
			text := script(t, testRun(isolated, in).Plan())
			got := [2]int{strings.Count(text, "-A FORWARD -j VAGGA\n"), strings.Count(text, "-A INPUT -j VAGGA\n")}
			if got != want {
				t.Errorf("cuts in %q: %v chains in bridge and guests, want %v", in, got, want)
			}
		}
	}
}

// Who enters an isolated run keeps his groups: nobody may set them in there.
func TestEnterIsolated(t *testing.T) {
	l := inGuests([]string{"a"})
	l.UserNS = "/proc/1/ns/user"
	if enter := l.Enter("a", []string{"true"}).Place.Enter; slices.Contains(enter, "--preserve-credentials") {
		t.Errorf("%v", enter)
	}
	l.Isolated = true
	for _, s := range []plan.Step{l.Enter("a", []string{"true"}), l.Exec("a", Process{PID: 7}, nil, []string{"true"}), l.Exec(Bridge, Process{PID: 7}, nil, []string{"true"})} {
		if !slices.Contains(s.Place.Enter, "--preserve-credentials") {
			t.Errorf("%v", s.Place.Enter)
		}
	}
	l.UserNS = ""
	if enter := l.Enter("a", []string{"true"}).Place.Enter; len(enter) != 2 {
		t.Errorf("from inside: %v", enter)
	}
}
