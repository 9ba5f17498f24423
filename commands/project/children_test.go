package project

import (
	"strings"
	"testing"

	"vagganet/commands/config"
	"vagganet/netcmd"
	"vagganet/netcmd/addresses"
)

// Who shares a guest's network is no guest, and starts behind all of them.
func TestSharingChildren(t *testing.T) {
	file, err := config.Parse("vagga.yaml", []byte("commands: {c: !Supervise {children: {"+
		"agent: !Command {run: x, node: web}, bridged: !BridgeCommand {run: x}, db: !Command {run: x, network: {}}, "+
		"out: !Command {run: x}, web: !Command {run: x, network: {}}}}}"), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	run := netcmd.Run{Network: addresses.DefaultGuestNetwork}
	command := file.Commands["c"]
	all, _ := Choose(command, nil, nil)
	if err := AddChildren(nil, &run, command, all, file); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range run.Children {
		got = append(got, c.Name+":"+c.Node)
	}
	if want := "out: db:db web:web agent:web bridged:bridge"; strings.Join(got, " ") != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if len(run.Guests) != 2 {
		t.Errorf("guests are %+v", run.Guests)
	}
}
