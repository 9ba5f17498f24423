package kinds

import (
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/urfave/cli/v2"

	"vagganet/commands/cmdline"
	"vagganet/commands/events"
	"vagganet/commands/faults"
	"vagganet/commands/messages"
	"vagganet/netcmd/links"
)

// wholeKernel is a kernel that lacks no module.
func wholeKernel(string) bool { return false }

// changeOf reads a command line for some guests.
func changeOf(line string, guests ...string) (change faults.Change, err error) {
	read := func(k Kind) *cli.Command {
		return k.Command(func(c *cli.Context) error {
			forGuests, err := k.Change(c)
			if err == nil {
				change, err = forGuests(Nodes{Guests: guests, InRole: func(role string) ([]string, error) {
					return guests[1:2], CheckRole(role, map[string]string{"leader": "x"})
				}})
			}
			return err
		})
	}
	app := &cli.App{Commands: []*cli.Command{read(Shape(wholeKernel))}, ExitErrHandler: func(*cli.Context, error) {}, Writer: io.Discard}
	for _, k := range slices.Concat(All(), ForNodes()) {
		app.Commands = append(app.Commands, read(k))
	}
	called, err := cmdline.Arrange(app, append([]string{"vagganet"}, strings.Fields(line)...))
	if err == nil {
		err = app.Run(called.Args)
	}
	return change, err
}

// What a command line says of links is which links it names, what becomes of all others,
// and for how long.
func TestChanges(t *testing.T) {
	for line, want := range map[string]string{
		"fullmesh":                         "[cut uplinks shapes] [] [] []",
		"isolate a":                        "[cut] [{a [b c] drop} {b [a] drop} {c [a] drop}] [] []",
		"isolate a --one-way --how new":    "[cut] [{a [b c] new}] [] []",
		"disjoint a -- b c --how reject":   "",
		"disjoint --how reject a -- b c":   "[cut] [{a [b c] reject} {b [a] reject} {c [a] reject}] [] []",
		"split a b -- b c":                 "[cut] [{a [c] drop} {c [a] drop}] [] []",
		"halves":                           "[cut] [{a [b c] drop} {b [a] drop} {c [a] drop}] [] []",
		"cut a:b b:c --how reject":         "[] [{a [b] reject} {b [c] reject}] [] []",
		"cut a,b:all":                      "[] [{a [b c] drop} {b [a c] drop}] [] []",
		"heal c:a":                         "[] [{c [a] }] [] []",
		"uplink off b":                     "[] [] [{b [] drop}] []",
		"uplink on":                        "[] [] [{a [] } {b [] } {c [] }] []",
		"shape a:b --loss 20% --delay 5ms": "[] [] [] [{a [b] delay 5ms loss 20%}]",
		"shape a:b --clear":                "[] [] [] [{a [b] }]",
		"isolate x":                        "",
		"cut a:x":                          "",
		"uplink off x":                     "",
		"uplink on --for 2s":               "",
		"isolate a -- b":                   "",
	} {
		c, err := changeOf(line, "a", "b", "c")
		got := fmt.Sprint(c.Replaces, c.Cut, c.Uplinks, c.Shapes)
		if (err != nil) != (want == "") || err == nil && got != want {
			t.Errorf("%s: got %s, want %s: %v", line, got, want, err)
		}
	}
}

