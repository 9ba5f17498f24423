package commands

import (
	"os"
	"strings"
	"testing"

	"vagganet/commands/checks"
	"vagganet/commands/project"
	"vagganet/commands/runstate"
	"vagganet/netcmd"
	"vagganet/netcmd/gateway"
)

// quiet keeps what the program prints out of the test's output.
func quiet(t *testing.T) {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	stdout, stderr := os.Stdout, os.Stderr
	os.Stdout, os.Stderr = null, null
	t.Cleanup(func() {
		os.Stdout, os.Stderr = stdout, stderr
		null.Close()
	})
}

func TestChoose(t *testing.T) {
	run := func(name string) runstate.Run { return runstate.Run{Name: name, Info: &netcmd.Info{Run: name}} }
	a, b, new := run("a"), run("b"), runstate.Run{Name: "new"}
	for _, c := range []struct {
		runs   []runstate.Run
		wanted string
		want   string // or the error
	}{
		{[]runstate.Run{a}, "", "a"},
		{[]runstate.Run{a, b}, "b", "b"},
		{[]runstate.Run{a, new}, "a", "a"},
		{nil, "", "no run is up on gateway vagga"},
		{nil, "a", "no run is up on gateway vagga"},
		{[]runstate.Run{a, b}, "", "there is more than one run: a, b"},
		{[]runstate.Run{a, b}, "c", `no run is called "c"`},
		{[]runstate.Run{new}, "", "run new is still being set up: try again in a moment"},
		{[]runstate.Run{a, new}, "new", "run new is still being set up: try again in a moment"},
	} {
		got, err := checks.ChooseRun(gateway.Gateway{Interface: "vagga"}, c.runs, c.wanted)
		if err != nil && err.Error() != c.want || err == nil && got.Name != c.want {
			t.Errorf("%q of %v: %s, %v", c.wanted, c.runs, got.Name, err)
		}
	}
}

func TestGuestCommand(t *testing.T) {
	command, err := project.GuestCommand([]string{"a=x=y z", "b= "})
	if err != nil || len(command.Children) != 2 {
		t.Fatalf("got %v: %v", command, err)
	}
	if a := command.Children[0]; a.Name != "a" || strings.Join(a.Run, "|") != "/bin/sh|-c|x=y z" || a.Network == nil {
		t.Errorf("got %+v", a)
	}
	for _, wrong := range []string{"a", "a=", "=x", "bridge=x", "children=x", "lo=x", "-a=x", "a b=x", "a/b=x", ".=x", "é=x", "$(id)=x"} {
		if _, err := project.GuestCommand([]string{wrong}); err == nil {
			t.Errorf("%q passes", wrong)
		}
	}
	if _, err := project.GuestCommand([]string{"a=x", "a=y"}); err == nil || err.Error() != "--guest names a twice" {
		t.Errorf("got %v", err)
	}
}
