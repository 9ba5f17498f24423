package config

import (
	"errors"
	"path"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"al.essio.dev/pkg/shellescape"

	"vagganet/netcmd"
	"vagganet/netcmd/addresses"
	"vagganet/netcmd/plan"
)

// FuzzParse holds whatever parses to what the types promise, and every error
// to having a place in the file.
func FuzzParse(f *testing.F) {
	f.Add(wholeFile)
	f.Add("a: &a [*a]\ncommands: {<<: *a}")
	f.Add("commands: {_c: !CapsuleCommand {}, d: !Command {description: x}}\nmixins: !Any [x]\n")
	f.Add(childWith("<<: {user-id: 7}", "network: {ports: {53/udp: 53}}", "run: [a]", "volumes: {/a: !Tmpfs {mode: 0700}}"))
	f.Add(containerWith("volumes: {/a: !BindRW /work/x, /b: !Snapshot }", "setup: [!Alpine v3]"))
	f.Add(childWith("run: x", "network: {ip: 172.18.0.1}", "replicas: 3", "after: [b]", "ready: {port: 1}") +
		"      b: !Command {run: x, restart: always}\n    faults: [{at: 1, exec: {node: a, run: x}}, {at: 1, kill: a}]\n    roles: {c: x}\n")
	f.Add("\"\\0\": \xff\n---\n...\n\t")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := Parse("d/vagga.yaml", []byte(text), variables)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Line < 1 || utf8.ValidString(text) && e.Line > lines(text)+1 || e.Msg == "" || file != nil {
				t.Fatalf("error %#v, file %v", err, file)
			}
			want(t, !strings.ContainsAny(e.Msg+e.Hint, "\n\r\x00\x1b"), "message", e.Msg, e.Hint)
			return
		}
		checkFile(t, file)
		wantValid(t, text)
	})
}

// lines counts what YAML takes for ends of lines, and the last one.
func lines(text string) int {
	n := 1
	for _, r := range text {
		if strings.ContainsRune("\n\r\u0085\u2028\u2029", r) {
			n++
		}
	}
	return n
}

func checkFile(t *testing.T, f *File) {
	want(t, len(f.Commands) > 0, "no commands")
	if n := f.GuestNetwork; n.IsValid() {
		_, err := addresses.NewGuestNetwork(n)
		want(t, err == nil && n == n.Masked(), "guest network", n, err)
	}
	want(t, slices.IsSortedFunc(f.Ignored, func(a, b Ignored) int { return a.Line - b.Line }), "order of", f.Ignored)
	for name, c := range f.Containers {
		want(t, c.Name == name && name != "" && c.Line >= 1, "container", c)
		checkEnviron(t, c.Environ)
		checkVolumes(t, c.Volumes)
	}
	for name, c := range f.Commands {
		want(t, c.Name == name && c.Line >= 1 && CheckName("command", name) == nil, "command", c)
		want(t, c.Mode >= plan.StopOnFailure && c.Mode <= plan.Timeline, "mode of", c)
		k := c.KillUnresponsiveAfter
		want(t, k >= time.Second && k <= 24*time.Hour && k%time.Second == 0, "kill-unresponsive-after of", c)
		want(t, c.MTU == 0 || c.MTU >= addresses.MinMTU && c.MTU <= addresses.MaxMTU, "mtu of", c)
		want(t, c.Supervise == (len(c.Children) > 0), "children of", c)
		want(t, c.Roles != nil, "roles of", c)
		for name, line := range c.Roles {
			want(t, CheckName("role", name) == nil && line != "", "role", name, line)
		}
		for base, names := range c.Replicas {
			want(t, len(names) > 0 && !slices.ContainsFunc(c.Children, func(child *Child) bool { return child.Name == base }), "replicas of", base)
		}
		for i, child := range c.Children {
			want(t, i == 0 || c.Children[i-1].Name < child.Name, "order of children of", c)
			checkChild(t, f, child)
		}
	}
}

