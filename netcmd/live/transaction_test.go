package live

import (
	"strings"
	"testing"

	"vagganet/netcmd/firewall"
	"vagganet/netcmd/links"
	"vagganet/netcmd/links/linkstest"
)

// kernel is what iptables-restore --noflush makes of inputs: it has the chains,
// and calls committed after each transaction.
type kernel struct{ chains map[string][]string }

func (k kernel) restore(t *testing.T, input []string, committed func()) {
	t.Helper()
	var open []string
	for _, line := range input {
		switch name, _, _ := strings.Cut(strings.TrimPrefix(line, ":"), " "); {
		case line == "*filter":
			open = []string{line}
		case line == "COMMIT":
			open = append(open, line)
			if !firewall.Fits(open) {
				t.Errorf("a transaction of %d lines is too much", len(open))
			}
			committed()
		case line[0] == ':':
			k.chains[name] = nil
			open = append(open, line)
		default:
			chain, rule, _ := strings.Cut(strings.TrimPrefix(line, "-A "), " ")
			words := strings.Fields(line)
			target := firewall.OptionValue(words, "-j") + firewall.OptionValue(words, "-g")
			_, there := k.chains[chain]
			_, leads := k.chains[target]
			if !there || !leads && strings.HasPrefix(target, "VAGGA") {
				t.Fatalf("%q is about a chain that is not there", line)
			}
			k.chains[chain] = append(k.chains[chain], rule)
			open = append(open, line)
		}
	}
}

func (k kernel) list() string {
	var b strings.Builder
	for chain, rules := range k.chains {
		for _, rule := range rules {
			b.WriteString("-A " + chain + " " + rule + "\n")
		}
	}
	return b.String()
}

// Cuts that are too much for one transaction are filled in behind the scenes: at
// every moment there are either the old ones or the new ones. What is left of
// the old ones goes in the end.
func TestManyRules(t *testing.T) {
	for _, in := range []firewall.Table{firewall.Packets, firewall.Frames} {
		testManyRules(t, in)
	}
}

func testManyRules(t *testing.T, in firewall.Table) {
	l := inBridge(linkstest.Numbered(120))
	if in == firewall.Frames {
		l = byFrames(linkstest.Numbered(120))
	}
	ring := func(seed uint64) links.Cuts { return links.Named[5].Build(l.Names(), seed) }
	halves := links.Named[0].Build(l.Names(), 0)
	k := kernel{map[string][]string{}}
	old := links.FullMesh(l.Names())
	for step, c := range []links.Cuts{ring(1), ring(2), ring(3).By(links.Reject), halves, ring(4), halves} {
		if in == firewall.Frames {
			c = c.By(links.Drop)
		}
		now := k.list()
		input := l.replaceLinks(in, c, firewall.Read(now))
		moments := map[string]int{}
		k.restore(t, input, func() {
			got := links.FullMesh(l.Names())
			firewall.Read(k.list()).ReadLinks(in, got)
			switch {
			case linkstest.Same(got, c):
				moments["new"]++
			case linkstest.Same(got, old) && moments["new"] == 0:
				moments["old"]++
			default:
				moments["neither"]++
			}
		})
		many := l.NeedsRules(c)
		if moments["neither"] > 0 || moments["new"] == 0 || many != (moments["old"] > 0) {
			t.Errorf("step %d: %v, many rules: %v", step, moments, many)
		}
		if rules, most := strings.Count(k.list(), "\n"), 120*61+300; rules > most || !many && rules > 300 {
			t.Errorf("step %d: %d rules are there", step, rules)
		}
		old = c
	}
}

// The rules are the cuts by that way in, too.
func TestOtherTop(t *testing.T) {
	linkstest.Every(3, func(c links.Cuts) {
		for _, top := range firewall.Tops {
			for _, in := range []firewall.Table{firewall.Packets, firewall.Frames} {
				input := append(in.Transaction(in.LinkChains(c, top)), "-A VAGGA -j "+top)
				if err := follow(in, c, input); err != nil {
					t.Fatal(err)
				}
				if got := readBack(in, c.Guests, input); !linkstest.Same(got, c) {
					t.Fatalf("%s became %s", linkstest.Matrix(c), linkstest.Matrix(got))
				}
			}
		}
	})
}

// The legacy kind takes all of them in one.
func TestManyLegacyRules(t *testing.T) {
	l := inBridge(linkstest.Numbered(253))
	l.Legacy = true
	c := links.Named[5].Build(l.Names(), 1)
	if got := strings.Count(strings.Join(l.replaceLinks(firewall.Packets, c, nil), "\n"), "COMMIT"); got != 1 || l.NeedsRules(c) {
		t.Errorf("%d transactions", got)
	}
}
