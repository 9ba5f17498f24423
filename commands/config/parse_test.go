package config

import (
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"vagganet/netcmd/plan"
)

const wholeFile = `guest-network: 172.18.0.0/24
containers:
  test:
    rootfs: ./rootfs
    environ: {PATH: "/bin:/vagga:/sbin"}
    volumes:
      /vagga: !VaggaBin
      /var/lib/zookeeper: !Tmpfs {size: 100Mi, mode: 0o755}
      /data: !BindRW tmp/data
      /conf: !BindRO conf
commands:
  run-flaky: !Supervise
    description: flask behind nginx, on a network that fails every other second
    mode: stop-on-failure
    kill-unresponsive-after: 2
    children:
      nginx: !Command
        container: test
        network:
          ip: 172.18.0.1
          hostname: nginx
          ports: {8000: 8000}
        environ: {A: b}
        work-dir: sub
        user-id: 0
        tags: [web]
        run: [nginx, -c, nginx.conf]
      interrupt: !BridgeCommand
        run: |
          while :; do
            vagga _network isolate flask; sleep 1
            vagga _network fullmesh; sleep 1
          done
`

func TestWholeFile(t *testing.T) {
	got := mustParse(t, wholeFile)
	want := &File{
		Path: "proj/vagga.yaml", Dir: "proj",
		GuestNetwork: netip.MustParsePrefix("172.18.0.0/24"),
		Containers: map[string]*Container{"test": {
			Name: "test", Line: 3, Rootfs: "proj/rootfs",
			Environ: map[string]string{"PATH": "/bin:/vagga:/sbin"},
			Volumes: []Volume{
				{Path: "/vagga", Kind: VaggaBin, Line: 7},
				{Path: "/var/lib/zookeeper", Kind: Tmpfs, Size: 104857600, Mode: 0o755, Line: 8},
				{Path: "/data", Kind: BindRW, Source: "proj/tmp/data", Line: 9},
				{Path: "/conf", Kind: BindRO, Source: "proj/conf", Line: 10},
			},
		}},
		Commands: map[string]*Command{"run-flaky": {
			Name: "run-flaky", Line: 12, Supervise: true,
			Description:           "flask behind nginx, on a network that fails every other second",
			Mode:                  plan.StopOnFailure,
			KillUnresponsiveAfter: 2 * time.Second,
			Replicas:              map[string][]string{},
			Roles:                 map[string]string{},
			Children: []*Child{
				{Name: "interrupt", Line: 28, Bridge: true, Environ: map[string]string{},
					Run: []string{"/bin/sh", "-c", "while :; do\n" +
						"  vagga _network isolate flask; sleep 1\n" +
						"  vagga _network fullmesh; sleep 1\ndone\n"}},
				{Name: "nginx", Line: 17, Container: "test",
					Network: &Network{IP: netip.MustParseAddr("172.18.0.1"), Hostname: "nginx",
						Ports: []Port{{External: 8000, Internal: 8000}}, Line: 19},
					Environ: map[string]string{"A": "b"}, WorkDir: "sub", Tags: []string{"web"},
					Run: []string{"nginx", "-c", "nginx.conf"}},
			},
		}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %s\nwant %s", dump(got), dump(want))
	}
}

// dump writes a file out with what its pointers lead to.
func dump(f *File) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %v %v", f.Path, f.Dir, f.GuestNetwork, f.Ignored)
	for _, n := range sortedKeys(f.Containers) {
		fmt.Fprintf(&b, "\n  %+v", *f.Containers[n])
	}
	for _, n := range sortedKeys(f.Commands) {
		fmt.Fprintf(&b, "\n  %+v", *f.Commands[n])
		for _, c := range f.Commands[n].Children {
			fmt.Fprintf(&b, "\n    %+v %+v", *c, c.Network)
		}
	}
	return b.String()
}

