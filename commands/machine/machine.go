// Package machine reads what plans depend on: who the user is, what the kernel
// and the host's network are like, which tools are there. It changes nothing
// and starts nothing.
package machine

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"vagganet/netcmd"
	"vagganet/netcmd/gateway"
	"vagganet/netcmd/plan"
)

// Facts is what a plan can depend on.
type Facts struct {
	User       gateway.User `json:"user"`
	Forwarding bool         `json:"forwarding"`
	// Neighbours are the limits of the table of neighbours as they are, and
	// NeighboursBefore as they were before there was a gateway.
	Neighbours       gateway.NeighbourLimits `json:"neighbours"`
	NeighboursBefore gateway.NeighbourLimits `json:"neighbours_before"`
	Kernel
	// NoBridgeFilter reports whether br_netfilter is neither there nor to be had.
	NoBridgeFilter bool `json:"no_bridge_filter"`
	// Restricted reports whether the kernel lets only root make user namespaces that
	// have their rights.
	Restricted bool `json:"restricted"`
	// OneUserNS reports whether nobody can make a user namespace in the gateway's: the
	// kernel's switches look at rights outside of it.
	OneUserNS bool `json:"one_user_ns"`
	// Legacy reports whether iptables is of the legacy kind.
	Legacy  bool         `json:"legacy"`
	Modules []string     `json:"modules"` // that iptables-legacy needs and the kernel lacks
	Gateway GatewayFacts `json:"gateway"`
	// NoProc reports whether parts of /proc are hidden, as in most containers: the
	// kernel then lets nobody mount another one in a user namespace.
	NoProc bool `json:"no_proc"`
	// NoSettings reports whether moreover the kernel's settings are read-only there, those
	// of a run's own networks included.
	NoSettings bool `json:"no_settings"`
	// Isolated is what a run without a gateway would take, but for its RunDir, which is one
	// of RunDirs.
	Isolated netcmd.Isolated `json:"isolated"`
	RunDirs  []string        `json:"run_dirs"`
	// Resolver is how the host looks names up.
	Resolver gateway.Resolver `json:"resolver"`
	// Hosts is the text of /etc/hosts.
	Hosts string `json:"hosts"`
	// Umask is this process's, as a shell has it; empty for 022.
	Umask string `json:"umask"`
	// OddNames reports whether the environment has names that a shell would drop.
	OddNames bool `json:"odd_names"`
}

// Route is a network that the host reaches by a device, or an address it has
// there.
type Route struct {
	Device string       `json:"device"`
	Prefix netip.Prefix `json:"prefix"`
}

// Overlapping returns the first route that overlaps with one of these networks, and is
// not by that device.
func Overlapping(routes []Route, device string, ours ...netip.Prefix) (Route, bool) {
	for _, r := range routes {
		if r.Device != device && slices.ContainsFunc(ours, r.Prefix.Overlaps) {
			return r, true
		}
	}
	return Route{}, false
}

// GatewayFacts is what is there of one gateway.
type GatewayFacts struct {
	Parts gateway.Parts `json:"parts"`
	// Owner is the user id whose runs the gateway takes; -1 if it isn't known.
	Owner int `json:"owner"`
	// Foreign says what is in the way that no gateway of ours would have made;
	// empty if nothing is.
	Foreign string `json:"foreign"`
}

// Host is the machine that the program runs on.
type Host struct{}

// Has reports whether a program is there: by its path, or in PATH. That is searched once
// for a name, as many ask for the same.
func (Host) Has(program string) bool {
	if strings.Contains(program, "/") {
		return has(program)
	}
	type search struct{ program, path string }
	key := search{program, os.Getenv("PATH")}
	if known, ok := programs.Load(key); ok {
		return known.(bool)
	}
	there := has(program)
	programs.Store(key, there)
	return there
}

func has(program string) bool {
	_, err := exec.LookPath(program)
	return err == nil
}

var programs sync.Map

// Program is this program's absolute path, and whether it lacks some of its
// names beside it. It is the path by which the program was called, not the
// file behind it: that may have another name.
func (h Host) Program() (string, bool) {
	path, err := exec.LookPath(os.Args[0])
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err != nil {
		path, _ = os.Executable()
	}
	for _, name := range netcmd.ProgramNames {
		if !h.Has(filepath.Join(filepath.Dir(path), name)) {
			return path, true
		}
	}
	return path, false
}

