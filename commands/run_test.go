package commands

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vagganet/commands/cmdline"
)

// configFile writes a config file into a folder of its own.
func configFile(t *testing.T, text string) string {
	path := filepath.Join(t.TempDir(), "vagga.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// guestsAt is a file whose commands c0, c1 and so on have a guest at an address.
func guestsAt(ips ...string) string {
	text := "commands:\n"
	for i, ip := range ips {
		text += "  c" + string(rune('0'+i)) + ": !Supervise {children: {a: !Command {run: x, network: {ip: " + ip + "}}}}\n"
	}
	return text
}

// TestGuestAddresses gives guests addresses: the network is theirs, or an error
// names the cure.
func TestGuestAddresses(t *testing.T) {
	withoutSettings(t)
	for _, c := range []struct {
		name, text, option, want string
	}{
		{"usual", guestsAt("172.18.0.1"), "", ""},
		{"vagga's newer ones", guestsAt("172.23.0.1", "172.23.0.9"), "", ""},
		{"option", guestsAt("172.23.0.1"), "172.18.0.0/24",
			"2: guest a: address 172.23.0.1 is outside of the guest network 172.18.0.0/24\n" +
				"hint: all addresses of the file lie in 172.23.0.0/24: have \"guest-network: 172.23.0.0/24\" at its top, and no --guest-network or VAGGANET_GUEST_NETWORK\n"},
		{"wider", guestsAt("172.23.0.1", "172.23.1.1"), "",
			"2: guest a: address 172.23.0.1 is outside of the guest network 172.18.0.0/24\n" +
				"hint: all addresses of the file lie in 172.23.0.0/23: have \"guest-network: 172.23.0.0/23\" at its top, and no --guest-network or VAGGANET_GUEST_NETWORK\n"},
		{"apart", guestsAt("172.23.0.1", "10.0.0.1"), "",
			"2: guest a: address 172.23.0.1 is outside of the guest network 172.18.0.0/24\n" +
				"hint: all addresses of c0 lie in 172.23.0.0/24: say --guest-network 172.23.0.0/24\n"},
		{"far apart", "commands: {c0: !Supervise {children: {a: !Command {run: x, network: {ip: 10.0.0.1}}, b: !Command {run: x, network: {ip: 172.18.0.1}}}}}", "",
			"1: guest a: address 10.0.0.1 is outside of the guest network 172.18.0.0/24\n" +
				"hint: one network, from a /24 to a /17, must have all addresses of a command: see guest-network in \"vagganet init --print\"\n"},
		{"the bridge's", guestsAt("172.23.0.254"), "", "2: guest a: address 172.23.0.254 is the bridge's\n" +
			"hint: guests have addresses of 172.23.0.0/24, but not its first and last and not the bridge's 172.23.0.254\n"},
		{"twice", "commands: {c0: !Supervise {children: {a: !Command {run: x, network: {ip: 172.18.0.1}}, b: !Command {run: x, network: {ip: 172.18.0.1}}}}}", "",
			"1: guest b: address 172.18.0.1 is guest a's already\n"},
	} {
		path := configFile(t, c.text)
		words := []string{"--file", path, "run", "--isolated", "--dry-run", "c0"}
		if c.option != "" {
			words = append(words, "--guest-network", c.option)
		}
		code, stdout, stderr := called(t, words...)
		if c.want == "" {
			network := "172.18.0.254/24"
			if strings.Contains(c.text, "172.23") {
				network = "172.23.0.254/24"
			}
			if code != 0 || !strings.Contains(stdout, "addr add "+network+" dev children") {
				t.Errorf("%s: exit code %d, %s", c.name, code, stderr)
			}
			continue
		}
		if want := "vagganet: " + path + ":" + c.want; code != cmdline.ExitOwn || stderr != want {
			t.Errorf("%s: exit code %d, %s, want %s", c.name, code, stderr, want)
		}
	}
}

// TestVolumesNeeded starts children whose volumes can't be had, and those that do
// without.
func TestVolumesNeeded(t *testing.T) {
	withoutSettings(t)
	path := configFile(t, `containers:
  plain: {}
  stored: {volumes: {/tmp: !Persistent db, /mnt: !Snapshot ~}}
commands:
  c: !Supervise
    children:
      a: !Command {container: plain, network: {}, run: x}
      b: !Command {container: stored, network: {}, run: x}
      c: !Command {container: stored, network: {}, run: x, volumes: {/mnt: !Tmpfs ~, /tmp: !Tmpfs ~}}
`)
	if code, _, stderr := called(t, "--file", path, "run", "--isolated", "--dry-run", "c", "--exclude", "b"); code != 0 || stderr != "" {
		t.Errorf("without the child that needs them: exit code %d, %s", code, stderr)
	}
	_, _, stderr := called(t, "--file", path, "run", "--isolated", "--dry-run", "c")
	if want := "vagganet: " + path + ":3: b needs the volume \"/mnt\", which is of the kind !Snapshot, which is not supported here\n" +
		"hint: use !BindRO, !BindRW, !Tmpfs or !VaggaBin; commands that don't need the volume run as they are\n"; stderr != want {
		t.Errorf("%s, want %s", stderr, want)
	}
	path = configFile(t, "containers: {s: {volumes: {/tmp: !Persistent db}}}\ncommands: {c: !Supervise {children: {b: !Command {container: s, network: {}, run: x}}}}\n")
	dir := filepath.Join(filepath.Dir(path), ".vagganet", "db")
	if _, _, stderr := called(t, "--file", path, "run", "--isolated", "--dry-run", "c"); !strings.Contains(stderr, "volume /tmp is not there: \""+dir+"\"\nhint: make it first") {
		t.Errorf("a persistent volume that isn't there: %s", stderr)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if code, stdout, stderr := called(t, "--file", path, "run", "--isolated", "--dry-run", "c"); code != 0 || !strings.Contains(stdout, dir) {
		t.Errorf("a persistent volume: exit code %d, %s", code, stderr)
	}
}

// TestPassedOver says each key that means nothing here once.
func TestPassedOver(t *testing.T) {
	withoutSettings(t)
	path := configFile(t, `containers: {a: {setup: []}, b: {setup: []}, c: {setup: []}, d: {setup: []},
  e: {setup: [], uids: []}}
commands: {c: !Supervise {children: {a: !Command {network: {}, run: x, pass-tcp-socket: 80}}}}
`)
	for _, trace := range []string{"--trace", "--dry-run"} {
		_, _, stderr := called(t, "--file", path, "run", "--isolated", "--dry-run", trace, "c")
		if want := "vagganet: " + path + ": these keys of vagga's mean nothing here, and are passed over: pass-tcp-socket (line 3), setup (line 1, 2), uids (line 2)\n"; stderr != want {
			t.Errorf("%s: %s, want %s", trace, stderr, want)
		}
	}
}

// TestRunWhat calls run without a name: it lists what there is.
func TestRunWhat(t *testing.T) {
	withoutSettings(t)
	const command = "!Supervise {children: {a: !Command {network: {}, run: x}}"
	path := configFile(t, "commands:\n  web: "+command+", description: \"a service\\n behind another \\x1b[31m\"}\n  long-one: "+command+"}\n  _hidden: "+command+"}\n  shell: !Command {run: sh}\n")
	code, stdout, stderr := called(t, "--file", path, "run")
	want := "vagganet: run takes the name of a command, one of those of " + path + ":\n" +
		"   long-one\n   web       a service behind another \\x1b[31m\nhint: vagganet run --help\n"
	if code != cmdline.ExitOwn || stdout != "" || stderr != want {
		t.Errorf("exit code %d, %s%s, want %s", code, stdout, stderr, want)
	}
	path = configFile(t, "commands: {shell: !Command {run: sh}}\n")
	if _, _, stderr = called(t, "--file", path, "run"); stderr != "vagganet: run takes the name of a command of the kind !Supervise, but "+path+" has none\nhint: vagganet run --help\n" {
		t.Error(stderr)
	}
}

// TestAsVagga calls the program by vagga's name, whose verbs are commands of the
// file.
func TestAsVagga(t *testing.T) {
	withoutSettings(t)
	path := configFile(t, "commands: {run: !Supervise {children: {a: !Command {network: {}, run: x}, b: !Command {network: {}, run: x}, c: !Command {network: {}, run: x}}}}\n")
	main := func(words ...string) (int, string, string) {
		return calledAs(t, "vagga", append([]string{"--file", path}, words...)...)
	}
	code, stdout, stderr := main("run", "--only", "a", "b", "--isolated", "--dry-run")
	if code != 0 || !strings.Contains(stdout, "start b") || strings.Contains(stdout, "start c") {
		t.Errorf("the file's command run: exit code %d, %s", code, stderr)
	}
	code, _, stderr = main("create")
	if want := "vagganet: " + path + ": there is no command \"create\"\nhint: vagga knows commands of the file alone; the verb is: vagganet create\n"; code != cmdline.ExitNotFound || stderr != want {
		t.Errorf("a verb of ours: exit code %d, %s", code, stderr)
	}
	if code, stdout, _ := main("--help"); code != 0 || !strings.Contains(stdout, "VERBS") {
		t.Errorf("help: exit code %d, %s", code, stdout)
	}
}

// Variables for proxies come to a child in a root file system of its own, which
// has nothing else of the caller's but the kind of terminal.
func TestProxies(t *testing.T) {
	withoutSettings(t)
	wanted := []string{"TERM"}
	for _, name := range []string{"http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy"} {
		wanted = append(wanted, name, strings.ToUpper(name))
	}
	for _, name := range wanted {
		t.Setenv(name, "value-of-"+name)
	}
	t.Setenv("SOMETHING", "else")
	path := configFile(t, "containers: {r: {rootfs: ., environ: {https_proxy: own}}}\n"+
		"commands: {c: !Supervise {children: {a: !Command {container: r, network: {}, run: x}}}}\n")
	code, script, stderr := called(t, "--file", path, "run", "--isolated", "--dry-run", "c")
	if code != 0 {
		t.Fatal(stderr)
	}
	for _, name := range wanted {
		value := name + "=value-of-" + name
		if name == "https_proxy" {
			value = name + "=own"
		}
		if !strings.Contains(script, " "+value+" ") {
			t.Errorf("the child has no %s", value)
		}
	}
	if strings.Contains(script, "SOMETHING") {
		t.Error("the child has all of the caller's environment")
	}
}
