package live

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"vagganet/netcmd/addresses"
	"vagganet/netcmd/firewall"
	"vagganet/netcmd/links"
	"vagganet/netcmd/links/linkstest"
)

func uplinkInput(l Run, c links.Cuts, rules string) []string {
	p := l.CutUplinks(c, Observed{packets: firewall.Read(rules)})
	return strings.Split(strings.TrimSpace(p[0].Stdin), "\n")
}

// Whichever uplinks are cut, and how, the rules do that and nothing else, for
// what guests send by whatever address and for what is sent to theirs; and are
// read back as that.
func TestUplinkRulesAreTheCuts(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 0))
	for range 2000 {
		l := inBridge(linkstest.Numbered(1 + r.IntN(7)))
		l.Slot = 7
		c := linkstest.Any(r, l.Names())
		c = c.Only(func(links.State) bool { return false })
		input := uplinkInput(l, c, "")
		listed := ""
		for _, line := range input {
			if strings.HasPrefix(line, "-A") {
				listed += strings.ReplaceAll(line, " -i ch7c", "/32 -i ch7c") + "\n"
			}
		}
		listed = strings.ReplaceAll(listed, "-A VAGGA-UPLINK/32", "-A VAGGA-UPLINK")
		if got := l.observed(nil, firewall.Read(listed), false).Cuts; !linkstest.Same(got, c) {
			t.Fatalf("%v became %v\n%s", c.Uplinks(), got.Uplinks(), strings.Join(input, "\n"))
		}
		if err := followUplinks(l, c, input); err != nil {
			t.Fatalf("%v\n%s", err, strings.Join(input, "\n"))
		}
		if line := declaredBefore(input, "FORWARD"); line != "" {
			t.Fatalf("%q is about a chain that is not there", line)
		}
	}
}

func followUplinks(l Run, c links.Cuts, input []string) error {
	chains := chainsOf(input)
	guests := l.byName()
	for i, name := range c.Guests {
		own := guests[name].IP
		out := packet{in: addresses.BridgeDevice, out: "ch7c", mac: addresses.MAC(own), src: "172.18.0.250", dst: "192.0.2.1"}
		in := packet{in: "ch7c", out: addresses.BridgeDevice, mac: "02:00:00:00:00:09", src: "192.0.2.1", dst: own.String()}
		for _, p := range []packet{out, in} {
			if got, want := p.fates(chains, "FORWARD"), due(c.Uplink(i).How); got != want {
				return fmt.Errorf("%s: %+v: %s, want %s", name, p, got, want)
			}
		}
		bridged := packet{in: addresses.BridgeDevice, out: addresses.BridgeDevice, portIn: addresses.BridgePort(name), portOut: "g-x", mac: addresses.MAC(own), src: own.String()}
		if got := bridged.fates(chains, "FORWARD"); got != due(links.Up) {
			return fmt.Errorf("%s to a guest: %s", name, got)
		}
	}
	return nil
}

// The rule that leads to the chain is made once.
func TestUplinkHook(t *testing.T) {
	l := inBridge([]string{"a", "b"})
	c, err := links.FullMesh(l.Names()).WithUplinks([]string{"a"}, links.State{How: links.Drop})
	if err != nil {
		t.Fatal(err)
	}
	for rules, want := range map[string]int{"-A FORWARD -j VAGGA\n": 1, "-A FORWARD -j VAGGA\n-A FORWARD -j VAGGA-UPLINK\n": 0} {
		input := uplinkInput(l, c, rules)
		if got := strings.Count(strings.Join(input, "\n"), "-A FORWARD"); got != want || input[len(input)-1] != "COMMIT" {
			t.Errorf("%q: %v", rules, input)
		}
	}
	// Without it, the chain has no effect, and nothing is cut.
	if got := l.observed(nil, firewall.Read("-A VAGGA-UPLINK -i ch0c -o children -j DROP\n"), true).Cuts; len(got.Uplinks()) > 0 {
		t.Errorf("got %v", got.Uplinks())
	}
}

// However many uplinks are cut, it is one transaction.
func TestManyUplinks(t *testing.T) {
	l := inBridge(linkstest.Numbered(253))
	for n, most := range map[int]int{1: 6, 126: 256, 200: 112, 253: 6} {
		c, err := links.FullMesh(l.Names()).WithUplinks(l.Names()[:n], links.State{How: links.Drop})
		if err != nil {
			t.Fatal(err)
		}
		if input := uplinkInput(l, c, ""); len(input) > most || !firewall.Fits(input) {
			t.Errorf("%d of 253: %d lines", n, len(input))
		}
	}
}

func TestUplinks(t *testing.T) {
	c, err := links.FullMesh([]string{"b", "a"}).WithUplinks([]string{"b"}, links.State{How: links.Reject})
	if want := []links.Uplink{{Guest: "b", State: links.State{How: links.Reject}}}; err != nil || !slices.Equal(c.Uplinks(), want) {
		t.Errorf("got %v: %v", c.Uplinks(), err)
	}
	if _, err := c.WithUplinks([]string{"x"}, links.State{}); err == nil {
		t.Error("x is no guest")
	}
	if uplinks := links.FullMesh(nil).Uplinks(); uplinks == nil || len(uplinks) > 0 {
		t.Errorf("got %v", uplinks)
	}
}

// Healing takes uplinks back, whatever cuts links; an isolated run has none.
func TestHealUplinks(t *testing.T) {
	for _, l := range []Run{inBridge([]string{"a", "b"}), byFrames([]string{"a", "b"})} {
		for _, isolated := range []bool{false, true} {
			l.Isolated = isolated
			text := ""
			for _, s := range l.Heal() {
				text += s.Place.Name + ": " + s.Stdin
			}
			if got := strings.Contains(text, "bridge: *filter") && strings.Contains(text, ":VAGGA-UPLINK - [0:0]\n"); got == isolated {
				t.Errorf("isolated %v:\n%s", isolated, text)
			}
		}
	}
}