// CanCut reports whether a tool is an ebtables that cuts links, by the name of the
// file that it finally is. The legacy kind won't do: its restore replaces all rules
// there are.
func (h Host) CanCut(ebtables plan.Tool) bool {
	path, err := exec.LookPath(ebtables.Last())
	if err == nil {
		path, err = filepath.EvalSymlinks(path)
	}
	return err == nil && strings.Contains(filepath.Base(path), "nft") && h.Has(ebtables.And("-restore").Last())
}

// Kernel is what cuts depend on of the kernel as it is now.
type Kernel struct {
	BridgeFilter bool `json:"bridge_filter"` // br_netfilter is loaded
	IPv6         bool `json:"ipv6"`
}

// Kernel reads that. It takes much less than all facts.
func (Host) Kernel() Kernel {
	return Kernel{
		BridgeFilter: exists("/proc/sys/net/bridge/bridge-nf-call-iptables"),
		IPv6:         exists("/proc/sys/net/ipv6/conf/default/disable_ipv6"),
	}
}

// Facts reads what plans for the gateway with this host device depend on.
func (h Host) Facts(g gateway.Gateway) Facts {
	f := Facts{
		User:       currentUser(h),
		Forwarding: readSetting("net/ipv4/ip_forward") != "0",
		Kernel:     h.Kernel(),
		Restricted: restricted(readSetting),
		Gateway:    readGateway(g),
		Resolver:   resolver(),
		Hosts:      readFile("/etc/hosts"),
		Umask:      umask(readFile("/proc/self/status")),
		OddNames:   netcmd.HasOdd(os.Environ()),
		Isolated:   isolated(g),
		RunDirs:    emptyRunDirs(),
		NoProc:     procIsHidden(readFile("/proc/self/mountinfo")),
	}
	f.OneUserNS = f.Restricted || readSetting("user/max_user_namespaces") == "0"
	f.NoSettings = f.NoProc && len(readOnly("/proc/sys")) > 0
	f.Neighbours, f.NeighboursBefore = neighbours()
	f.NoBridgeFilter = !f.BridgeFilter && !haveModule("br_netfilter")
	if f.Legacy = h.LegacyIptables(g.Tools.Iptables); f.Legacy {
		f.Modules = missingModules(legacyModules)
	}
	return f
}

// Routes lists the networks that the host reaches, and the addresses it has.
func (Host) Routes() []Route { return append(addresses(), routes()...) }

func currentUser(h Host) gateway.User {
	name := ""
	if found, err := user.LookupId(strconv.Itoa(os.Getuid())); err == nil {
		name = found.Username
	}
	return h.withSubordinate(gateway.User{UID: os.Getuid(), GID: os.Getgid()}, name)
}

// User returns the user of that name.
func (h Host) User(name string) (gateway.User, error) {
	found, err := user.Lookup(name)
	if err != nil {
		return gateway.User{}, fmt.Errorf("this machine has no user %q", name)
	}
	uid, err1 := strconv.Atoi(found.Uid)
	gid, err2 := strconv.Atoi(found.Gid)
	return h.withSubordinate(gateway.User{UID: uid, GID: gid}, name), errors.Join(err1, err2)
}

// withSubordinate adds the user's subordinate ids.
func (h Host) withSubordinate(u gateway.User, name string) gateway.User {
	u.SubUIDs = subordinate("/etc/subuid", name, u.UID)
	u.SubGIDs = subordinate("/etc/subgid", name, u.UID)
	u.MapTools = h.Has("newuidmap") && h.Has("newgidmap")
	return u
}

// subordinate reads a user's first range of subordinate ids. The file's first
// column is the user's name or number.
func subordinate(file, name string, uid int) gateway.IDRange {
	text, err := os.ReadFile(file)
	if err != nil {
		return gateway.IDRange{}
	}
	for line := range strings.Lines(string(text)) {
		col := strings.Split(strings.TrimSpace(line), ":")
		if len(col) != 3 || (col[0] != name && col[0] != strconv.Itoa(uid)) {
			continue
		}
		first, err1 := strconv.Atoi(col[1])
		count, err2 := strconv.Atoi(col[2])
		if err1 == nil && err2 == nil && count > 0 {
			return gateway.IDRange{First: first, Count: count}
		}
	}
	return gateway.IDRange{}
}