// A set stands for its nodes, wherever a node is named. The stub of changeOf has the second
// guest as the one leader.
func TestSets(t *testing.T) {
	for line, want := range map[string]string{
		"isolate @leader":               "isolate @leader | b | a c | [{a [b] drop} {b [a c] drop} {c [b] drop}] [] [] []",
		"isolate @leader,a":             "isolate @leader,a | a | b | c | [{a [b c] drop} {b [a c] drop} {c [a b] drop}] [] [] []",
		"kill a,b":                      "kill a,b |  | [] [] [] [{a [] down} {b [] down}]",
		"isolate a,b":                   "",
		"split a,b c":                   "",
		"split @leader a -- c":          "split @leader a -- c | c | a b | [{a [c] drop} {b [c] drop} {c [a b] drop}] [] [] []",
		"cut @leader:a,c a:@leader":     "cut @leader:a,c a:@leader | b:a,c a:b | [{b [a c] drop} {a [b] drop}] [] [] []",
		"uplink off @leader":            "uplink off @leader | b | [] [{b [] drop}] [] []",
		"shape @leader:all --loss 1%":   "shape @leader:all loss 1% | b:all | [] [] [{b [a c] loss 1%}] []",
		"kill @leader c":                "kill @leader c | b c | [] [] [] [{b [] down} {c [] down}]",
		"kill b a a":                    "kill b a a |  | [] [] [] [{a [] down} {b [] down}]",
		"kill --signal 15 a":            "kill --signal 15 a |  | [] [] [] [{a [] down}]",
		"kill --signal sighup a":        "kill --signal sighup a |  | [] [] [] [{a [] }]",
		"pause all":                     "pause all |  | [] [] [] [{a [] paused} {b [] paused} {c [] paused}]",
		"pause @all":                    "pause @all | a b c | [] [] [] [{a [] paused} {b [] paused} {c [] paused}]",
		"resume @leader":                "resume @leader | b | [] [] [] [{b [] }]",
		"start a":                       "start a |  | [] [] [] [{a [] }]",
		"kill @majority --seed 4":       "kill @majority --seed 4 | a c | [] [] [] [{a [] down} {c [] down}]",
		"isolate @minority --seed 4":    "isolate @minority --seed 4 | c | a b | [{a [c] drop} {b [c] drop} {c [a b] drop}] [] [] []",
		"cut @leader:b @leader:c":       "cut @leader:b @leader:c | b:c | [{b [c] drop}] [] [] []",
		"isolate @king":                 "",
		"kill @minority-third --seed 1": "", // of three nodes, that is none
		"kill":                          "",
		"kill a -- b":                   "",
		"kill x":                        "",
		"kill --signal STOP a":          "",
		"kill --signal HUP --for 1s a":  "",
		"kill --signal 99 a":            "",
		"pause --for 1us a":             "",
		"disjoint @leader -- @leader a": "",
		"cut @leader:b":                 "",
	} {
		c, err := changeOf(line, "a", "b", "c")
		got := fmt.Sprint(c.What, " | ", c.Whom, " | ", c.Cut, c.Uplinks, c.Shapes, c.Nodes)
		if (err != nil) != (want == "") || err == nil && got != want {
			t.Errorf("%s: got %s, want %s: %v", line, got, want, err)
		}
	}
	for line, draws := range map[string]bool{"isolate @any": true, "cut all:@minority": true, "isolate @leader": false, "kill @all": false} {
		if c, err := changeOf(line, "a", "b", "c"); err != nil || strings.Contains(c.What, "--seed") != draws {
			t.Errorf("%s: %s, %v", line, c.What, err)
		}
	}
}

// A link between two sets that are drawn is one, whatever the seed, and so is what sets of
// several nodes have in common.
func TestLinksBetweenDrawnSets(t *testing.T) {
	for _, line := range []string{"cut @any:@any", "cut @any:@minority", "cut @majority:@majority", "cut @minority,a:@any"} {
		for seed := range 60 {
			c, err := changeOf(fmt.Sprintf("%s --seed %d", line, seed), "a", "b", "c")
			if err != nil || len(c.Cut) == 0 {
				t.Errorf("%s --seed %d: %v, %v", line, seed, c.Cut, err)
			}
		}
	}
	if _, err := changeOf("cut @any:@any", "a"); err == nil {
		t.Error("the only node has a link to itself")
	}
}

// A change is, for the run, what it is for the command: what the words were, who was
// drawn, and when it ends. After its heal, all that it has named works.
func TestChangesAreSentAndHealed(t *testing.T) {
	dir, guests := t.TempDir(), []string{"a", "b", "c", "d"}
	received, err := messages.Listen(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"isolate --for 2s a", "random-halves --seed 7 --for 1m0s", "majorities-ring --seed 3", "cut --how new a:b c,d:all",
		"uplink off --for 1s a", "shape --for 1s --loss 20% a:b"} {
		change, err := changeOf(line, guests...)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		conn, err := messages.Dial(dir)
		if err != nil {
			t.Fatal(err)
		}
		go conn.Send(messages.Message{About: &change})
		m := <-received
		m.Answer <- messages.Reply{}
		sent := change
		sent.Shape, sent.Lines = links.Shape{}, nil // for the command alone
		if !reflect.DeepEqual(*m.About, sent) {
			t.Errorf("%s: sent %+v, received %+v", line, sent, *m.About)
		}
		made, err := change.Apply(links.NoFaults(guests))
		if err != nil || linksOf(made) == 0 {
			t.Fatalf("%s: %d links are cut or shaped: %v", line, linksOf(made), err)
		}
		healed, err := faults.Heal(m.About.State).Apply(made)
		if err != nil || linksOf(healed) != 0 {
			t.Errorf("%s: %d links stay cut or shaped: %v", line, linksOf(healed), err)
		}
		conn.Close()
	}
}

func linksOf(f links.Faults) int {
	return len(f.Cuts.Links()) + len(f.Cuts.Uplinks()) + len(f.Shapes.Links())
}

// What a person is told of a change has what was drawn, and can be typed again.
func TestChangeWords(t *testing.T) {
	c, err := changeOf("random-node --how reject --for 2s", "a", "b", "c")
	words, seed, found := strings.Cut(c.What, " --seed ")
	if err != nil || !found || words != "random-node --how reject" || c.For != 2*time.Second || c.By != faults.ByCommand {
		t.Fatalf("%+v: %v", c, err)
	}
	again, err := changeOf(c.What, "a", "b", "c")
	if err != nil || !reflect.DeepEqual(again.State, c.State) || again.Whom != c.Whom || c.Lines[0] != "seed "+seed {
		t.Errorf("%+v is not %+v: %v", again, c, err)
	}
	if c.Asked > events.Clock() {
		t.Error("it was asked later")
	}
}