func checkChild(t *testing.T, f *File, c *Child) {
	want(t, CheckName("child", c.Name) == nil && c.Line >= 1, "child", c)
	want(t, len(c.Run) > 0 && c.Run[0] != "" && !strings.ContainsRune(strings.Join(c.Run, ""), 0), "run of", c)
	want(t, c.UserID >= 0 && c.UserID <= 1<<30 && c.GroupID >= 0 && c.GroupID <= 1<<30 && !slices.Contains(c.Tags, ""), "user or tags of", c)
	want(t, c.Container == "" || len(f.Containers) == 0 || f.Containers[c.Container] != nil, "container of", c)
	want(t, c.Node == "" || c.Network == nil && !c.Bridge, "node of", c)
	want(t, !c.Bridge || c.Network == nil, "network of bridge command", c)
	checkEnviron(t, c.Environ)
	checkVolumes(t, c.Volumes)
	want(t, c.Restart >= netcmd.NoRestart && c.Restart <= netcmd.RestartAlways, "restart of", c)
	want(t, slices.IsSorted(c.After) && !slices.Contains(c.After, c.Name), "after of", c)
	if r := c.Ready; r != nil {
		given := 0
		for _, is := range []bool{r.Port > 0, r.Run != nil, r.Log != ""} {
			if is {
				given++
			}
		}
		want(t, given == 1 && r.Port <= 65535 && r.Within >= shortest && r.Line >= 1 && (c.Network != nil || c.Node != ""), "ready of", c)
	}
	if n := c.Network; n != nil {
		want(t, !n.IP.IsValid() || n.IP.Is4(), "ip", n)
		want(t, n.Hostname == "" || CheckName("hostname", n.Hostname) == nil, "hostname", n)
		for i, p := range n.Ports {
			want(t, p.External > 0 && p.Internal > 0, "port", p)
			want(t, i == 0 || n.Ports[i-1].External < p.External || !n.Ports[i-1].UDP && p.UDP, "order of", n.Ports)
		}
	}
}

// FuzzCheckName holds names that pass to being one word for a shell and no option
// of a tool, one step of a path, and one device of the bridge.
func FuzzCheckName(f *testing.F) {
	for _, name := range []string{"a", "x14-bytes-dont", "a~b@c+d", "--help", "-rf", "children", "..", "a/b", "a b", "é", "\x00", "a\n"} {
		f.Add(name, "b")
	}
	f.Add("4cbec1a2ec89", "x14-bytes-dont")
	f.Fuzz(func(t *testing.T, name, other string) {
		if err := CheckName("guest", name); err != nil {
			want(t, !strings.ContainsAny(err.Error(), "\n\r\x00\x1b"), "message", err)
			return
		}
		want(t, len(name) <= 63 && !strings.HasPrefix(name, "-") && path.Base(name) == name && name != "." && name != "..", "name", name)
		want(t, shellescape.Quote(name) == name || strings.Contains(name, "~"), "more than a word", name)
		port := addresses.BridgePort(name)
		want(t, len(port) <= 15 && addresses.CheckInterface(port) == nil && port == addresses.BridgePort(name), "port", port)
		if CheckName("guest", other) == nil && name != other {
			want(t, port != addresses.BridgePort(other), "one port for", name, other)
		}
	})
}

func checkEnviron(t *testing.T, environ map[string]string) {
	want(t, environ != nil, "environ is nil")
	for k, v := range environ {
		want(t, checkVariable(k) == nil && !strings.ContainsRune(v, 0), "variable", k, v)
	}
}

func checkVolumes(t *testing.T, volumes []Volume) {
	seen := map[string]bool{}
	for _, v := range volumes {
		want(t, path.IsAbs(v.Path) && path.Clean(v.Path) == v.Path && v.Path != "/" && !seen[v.Path], "volume", v)
		seen[v.Path] = true
		if v.Unusable != "" {
			want(t, v.Source == "" && v.Size == 0 && v.Mode == 0 && v.Line >= 1, "unusable", v)
			continue
		}
		bind, tmpfs := v.Kind == BindRW || v.Kind == BindRO, v.Kind == Tmpfs
		want(t, bind == (v.Source != "") && tmpfs == (v.Size > 0), "volume", v)
		want(t, bind || tmpfs || v.Kind == VaggaBin, "kind of", v)
		want(t, v.Mode <= 0o1777 && (tmpfs || v.Mode == 0) && v.Line >= 1, "mode of", v)
	}
}

func want(t *testing.T, ok bool, what ...any) {
	t.Helper()
	if !ok {
		t.Fatal(what...)
	}
}