// haveModule reports whether a module can be loaded.
func haveModule(name string) bool {
	return strings.Contains(readFile(modulesDir()+"/modules.dep"), "/"+name+".ko")
}

// modulesDir has the modules of the kernel that runs.
func modulesDir() string { return "/lib/modules/" + KernelRelease() }

// legacyModules are what iptables-legacy needs inside of a user namespace, from
// where the kernel loads no module.
var legacyModules = []string{"iptable_filter", "iptable_nat", "xt_MASQUERADE", "xt_physdev", "xt_addrtype", "xt_conntrack",
	"ip6_tables", "ip6table_filter", "ip6t_REJECT",
	"xt_tcpudp", "xt_comment", "xt_nat", "xt_mac", "ipt_REJECT", "iptable_raw", "xt_CT"}

// missingModules lists those that are not loaded and could be. One that is built
// in, or that this kernel doesn't have, is no module to load.
func missingModules(modules []string) []string {
	loadable := readFile(modulesDir() + "/modules.dep")
	var missing []string
	for _, m := range modules {
		if !exists("/sys/module/"+m) && strings.Contains(loadable, "/"+m+".ko") {
			missing = append(missing, m)
		}
	}
	return missing
}

// addresses lists what the host's devices have.
func addresses() []Route {
	devices, err := net.Interfaces()
	if err != nil {
		return nil
	}
	var list []Route
	for _, d := range devices {
		addrs, err := d.Addrs()
		if err != nil {
			continue
		}
		for _, a := range addrs {
			if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().Is4() {
				list = append(list, Route{d.Name, p})
			}
		}
	}
	return list
}

// routes lists the host's IPv4 routes, but not the default route.
func routes() []Route {
	file, err := os.Open("/proc/net/route")
	if err != nil {
		return nil
	}
	defer file.Close()
	var list []Route
	for lines := bufio.NewScanner(file); lines.Scan(); {
		col := strings.Fields(lines.Text())
		if len(col) < 8 {
			continue
		}
		dst, err1 := hexAddr(col[1])
		mask, err2 := hexAddr(col[7])
		if err1 != nil || err2 != nil {
			continue
		}
		m := mask.As4()
		if bits, _ := net.IPv4Mask(m[0], m[1], m[2], m[3]).Size(); bits > 0 {
			list = append(list, Route{col[0], netip.PrefixFrom(dst, bits)})
		}
	}
	return list
}

// hexAddr reads an address as /proc/net/route has it: eight hexadecimal digits
// of a number in the machine's byte order.
func hexAddr(s string) (netip.Addr, error) {
	n, err := strconv.ParseUint(s, 16, 32)
	var b [4]byte
	binary.NativeEndian.PutUint32(b[:], uint32(n))
	return netip.AddrFrom4(b), err
}

// restricted looks at the switches by which Debian's kernels and AppArmor forbid
// user namespaces to users. Under AppArmor's, making one may succeed, but what
// is in there then has no rights.
func restricted(setting func(name string) string) bool {
	apparmor, err := strconv.Atoi(setting("kernel/apparmor_restrict_unprivileged_userns"))
	return setting("kernel/unprivileged_userns_clone") == "0" || err == nil && apparmor != 0
}

func readSetting(name string) string {
	text, err := os.ReadFile("/proc/sys/" + name)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// procIsHidden reports whether something is mounted over a part of /proc. What is
// mounted on a folder that is always empty hides nothing.
func procIsHidden(mountinfo string) bool {
	for line := range strings.Lines(mountinfo) {
		fields := strings.Fields(line)
		if len(fields) > 4 && strings.HasPrefix(fields[4], "/proc/") && fields[4] != "/proc/sys/fs/binfmt_misc" {
			return true
		}
	}
	return false
}

// umask reads a process's umask from its status in /proc; it is empty for 022,
// and where the kernel doesn't show it.
func umask(status string) string {
	for line := range strings.Lines(status) {
		if mask, ok := strings.CutPrefix(line, "Umask:"); ok && strings.TrimSpace(mask) != "0022" {
			return strings.TrimSpace(mask)
		}
	}
	return ""
}