// TestVaggaFile reads a file as people have them for vagga, with build steps
// and all that.
func TestVaggaFile(t *testing.T) {
	f := mustParse(t, `minimum-vagga: v0.8.0
mixins: [vagga/db.yaml]
_anchor: &env {LANG: C}
containers:
  py:
    setup:
    - !Alpine v3.4
    - !Ubuntu trusty
    - !Py3Install [flask]
    - !Tar {url: "http://example.org/x.tar", sha256: 00}
    uids: [0-65535]
    gids: [0-65535]
    auto_clean: true
    environ: *env
    volumes:
      /tmp: !Tmpfs
      /run: !Tmpfs
        subdirs: {lock: {mode: 0o1777}}
  bare:
commands:
  _hidden: !Command
    container: py
    run: make
    epilog: done
  shell: !CapsuleCommand
    uids: [0-1]
    run: sh
  up: !Supervise
    banner: up
    children:
      web: !Command
        pid1mode: exec
        container: py
        write_mode: read-only
        work_dir: src
        run: python3 app.py
`)
	var got []string
	for _, i := range f.Ignored {
		got = append(got, fmt.Sprint(i.Line, " ", i.Key))
	}
	want := []string{"1 minimum-vagga", "2 mixins", "6 setup", "11 uids", "12 gids",
		"13 auto_clean", "18 subdirs", "24 epilog", "26 uids", "29 banner", "32 pid1mode", "34 write_mode"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("ignored\n%q, want\n%q", got, want)
	}
	if py := f.Containers["py"]; py.Environ["LANG"] != "C" || py.Rootfs != "" ||
		py.Volumes[0].Size != 100<<20 || py.Volumes[0].Mode != 0o1777 {
		t.Errorf("container py is %+v", py)
	}
	if f.Containers["bare"] == nil {
		t.Error("a container with nothing in it is lost")
	}
	for _, name := range []string{"_hidden", "shell"} {
		if c := f.Commands[name]; c.Supervise || len(c.Children) > 0 {
			t.Errorf("command %s is %+v", name, c)
		}
	}
	if web := f.Commands["up"].Children[0]; web.Network != nil || web.WorkDir != "src" {
		t.Errorf("child web is %+v", web)
	}
}

func TestParseWrongFile(t *testing.T) {
	cmd := "commands: {c: !Command {}}\n"
	checkWrong(t, []wrong{
		{"empty", "", "1: the file is empty; it needs commands", noCommandsHint},
		{"comment", "\n# nothing\n", "1: the file is empty; it needs commands", noCommandsHint},
		{"null", "~\n", "1: the file is empty; it needs commands", noCommandsHint},
		{"list", "- a\n", "1: the file must be a mapping, not a list", ""},
		{"text", "\nhello\n", `2: the file must be a mapping, not "hello"`, ""},
		{"tagged", "!Foo {a: b}\n", `1: the file can't have the tag "!Foo"; remove the tag`, ""},
		{"no commands", "containers: {}\n", "1: the file has no commands; add one", noCommandsHint},
		{"null commands", "commands:\n", "1: the file has no commands; add one", noCommandsHint},
		{"commands list", "commands: [a]\n", "1: commands must be a mapping, not a list", ""},
		{"commands tag", "commands: !Command {}\n",
			`1: commands can't have the tag "!Command"; remove the tag`, ""},
		{"included", "commands: !*Include x.yaml\n", "1: commands can't be included from another file; copy it here", ""},
		{"two documents", cmd + "---\na: b\n", "2: a second YAML document starts here; put everything into one", ""},
		{"broken second", cmd + "---\na: [\n", "4: not YAML: did not find expected node content", ""},
		{"syntax", "commands:\n  a: [b\n", "3: not YAML: did not find expected ',' or ']'", ""},
		{"tab", "commands:\n\ta: b\n", "2: not YAML: found character that cannot start any token",
			"indent with spaces; YAML does not take tabs for that"},
		{"tab in the only line", "\ta: b", "1: not YAML: found character that cannot start any token",
			"indent with spaces; YAML does not take tabs for that"},
		{"no such anchor", "commands: *x\n", "1: not YAML: unknown anchor 'x' referenced", ""},
		{"raw NUL", cmd + "\n#\x00\n", "3: not YAML: control characters are not allowed (value: 0)", ""},
		{"NUL", cmd + "containers: {a: {setup: [\"\\0x\"]}}\n", `2: "\x00x" has a NUL byte in it; remove it`, ""},
		{"NUL in a key", cmd + "\"a\\0\": b\n", `2: "a\x00" has a NUL byte in it; remove it`, ""},
		{"unknown key", cmd + "comands: {}\n", `2: the file has an unknown key "comands"`, `did you mean "commands"?`},
		{"near an ignored key", cmd + "mixin: {}\n", `2: the file has an unknown key "mixin"`, `did you mean "mixins"?`},
		{"far from all", cmd + "quite-else: 1\n", `2: the file has an unknown key "quite-else"`,
			"it may have commands, containers, guest-network, guest-network6"},
		{"twice", cmd + "containers: {}\ncommands: {}\n",
			`3: the file has "commands" twice, here and in line 1; remove one`, ""},
		{"twice by spelling", cmd + "guest-network: 172.18.0.0/24\nguest_network: 172.18.0.0/24\n",
			`3: the file has "guest_network" twice, here and in line 2; remove one`, ""},
		{"list as key", "? [a]\n: b\n", "1: a key of the file must be a word, not a list", ""},
		{"null as key", "~: b\n", "1: a key of the file must be a word, not nothing", ""},
	})
}

