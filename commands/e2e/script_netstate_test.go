package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// netstate FILE: what the program may change of the host and of the gateways,
// without what differs from one time to the next (indexes, MAC addresses,
// carrier, counters), so that two states can be compared by cmp.
func cmdNetstate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: netstate FILE")
	}
	state, err := netstate()
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(state), 0o644))
}

func netstate() (string, error) {
	var b strings.Builder
	if err := namespaceState(&b, "host"); err != nil {
		return "", err
	}
	fmt.Fprintln(&b, "## files")
	if err := fileState(&b); err != nil {
		return "", err
	}
	gateways, err := filepath.Glob(runFolder + "/*/netns")
	if err != nil {
		return "", err
	}
	for _, netns := range gateways {
		// An empty file is a gateway half made, not a namespace.
		if !isMounted(netns) {
			continue
		}
		name := "gateway " + filepath.Base(filepath.Dir(netns))
		if err := namespaceState(&b, name, "nsenter", "--net="+netns); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

const runFolder = "/run/vagganet"

// namespaceState describes the network namespace that enter leads into.
func namespaceState(b *strings.Builder, name string, enter ...string) error {
	for _, part := range []struct {
		title string
		read  func(enter []string) ([]string, error)
	}{{"links", devices}, {"addresses", addresses}, {"routes", routes}, {"rules", rules}, {"switches", switches}} {
		lines, err := part.read(enter)
		if err != nil {
			return fmt.Errorf("%s of %s: %w", part.title, name, err)
		}
		fmt.Fprintf(b, "## %s: %s\n%s", name, part.title, joined(lines))
	}
	return nil
}

func joined(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

// output runs words by way of enter and returns the lines of stdout.
func output(enter []string, words ...string) ([]string, error) {
	words = append(slices.Clone(enter), words...)
	var stderr bytes.Buffer
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", strings.Join(words, " "), err, stderr.Bytes())
	}
	return strings.FieldsFunc(string(out), func(r rune) bool { return r == '\n' }), nil
}

// devices leaves out the flags that come a moment after the command that
// causes them.
func devices(enter []string) ([]string, error) {
	var all []struct {
		Name   string   `json:"ifname"`
		Flags  []string `json:"flags"`
		MTU    int      `json:"mtu"`
		Master string   `json:"master"`
		Info   struct {
			Kind string `json:"info_kind"`
		} `json:"linkinfo"`
	}
	if err := fromJSON(&all, enter, "ip", "-j", "-d", "link", "show"); err != nil {
		return nil, err
	}
	var lines []string
	for _, l := range all {
		flags := slices.DeleteFunc(l.Flags, func(f string) bool { return f == "NO-CARRIER" || f == "LOWER_UP" || f == "M-DOWN" })
		slices.Sort(flags)
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s mtu %d %s %s", l.Name, strings.Join(flags, ","), l.MTU, l.Info.Kind, l.Master)))
	}
	slices.Sort(lines)
	return lines, nil
}

// addresses leaves out IPv6's link-local ones, which come from the MAC.
func addresses(enter []string) ([]string, error) {
	var all []struct {
		Name string `json:"ifname"`
		Addr []struct {
			Local  string `json:"local"`
			Prefix int    `json:"prefixlen"`
			Scope  string `json:"scope"`
		} `json:"addr_info"`
	}
	if err := fromJSON(&all, enter, "ip", "-j", "addr", "show"); err != nil {
		return nil, err
	}
	var lines []string
	for _, l := range all {
		for _, a := range l.Addr {
			if !strings.HasPrefix(a.Local, "fe80:") {
				lines = append(lines, fmt.Sprintf("%s %s/%d %s", l.Name, a.Local, a.Prefix, a.Scope))
			}
		}
	}
	slices.Sort(lines)
	return lines, nil
}

func fromJSON(into any, enter []string, words ...string) error {
	lines, err := output(enter, words...)
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(strings.Join(lines, "\n")), into)
}

func routes(enter []string) ([]string, error) {
	var lines []string
	for _, family := range []string{"-4", "-6"} {
		all, err := output(enter, "ip", family, "route", "show", "table", "all")
		if err != nil {
			return nil, err
		}
		for _, l := range all {
			if !strings.Contains(l, "fe80:") && !strings.Contains(l, "ff00:") {
				lines = append(lines, strings.Join(strings.Fields(strings.ReplaceAll(l, " linkdown", "")), " "))
			}
		}
	}
	slices.Sort(lines)
	return lines, nil
}

// rules are those of both kinds of iptables, lest one were put into the wrong
// one. A table that nobody has used is not asked for, as asking makes it, and
// for the same reason empty chains of the kernel's count for nothing.
func rules(enter []string) ([]string, error) {
	var lines []string
	for _, kind := range []string{"nft", "legacy"} {
		tool := "iptables-" + kind
		if _, err := exec.LookPath(tool); err != nil {
			continue
		}
		all, err := output(enter, tool+"-save")
		if err != nil {
			return nil, err
		}
		lines = append(lines, tablesOf(kind, all)...)
	}
	return lines, nil
}

// tablesOf reads what iptables-save prints: the tables by their names, each with
// its rules in their order.
func tablesOf(kind string, saved []string) []string {
	table, byTable := "", map[string][]string{}
	for _, l := range saved {
		chain, policy, _ := strings.Cut(strings.TrimPrefix(l, ":"), " ")
		switch {
		case strings.HasPrefix(l, "*"):
			table = l[1:]
		case strings.HasPrefix(l, ":") && strings.HasPrefix(policy, "-"):
			byTable[table] = append(byTable[table], "-N "+chain)
		case strings.HasPrefix(l, ":") && strings.HasPrefix(policy, "DROP"):
			byTable[table] = append(byTable[table], "-P "+chain+" DROP")
		case strings.HasPrefix(l, "-"):
			byTable[table] = append(byTable[table], l)
		}
	}
	var lines []string
	for _, table := range slices.Sorted(maps.Keys(byTable)) {
		for _, l := range byTable[table] {
			lines = append(lines, fmt.Sprintf("%s %s %s", kind, table, l))
		}
	}
	return lines
}

func switches(enter []string) ([]string, error) {
	return output(enter, "sh", "-c", `
		for f in /proc/sys/net/ipv4/ip_forward /proc/sys/net/bridge/bridge-nf-call-* /proc/sys/net/ipv4/conf/*/route_localnet; do
			if [ -e "$f" ]; then read -r value <"$f"; echo "$f $value"; fi
		done`)
}

// fileState lists what is in the program's folder, and what is mounted there.
func fileState(b *strings.Builder) error {
	if _, err := os.Lstat(runFolder); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return filepath.WalkDir(runFolder, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := os.Lstat(path)
		if err != nil {
			return err
		}
		s := info.Sys().(*syscall.Stat_t)
		mounted := ""
		if isMounted(path) {
			mounted = " mount"
		}
		fmt.Fprintf(b, "%s %s %d:%d%s\n", path, info.Mode(), s.Uid, s.Gid, mounted)
		return nil
	})
}

func isMounted(path string) bool {
	info, err := os.ReadFile("/proc/self/mountinfo")
	return err == nil && bytes.Contains(info, []byte(" "+path+" "))
}
