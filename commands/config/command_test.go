package config

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"vagganet/netcmd/plan"
)

func supervise(lines string) string {
	return "commands:\n  c: !Supervise\n" + lines + "    children: {a: !Command {run: x}}\n"
}

func TestMode(t *testing.T) {
	for name, want := range map[string]Mode{"stop-on-failure": plan.StopOnFailure, "wait-all": plan.WaitAll,
		"wait-all-successful": plan.WaitAllSuccessful, "wait_all": plan.WaitAll, "restart": plan.Restart, "timeline": plan.Timeline} {
		if got := mustParse(t, supervise("    mode: "+name+"\n")).Commands["c"].Mode; got != want {
			t.Errorf("mode %s is read as %v", name, got)
		}
	}
	if got := mustParse(t, supervise("")).Commands["c"].Mode; got != plan.StopOnFailure {
		t.Errorf("the default mode is %v", got)
	}
}

func TestKillUnresponsiveAfter(t *testing.T) {
	for text, want := range map[string]time.Duration{"1": time.Second, "86400": 24 * time.Hour, "1_0": 10 * time.Second} {
		f := mustParse(t, supervise("    kill-unresponsive-after: "+text+"\n"))
		if got := f.Commands["c"].KillUnresponsiveAfter; got != want {
			t.Errorf("%s is read as %v", text, got)
		}
	}
	if got := mustParse(t, supervise("")).Commands["c"].KillUnresponsiveAfter; got != 2*time.Second {
		t.Errorf("the default is %v", got)
	}
}

func TestMTU(t *testing.T) {
	for text, want := range map[string]int{"68": 68, "1500": 1500, "9_000": 9000, "9k": 9000, "65535": 65535} {
		if got := mustParse(t, supervise("    mtu: "+text+"\n")).Commands["c"].MTU; got != want {
			t.Errorf("%s is read as %d", text, got)
		}
	}
	if got := mustParse(t, supervise("")).Commands["c"].MTU; got != 0 {
		t.Errorf("the default is %d", got)
	}
}

func TestChildrenSorted(t *testing.T) {
	f := mustParse(t, "commands: {c: !Supervise {children: {b: !Command {run: x}, B: !Command {run: x}, a: !Command {run: x}}}}")
	var got []string
	for _, c := range f.Commands["c"].Children {
		got = append(got, c.Name)
	}
	if want := []string{"B", "a", "b"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestCommandWrong(t *testing.T) {
	kill := func(v, q string) wrong {
		return wrong{"kill " + v, supervise("    kill-unresponsive-after: " + v + "\n"), "3: kill-unresponsive-after " +
			q + ` of command "c" must be a number of seconds from 1 to 86400`, ""}
	}
	mtu := func(v string) wrong {
		return wrong{"mtu " + v, supervise("    mtu: " + v + "\n"), "3: mtu " + quote(v) +
			` of command "c" must be a number of bytes from 68 to 65535`, ""}
	}
	checkWrong(t, []wrong{
		mtu("67"), mtu("65536"), mtu("0"), mtu("-1"), mtu("1500.5"), mtu("jumbo"), mtu("01500"), mtu("64Ki"), mtu("99999999999999999999"),
		{"mtu list", supervise("    mtu: [1500]\n"), `3: mtu of command "c" must be a text, not a list`, ""},
		{"mtu of a child", childWith("run: x", "mtu: 9000"), `6: child "a" has an unknown key "mtu"`,
			"it may have after, container, environ, external-user-id, group-id, network, node, ready, replicas, restart, run, tags, user-id, volumes, work-dir"},
		{"mtu of a single", "commands:\n  c: !Command {mtu: 9000}\n", `2: command "c" has an unknown key "mtu"`,
			"it may have container, description, environ, run, user-id, volumes, work-dir"},
		kill("0", `"0"`), kill("86401", `"86401"`), kill("-1", `"-1"`), kill("2.5", `"2.5"`), kill("soon", `"soon"`),
		kill("010", `"010"`), kill("99999999999999999999", `"99999999999999999999"`), kill("9223372036854775807k", `"9223372036854775807k"`),
		{"ipv6", supervise("    ipv6: maybe\n"),
			`3: ipv6 of command "c" is "maybe", but must be true or false`, ""},
		{"mode", supervise("    mode: wait\n"),
			`3: command "c" has the unknown mode "wait"; use one of stop-on-failure, wait-all-successful, wait-all, restart, timeline`, ""},
		{"mode list", supervise("    mode: [a]\n"), `3: mode of command "c" must be a text, not a list`, ""},
		{"kill list", supervise("    kill-unresponsive-after: []\n"),
			`3: kill-unresponsive-after of command "c" must be a text, not a list`, ""},
		{"description", supervise("    description: {}\n"), `3: the description of command "c" must be a text, not a mapping`, ""},
		{"no tag", "commands:\n  c: {children: {}}\n", `2: command "c" has no tag; write !Supervise in front of it`, ""},
		{"null", "commands:\n  c:\n", `2: command "c" has no tag; write !Supervise in front of it`, ""},
		{"unknown tag", "commands:\n  c: !supervise {}\n", `2: command "c" has the unknown tag "!supervise"`,
			`did you mean "!Supervise"?`},
		{"far tag", "commands:\n  c: !Zzzzzzzzzz {}\n", `2: command "c" has the unknown tag "!Zzzzzzzzzz"`,
			"the tags are !CapsuleCommand, !Command, !Supervise"},
		{"include", "commands:\n  c: !*Include x\n", `2: command "c" can't be included from another file; copy it here`, ""},
		{"scalar", "commands:\n  c: !Supervise x\n", `2: command "c" must be a mapping, not "x"`, ""},
		{"no children", "commands:\n  c: !Supervise\n", `2: command "c" has no children; add at least one`, ""},
		{"empty children", "commands:\n  c: !Supervise {children: {}}\n", `2: command "c" has no children; add at least one`, ""},
		{"children list", "commands:\n  c: !Supervise {children: [a]}\n",
			`2: children of command "c" must be a mapping, not a list`, ""},
		{"children tag", "commands:\n  c: !Supervise {children: !Command {}}\n",
			`2: children of command "c" can't have the tag "!Command"; remove the tag`, ""},
		{"twice", "commands:\n  c: !Command {}\n  c: !Command {}\n",
			`3: commands has "c" twice, here and in line 2; remove one`, ""},
		{"unknown key", supervise("    chidren: {}\n"), `3: command "c" has an unknown key "chidren"`, `did you mean "children"?`},
		{"key of another kind", supervise("    network: {}\n"), `3: command "c" has an unknown key "network"`,
			"it may have children, description, faults, ipv6, kill-unresponsive-after, mode, mtu, roles"},
		{"single's key", "commands:\n  c: !Command {chidren: {}}\n", `2: command "c" has an unknown key "chidren"`,
			"it may have container, description, environ, run, user-id, volumes, work-dir"},
		{"capsule's key", "commands:\n  c: !CapsuleCommand {volume: {}}\n", `2: command "c" has an unknown key "volume"`,
			"it may have description, environ, run, work-dir"},
		{"name", "commands:\n  'a b': !Command {}\n", `2: command name "a b" can't be used; ` + nameRule, ""},
	})
}

func TestDescription(t *testing.T) {
	f := mustParse(t, "commands: {a: !Command {description: d}, b: !Command {description: }, c: !CapsuleCommand {description: 1}}")
	got := []string{f.Commands["a"].Description, f.Commands["b"].Description, f.Commands["c"].Description}
	if strings.Join(got, ",") != "d,,1" {
		t.Errorf("got %q", got)
	}
}
