package kinds

import (
	"fmt"
	"io"
	"reflect"
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
	for _, k := range All() {
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