func TestGuestNetwork(t *testing.T) {
	cmd := "commands: {c: !Command {}}\nguest-network: "
	for _, ok := range []string{"172.18.0.0/24", "172.18.0.0/17", "10.1.2.0/23"} {
		if got := mustParse(t, cmd+ok).GuestNetwork; got != netip.MustParsePrefix(ok) {
			t.Errorf("%s is read as %v", ok, got)
		}
	}
	if mustParse(t, "commands: {c: !Command {}}").GuestNetwork.IsValid() {
		t.Error("there is a guest network that nobody wrote down")
	}
	const form = " must be an IPv4 network from /17 to /24, 172.18.0.0/24 for example"
	var tests []wrong
	for _, bad := range []string{"172.18.0.0/25", "172.18.0.0/16", "172.18.0.0", "fd00::/20", "x"} {
		tests = append(tests, wrong{bad, cmd + bad, `2: guest-network "` + bad + `"` + form, ""})
	}
	checkWrong(t, append(tests,
		wrong{"host bits", cmd + "172.18.0.7/24",
			`2: guest-network "172.18.0.7/24" is an address in the network; write 172.18.0.0/24`, ""},
		wrong{"reserved", cmd + "127.0.0.0/24",
			"2: guest-network: network 127.0.0.0/24 is reserved: take a private one, such as 10.123.0.0/16", ""},
		wrong{"nothing", cmd, "2: guest-network must be a text, not nothing", ""},
		wrong{"empty", cmd + `""`, "2: guest-network is empty; remove it or fill it in", ""}))
}

func TestGuestNetwork6(t *testing.T) {
	cmd := "commands: {c: !Command {}}\nguest-network6: "
	if got := mustParse(t, cmd+"fd00:1:2:3::/64").GuestNetwork6.String(); got != "fd00:1:2:3::/64" {
		t.Errorf("read as %s", got)
	}
	if mustParse(t, "commands: {c: !Command {}}").GuestNetwork6.IsValid() {
		t.Error("there is one without being asked for")
	}
	checkWrong(t, []wrong{
		{"no network", cmd + "fd18::1", `2: guest-network6 "fd18::1" must be an IPv6 network, fd18::/64 for example`, ""},
		{"an address", cmd + "fd18::1/64", `2: guest-network6 "fd18::1/64" is an address in the network; write fd18::/64`, ""},
		{"too wide", cmd + "fd18::/48", "2: guest-network6: IPv6 guest network fd18::/48 must be a /64 of unicast addresses, such as fd18::/64", ""},
		{"IPv4", cmd + "172.18.0.0/24", "2: guest-network6: IPv6 guest network 172.18.0.0/24 must be a /64 of unicast addresses, such as fd18::/64", ""},
	})
}

func TestErrorText(t *testing.T) {
	if got := (&Error{Path: "p", Line: 3, Msg: "m", Hint: "h"}).Error(); got != "p:3: m" {
		t.Errorf("got %q", got)
	}
	if got := (&Error{Path: "p", Msg: "m"}).Error(); got != "p: m" {
		t.Errorf("got %q", got)
	}
}

func TestFileCommand(t *testing.T) {
	f := mustParse(t, "commands: {run-normal: !Command {}, run-flaky: !Command {}}")
	if c, err := f.Command("run-flaky"); err != nil || c.Name != "run-flaky" {
		t.Errorf("got %+v, %v", c, err)
	}
	for name, hint := range map[string]string{
		"run-flakey": `did you mean "run-flaky"?`,
		"zookeeper":  "the commands are run-flaky, run-normal",
	} {
		_, err := f.Command(name)
		e, ok := err.(*Error)
		if !ok || e.Error() != `proj/vagga.yaml: there is no command "`+name+`"` || e.Hint != hint {
			t.Errorf("%s: got %#v", name, err)
		}
	}
}

func TestHintParses(t *testing.T) {
	mustParse(t, strings.TrimPrefix(noCommandsHint, "a small file: "))
}
