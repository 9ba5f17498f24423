package config

import (
	"reflect"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	for text, want := range map[string][]string{
		"run: a b":             {"/bin/sh", "-c", "a b"},
		"run: 5":               {"/bin/sh", "-c", "5"},
		`run: [a, "", 1, yes]`: {"a", "", "1", "yes"},
		"run: [!!str 1.0]":     {"1.0"},
		`run: ["a b", ~x]`:     {"a b", "~x"},
	} {
		if got := onlyChild(t, text).Run; !reflect.DeepEqual(got, want) {
			t.Errorf("%s is read as %q, want %q", text, got, want)
		}
	}
}

func TestEnviron(t *testing.T) {
	got := onlyChild(t, "run: a", `environ: {A: 1, zZ09: z, _b: yes, C2: "", D: 0x1F, E: 1.50, F: !!str , a.b-é: x, 9A: c}`).Environ
	want := map[string]string{"A": "1", "zZ09": "z", "_b": "yes", "C2": "", "D": "0x1F", "E": "1.50", "F": "", "a.b-é": "x", "9A": "c"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := onlyChild(t, "run: a", "environ:").Environ; got == nil || len(got) > 0 {
		t.Errorf("got %#v", got)
	}
}

func TestUserID(t *testing.T) {
	for text, want := range map[string]int{"0": 0, "1000": 1000, "1073741824": 1 << 30, "1k": 1000} {
		if got := onlyChild(t, "run: a", "user-id: "+text); got.UserID != want || got.GroupID != 0 {
			t.Errorf("%s is read as %d:%d", text, got.UserID, got.GroupID)
		}
		if got := onlyChild(t, "run: a", "group-id: "+text); got.GroupID != want || got.UserID != 0 {
			t.Errorf("%s is read as %d:%d", text, got.UserID, got.GroupID)
		}
	}
}

func TestExternalUserID(t *testing.T) {
	for text, want := range map[string]bool{"0": true, `"0"`: true, "1000": false} {
		f := mustParse(t, childWith("run: a", "user-id: 1", "external-user-id: "+text))
		if got := f.Commands["c"].Children[0].External0; got != want || (len(f.Ignored) == 0) != want {
			t.Errorf("%s is read as %v, and passed over are %v", text, got, f.Ignored)
		}
	}
}

func TestChildVolumes(t *testing.T) {
	got := onlyChild(t, "run: a", "volumes: {/x: !BindRO y}").Volumes
	want := []Volume{{Path: "/x", Kind: BindRO, Source: "proj/y", Line: 6}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestChildWrong(t *testing.T) {
	const inChild = `in network of child "a"`
	child := func(name, line, want string) wrong { return wrong{name, childWith(line), "5: " + want, ""} }
	after := func(name, line, want string) wrong { return wrong{name, childWith("run: x", line), "6: " + want, ""} }
	tests := []wrong{
		{"no run", childWith("user-id: 1"), `4: child "a" has nothing to run; add run: with a shell line or a list of words`, ""},
		{"nothing at all", childWith(""), `4: child "a" has nothing to run; add run: with a shell line or a list of words`, ""},
		child("run null", "run:", `run of child "a" must be a text, not nothing`),
		child("run empty", "run: ''", `run of child "a" is empty; give it a shell line or a list of words`),
		child("run blank", "run: ' '", `run of child "a" is empty; give it a shell line or a list of words`),
		child("run mapping", "run: {a: b}", `run of child "a" must be a text, not a mapping`),
		child("run empty list", "run: []", `run of child "a" names no program; put one first in the list`),
		child("run no program", "run: ['', a]", `run of child "a" names no program; put one first in the list`),
		child("run list of lists", "run: [a, [b]]", `an item of run of child "a" must be a text, not a list`),
		child("run list null", "run: [a, ~]", `an item of run of child "a" must be a text, not nothing`),
		child("run tag", "run: !Sh x", `run of child "a" can't have the tag "!Sh"; remove the tag`),
		child("run list tag", "run: !Sh [x]", `run of child "a" can't have the tag "!Sh"; remove the tag`),
		child("run unpack", "run: [a, !*Unpack [[b]]]", `an item of run of child "a" can't have the tag "!*Unpack"; remove the tag`),
		{"script", childWith("script: x"), `5: child "a" has an unknown key "script"`,
			"it may have after, container, environ, external-user-id, group-id, network, node, ready, replicas, restart, run, tags, user-id, volumes, work-dir"},
		{"unknown key", childWith("netwerk: {}"), `5: child "a" has an unknown key "netwerk"`, `did you mean "network"?`},
		{"top level key", childWith("options: x"), `5: child "a" has an unknown key "options"`,
			"it may have after, container, environ, external-user-id, group-id, network, node, ready, replicas, restart, run, tags, user-id, volumes, work-dir"},
		after("container", "container: ''", `container of child "a" is empty; remove it or fill it in`),
		after("work-dir", "work-dir: {}", `work-dir of child "a" must be a text, not a mapping`),
		after("tags", "tags: web", `tags of child "a" must be a list, not "web"`),
		after("empty tag", "tags: ['']", `tags of child "a" has an empty one; remove it`),
		after("user", "user-id: root", `user-id "root" of child "a" must be a number from 0 to 1073741824`),
		after("user below", "user-id: -1", `user-id "-1" of child "a" must be a number from 0 to 1073741824`),
		after("user above", "user-id: 1073741825", `user-id "1073741825" of child "a" must be a number from 0 to 1073741824`),
		after("external", "external-user-id: me", `external-user-id "me" of child "a" must be a number from 0 to 1073741824`),
		after("group", "group-id: root", `group-id "root" of child "a" must be a number from 0 to 1073741824`),
		after("group above", "group-id: 1073741825", `group-id "1073741825" of child "a" must be a number from 0 to 1073741824`),
		after("user list", "user-id: []", `user-id of child "a" must be a text, not a list`),
		after("environ list", "environ: [A=b]", "environ must be a mapping, not a list"),
		after("environ tag", "environ: !Env {}", `environ can't have the tag "!Env"; remove the tag`),
		after("variable equals", "environ: {A=B: c}", `variable name "A=B" can't be used; its value would begin at the =`),
		after("variable empty", "environ: {'': c}", "a variable has an empty name; remove it or name it"),
		after("variable null", "environ: {A: }", `variable A has no value; write "" for an empty one`),
		after("variable list", "environ: {A: [b]}", "variable A must be a text, not a list"),
		after("variable twice", "environ: {A: b, A: c}", `environ has "A" twice, here and in line 6; remove one`),
		after("network null", "network:", `network of child "a" is left empty; write {} for a guest with a free address, `+
			"or remove it for a child in your own network"),
		after("network text", "network: x", `network of child "a" must be a mapping, not "x"`),
		after("network tag", "network: !X {}", `network of child "a" can't have the tag "!X"; remove the tag`),
		after("ip", "network: {ip: 172.18.0.256}", `ip "172.18.0.256" `+inChild+` must be an IPv4 address, 172.18.0.1 for example`),
		after("ip 6", "network: {ip: 'fd00::1'}", `ip "fd00::1" `+inChild+` must be an IPv4 address, 172.18.0.1 for example`),
		after("ip 4 in 6", "network: {ip: '::ffff:1.2.3.4'}", `ip "::ffff:1.2.3.4" `+inChild+` must be an IPv4 address, 172.18.0.1 for example`),
		after("ip null", "network: {ip: }", "ip "+inChild+" must be a text, not nothing"),
		after("hostname", "network: {hostname: a.b/c}", `hostname name "a.b/c" can't be used; `+nameRule),
		after("hostname list", "network: {hostname: []}", "hostname "+inChild+" must be a text, not a list"),
		after("hostname empty", "network: {hostname: ''}", "a hostname has an empty name; "+nameRule),
		{"network key", childWith("network: {port: {}}"), `5: network of child "a" has an unknown key "port"`, `did you mean "ports"?`},
		{"no tag", "commands:\n  c: !Supervise\n    children:\n      a: {run: x}\n",
			`4: child "a" has no tag; write !Command or !BridgeCommand in front of it`, ""},
		{"unknown tag", "commands:\n  c: !Supervise\n    children:\n      a: !Supervise {}\n",
			`4: child "a" has the unknown tag "!Supervise"`, "the tags are !BridgeCommand, !Command"},
		{"bridge with network", "commands:\n  c: !Supervise\n    children:\n      a: !BridgeCommand\n        network: {}\n",
			`5: child "a" is a !BridgeCommand and can't have a network of its own; remove network, or make it a !Command`, ""},
	}
	checkWrong(t, tests)
}

func TestChildNames(t *testing.T) {
	file := func(name string) string {
		return "commands:\n  c: !Supervise\n    children:\n      " + name + ": !Command {run: x}\n"
	}
	long := strings.Repeat("x", 200)
	var tests []wrong
	for yaml, shown := range map[string]string{
		`"$(id)"`: `"$(id)"`, "a;b": `"a;b"`, `"имя"`: `"имя"`, "--help": `"--help"`, "_a": `"_a"`, `"a\nb"`: `"a\nb"`,
		"a/b": `"a/b"`, "..": `".."`, `"a "`: `"a "`, "a*": `"a*"`, `"a\x1b[m"`: `"a\x1b[m"`, `"a\u202eb"`: `"a\u202eb"`,
	} {
		tests = append(tests, wrong{shown, file(yaml), "4: child name " + shown + " can't be used; " + nameRule, ""})
	}
	for _, name := range reserved {
		tests = append(tests, wrong{name, file(name), `4: child name "` + name + `" is reserved for the network itself; use another one`, ""})
	}
	checkWrong(t, append(tests,
		wrong{"empty", file(`""`), "4: a child has an empty name; " + nameRule, ""},
		wrong{"long", file(long), `4: child name "` + long[:80] + `"... is 200 bytes long; ` + nameRule, ""}))
}

func TestContainerOfChild(t *testing.T) {
	if got := onlyChild(t, "run: x", "container: anything").Container; got != "anything" {
		t.Errorf("got %q", got)
	}
	after := childWith("run: x", "container: tset") + "containers: {test: {setup: []}, zookeeper: {}}\n"
	far := strings.Replace(after, "tset", "postgresql", 1)
	checkWrong(t, []wrong{
		{"near", after, `6: child "a" is in container "tset", which the file doesn't have`, `did you mean "test"?`},
		{"far", far, `6: child "a" is in container "postgresql", which the file doesn't have`, "the containers are test, zookeeper"},
	})
	mustParse(t, strings.Replace(after, "tset", "test", 1))
}
