package netcmd

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"vagganet/netcmd/plan"
)

// StateDir is where the gateways' folders are, one for each interface name.
const StateDir = "/run/vagganet"

// Gateway is all that the plans for making and removing a gateway depend on.
type Gateway struct {
	Interface string
	Network   Network
	Tools     Tools
	// Program is the absolute path of this program, which tries what the host's
	// firewall lets through; empty if that isn't to be tried.
	Program string
	// Sudo is how the user becomes root; empty for root.
	Sudo []string
	User User
	Host HostFacts
	// Isolated takes the gateway's place for a run that has none; nil for
	// others.
	Isolated *Isolated
}

// User is who the gateway is for. Its namespaces belong to a user namespace of
// this user, in which UID and GID are root.
type User struct {
	UID, GID int
	// SubUIDs and SubGIDs are the subordinate ids that are mapped from 1 on.
	// With none of them, only the user's own id is mapped.
	SubUIDs, SubGIDs IDRange
	// MapTools says that newuidmap and newgidmap are there to write the maps.
	MapTools bool
}

// IDRange is a range of subordinate ids.
type IDRange struct{ First, Count int }

// HostFacts is what a gateway's plans need to know of the host.
type HostFacts struct {
	// Forwarding is net.ipv4.ip_forward as it is.
	Forwarding bool
	// Neighbours are the limits of the table of neighbours as they are, and
	// NeighboursBefore as they were before there was a gateway.
	Neighbours, NeighboursBefore NeighbourLimits
	// BridgeFilter says that br_netfilter is loaded, or can't be had.
	BridgeFilter bool
	// Restricted says that the kernel lets only root make user namespaces that
	// have their rights.
	Restricted bool
	// Modules are kernel modules that must be loaded first, since a user
	// namespace can't have them loaded: iptables-legacy's.
	Modules []string
	// Resolver is a resolver on the host's loopback device that guests must be
	// led to; not valid if they need none.
	Resolver netip.Addr
	// NoIptables says that the host's firewall is to be left alone.
	NoIptables bool
	// NoHost says that guests are to be kept off the host's own addresses, and
	// IPv6 that the kernel has that too.
	NoHost, IPv6 bool
	// Legacy says that iptables is of the legacy kind.
	Legacy bool
	// Found is what of this gateway is there already.
	Found GatewayParts
}

// resolver is the one that guests are to be led to. Without rules they can't be.
func (h HostFacts) resolver() netip.Addr {
	if h.NoIptables {
		return netip.Addr{}
	}
	return h.Resolver
}

// GatewayParts says which parts of a gateway exist.
type GatewayParts struct {
	Dir           bool // its folder below StateDir
	UserNS, NetNS bool // the namespaces' mounts
	Link          bool // the host's device
	Up            bool // and it is up, which is the last thing done
	// Forwarding says that forwarding was off before there was a gateway, and
	// that no other one needs it.
	Forwarding bool
	// Neighbours says that their table was smaller before there was a gateway,
	// and that no other one needs it as it is.
	Neighbours bool
	// Owner is the user id whose gateway it is, where the folder for runs is
	// there already; else 0.
	Owner int
	// Note is what the gateway was made with; nil if that can't be read.
	Note *Note
}

// Whole says whether runs can use the gateway.
func (p GatewayParts) Whole() bool { return p.UserNS && p.NetNS && p.Up }

// Note is what a gateway was made with. Root writes it into the gateway's
// folder: removing a gateway must not depend on options being the same again.
type Note struct {
	Network Network `json:"network"`
	// Iptables is what the rules were made by, Legacy which kind that is.
	Iptables Tool `json:"iptables"`
	Legacy   bool `json:"legacy,omitempty"`
	// Resolver is the host's resolver that guests are led to; not valid if
	// they are not led to any.
	Resolver netip.Addr `json:"resolver"`
	// NoIptables says that the gateway has no rules in the host's firewall.
	NoIptables bool `json:"no_iptables"`
	// IDs is how many subordinate ids the user had, and so how many there are
	// in the gateway.
	IDs int `json:"ids"`
	// NoHost says that the rules keep guests off the host's own addresses.
	NoHost bool `json:"no_host,omitempty"`
	// Restricted says that only root could make the user namespace, and so
	// nobody can make another one in it.
	Restricted bool `json:"restricted,omitempty"`
}

// Any says whether anything of the gateway is there.
func (p GatewayParts) Any() bool { return p != GatewayParts{} }

// Paths of one gateway.

// Dir is the gateway's folder, root's.
func (g Gateway) Dir() string { return StateDir + "/" + g.Interface }

// UserNS is the file on which the gateway's user namespace is mounted.
func (g Gateway) UserNS() string { return g.Dir() + "/userns" }

// NetNS is the file on which the gateway's network namespace is mounted.
func (g Gateway) NetNS() string { return g.Dir() + "/netns" }

// RunsDir is the user's folder with one locked file for each run.
func (g Gateway) RunsDir() string {
	if g.Isolated != nil {
		return g.Isolated.RunsDir
	}
	return g.Dir() + "/runs"
}

// RunDir is where every run mounts a folder of its own, in a mount namespace
// of its own.
func (g Gateway) RunDir() string {
	if g.Isolated != nil {
		return g.Isolated.RunDir
	}
	return g.Dir() + "/run"
}

// NoteFile has the gateway's Note, as JSON.
func (g Gateway) NoteFile() string { return g.Dir() + "/made.json" }

// ForwardingMarker is there while forwarding is on because of gateways. The
// last one to go takes it along.
const ForwardingMarker = StateDir + "/.forwarding"

// part is something that Create makes and Destroy removes. The first step of up
// makes it, whole or not at all, and down takes it away; further steps of up
// only fill it.
type part struct {
	there    bool
	up, down []plan.Step
}

// parts lists a gateway's parts in the order in which they are made.
func (g Gateway) parts() []part {
	found := g.Host.Found
	rules := g.hostRules()
	return []part{
		{there: found.Dir, up: g.makeStateDir(), down: g.removeStateDir()},
		{there: found.Dir, up: g.makeDir(), down: g.removeDir()},
		{there: found.Forwarding, up: g.forwardingOn(), down: g.forwardingOff()},
		{there: found.Neighbours, up: g.raiseNeighbours(), down: g.lowerNeighbours()},
		{up: g.loadModules()},
		{up: g.hold()},
		{up: g.knowHolder(), down: g.release(true)},
		{there: found.UserNS, up: g.mount("user", g.UserNS()), down: g.umount(g.UserNS())},
		{there: found.NetNS, up: g.mount("net", g.NetNS()), down: g.umount(g.NetNS())},
		{up: g.release(false)},
		{there: found.Dir, up: g.addRules(rules, "mangle"), down: g.removeRules(rules, "mangle")},
		{there: found.Dir, up: g.addRules(rules, "nat"), down: g.removeRules(rules, "nat")},
		{there: found.Dir, up: g.addRules(rules, "filter"), down: g.removeRules(rules, "filter")},
		// Without it the gateway isn't whole, so it is the first to be removed.
		{there: found.Link, up: g.makeLink(), down: g.removeLink()},
		{up: g.configureGateway()},
		{up: g.leadToResolver(g.Host.resolver())},
		{up: g.closeToIPv6()},
		{up: g.configureLink()},
		{up: g.tryReach()},
	}
}

// Create is the plan that makes the gateway. That the host's device is up is
// the last of it: while it isn't, the gateway isn't whole.
func (g Gateway) Create() plan.Plan {
	var p plan.Plan
	for _, part := range g.parts() {
		if len(part.up) == 0 {
			continue
		}
		part.up[0].Undo = part.down
		p = append(p, part.up...)
	}
	return p
}

// Destroy is the plan that removes what is there of the gateway, whole or
// half made: the undoing of Create, by what was noted then.
func (g Gateway) Destroy() plan.Plan {
	g = g.asMade()
	var p plan.Plan
	for _, part := range slices.Backward(g.parts()) {
		if part.there {
			p = append(p, part.down...)
		}
	}
	return p
}

// asMade is the gateway as it was made, by what was noted then: options and the
// host's resolver may be others by now.
//
// Root runs no tool that another user has named: that user may have changed it
// since. Root's own iptables takes the rules away, if it is of their kind, or else
// the usual one of that kind.
func (g Gateway) asMade() Gateway {
	note := g.Host.Found.Note
	if note == nil {
		return g
	}
	g.Network = note.Network
	g.Host.Resolver, g.Host.NoIptables, g.Host.NoHost = note.Resolver, note.NoIptables, note.NoHost
	switch {
	case !g.othersGateway():
		g.Tools.Iptables = note.Iptables
	case note.Legacy != g.Host.Legacy:
		g.Tools.Iptables = UsualIptables(note.Legacy)
	}
	return g
}

// othersGateway reports whether root removes the gateway of another user.
func (g Gateway) othersGateway() bool {
	return g.User.UID == 0 && g.Host.Found.Owner > 0
}

const aboutDir = "host: where the gateway's namespaces are mounted"

func (g Gateway) makeStateDir() []plan.Step {
	return []plan.Step{g.root(aboutDir, "install", "-d", "-m", "0755", StateDir)}
}

func (g Gateway) removeStateDir() []plan.Step {
	s := g.root("host: folder", "rmdir", StateDir)
	s.Gone = []string{"not empty"} // another gateway's folder is in there
	return []plan.Step{s}
}

func (g Gateway) makeDir() []plan.Step {
	uid, gid := strconv.Itoa(g.User.UID), strconv.Itoa(g.User.GID)
	note := g.root(aboutDir, "dd", "of="+g.NoteFile(), "status=none")
	note.Stdin = g.note()
	return []plan.Step{
		// Of two that make the same gateway, one fails here.
		g.root(aboutDir, "mkdir", "-m", "0755", g.Dir()),
		note,
		g.root(aboutDir, "install", "-d", "-m", "0700", "-o", uid, "-g", gid, g.RunsDir(), g.RunDir()),
		g.root(aboutDir, "touch", g.UserNS(), g.NetNS()),
	}
}

// removeDir removes the gateway's folder. In the user's folders below it, only
// the user removes: a process of the user's could put a link in the way of one
// that removes as root, and some rm follow it.
func (g Gateway) removeDir() []plan.Step {
	const about = "host: folder"
	empty := hostStep(about, "rm", "-rf", g.RunsDir(), g.RunDir())
	if g.othersGateway() {
		// In a session of its own, since that user could take the process over,
		// and type into root's terminal.
		empty.Place.Enter = append([]string{"setsid"}, g.Tools.Unshare.With("--setgid", nogroup, "--setuid", strconv.Itoa(g.Host.Found.Owner))...)
	}
	empty.Gone = []string{"Permission denied"} // they are empty then, but in a folder of root's
	rmdir := g.root(about, "rmdir", g.RunsDir(), g.RunDir())
	rmdir.Gone = []string{"No such file"} // they are gone, or were not made yet
	steps := []plan.Step{
		rmdir,
		g.root(about, "rm", "-f", g.NoteFile(), g.UserNS(), g.NetNS()),
		g.root(about, "rmdir", g.Dir()),
	}
	for i := range steps {
		steps[i].Evidence = true
	}
	return append([]plan.Step{empty}, steps...)
}

// nogroup has no files.
const nogroup = "65534"

func (g Gateway) note() string {
	text, err := json.Marshal(Note{
		Network: g.Network, Iptables: g.Tools.Iptables, Legacy: g.Host.Legacy, Resolver: g.Host.resolver(),
		NoIptables: g.Host.NoIptables, IDs: g.User.SubUIDs.Count, NoHost: g.Host.NoHost, Restricted: g.Host.Restricted,
	})
	if err != nil {
		panic(err) // words and addresses always have a JSON form
	}
	return string(text) + "\n"
}

func (g Gateway) forwardingOn() []plan.Step {
	if g.Host.Forwarding {
		return nil
	}
	const about = "host: forwarding, and a mark that it was off"
	return []plan.Step{
		g.root(about, "touch", ForwardingMarker),
		g.root(about, g.Tools.Sysctl.With("-q", "-w", "net.ipv4.ip_forward=1")...),
	}
}

func (g Gateway) forwardingOff() []plan.Step {
	const about = "host: forwarding was off before"
	marker := g.root(about, "rm", ForwardingMarker)
	marker.Evidence = true
	return []plan.Step{g.root(about, g.Tools.Sysctl.With("-q", "-w", "net.ipv4.ip_forward=0")...), marker}
}

// loadModules loads what can't be loaded from inside a user namespace. Without
// ebtables, that is br_netfilter, too, with which the host's own bridges would
// begin to pass through iptables: its switches go back to off in the next line.
func (g Gateway) loadModules() []plan.Step {
	var steps []plan.Step
	if len(g.Host.Modules) > 0 {
		steps = append(steps, g.root("host: kernel modules of iptables-legacy",
			g.Tools.Modprobe.With(append([]string{"-a"}, g.Host.Modules...)...)...))
	}
	if g.Tools.Ebtables == nil && !g.Host.BridgeFilter {
		const about = "host: br_netfilter, switched off for the host's own bridges"
		steps = append(steps,
			g.root(about, g.Tools.Modprobe.With("br_netfilter")...),
			g.root(about, g.Tools.Sysctl.With("-q", "-w",
				"net.bridge.bridge-nf-call-iptables=0",
				"net.bridge.bridge-nf-call-ip6tables=0",
				"net.bridge.bridge-nf-call-arptables=0")...))
	}
	return steps
}

// writeMaps maps the user to root and the subordinate ids to the rest. Root
// maps every id to itself: there is nobody to keep apart from root.
func (g Gateway) writeMaps(about string) []plan.Step {
	u := g.User
	if u.UID != 0 && u.MapTools && u.SubUIDs.Count > 0 && u.SubGIDs.Count > 0 {
		return []plan.Step{
			hostStep(about, g.Tools.Newuidmap.With(append([]string{holder}, idMap(u.UID, u.SubUIDs)...)...)...),
			hostStep(about, g.Tools.Newgidmap.With(append([]string{holder}, idMap(u.GID, u.SubGIDs)...)...)...),
		}
	}
	return []plan.Step{
		g.writeMap(about, "uid_map", idMap(u.UID, u.SubUIDs)),
		g.writeMap(about, "gid_map", idMap(u.GID, u.SubGIDs)),
	}
}

func (g Gateway) writeMap(about, file string, words []string) plan.Step {
	s := g.root(about, "dd", "of=/proc/"+holder+"/"+file, "status=none")
	if g.User.UID == 0 {
		words = []string{"0", "0", "4294967295"}
	}
	for triple := range slices.Chunk(words, 3) {
		s.Stdin += strings.Join(triple, " ") + "\n"
	}
	return s
}

// idMap is a map in words of three: the first id inside, the first id outside,
// how many.
func idMap(id int, sub IDRange) []string {
	words := []string{"0", strconv.Itoa(id), "1"}
	if sub.Count > 0 {
		words = append(words, "1", strconv.Itoa(sub.First), strconv.Itoa(sub.Count))
	}
	return words
}

const aboutLink = "host: the device and its address"

func (g Gateway) makeLink() []plan.Step {
	return []plan.Step{g.root(aboutLink, g.Tools.IP.With("link", "add", "name", g.Interface,
		"address", g.HardwareAddr(), "type", "veth", "peer", "name", peerDevice(g.Interface), "netns", g.NetNS())...)}
}

// HardwareAddr is that of the host's device. It tells a device of ours from one
// that somebody else gave the same name.
func (g Gateway) HardwareAddr() string { return MAC(g.Network.Host()) }

func (g Gateway) removeLink() []plan.Step {
	s := g.root("host: device", g.Tools.IP.With("link", "del", "dev", g.Interface)...)
	// Where its peer's namespace is mounted no more, it goes with that, at a
	// time of the kernel's choosing.
	s.MayFail = g.Host.Found.Link && !g.Host.Found.NetNS
	return []plan.Step{s}
}

func (g Gateway) configureLink() []plan.Step {
	s := g.root(aboutLink, g.Tools.batch()...)
	s.Stdin = lines(
		fmt.Sprintf("addr add %s/30 dev %s", g.Network.Host(), g.Interface),
		"link set dev "+g.Interface+" up")
	return []plan.Step{s}
}

func (g Gateway) configureGateway() []plan.Step {
	const about = "gateway: addresses, forwarding, firewall"
	peer := peerDevice(g.Interface)
	ip := g.inside(about, g.Tools.batch()...)
	ip.Stdin = lines(
		"link set dev lo up",
		fmt.Sprintf("addr add %s/30 dev %s", g.Network.Gateway(), peer),
		"link set dev "+peer+" up",
		"route add default via "+g.Network.Host().String())
	firewall := g.inside(about, g.Tools.Restore().With("--noflush", "--wait")...)
	firewall.Stdin = lines(
		"*nat",
		"-A POSTROUTING -o "+peer+" -j MASQUERADE",
		"COMMIT",
		"*filter",
		// Runs don't see each other: not through here, and not the
		// addresses that others have here.
		fmt.Sprintf("-A FORWARD ! -i %s ! -o %s -j DROP", peer, peer),
		"-A INPUT -i lo -j ACCEPT",
		fmt.Sprintf("-A INPUT ! -i %s -d %s -j ACCEPT", peer, g.Network.Gateway()),
		fmt.Sprintf("-A INPUT ! -i %s -m addrtype ! --dst-type LOCAL --limit-iface-in -j DROP", peer),
		"COMMIT")
	// iptables-legacy's lock is a file that only root can open.
	firewall.Env = []string{lockFile(g.RunsDir())}
	settings := []string{"net.ipv4.ip_forward=1"}
	if g.Host.IPv6 {
		// No rule of ours is about it: the devices there are, and those to
		// come, do without.
		settings = append(settings, "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")
	}
	return []plan.Step{g.inside(about, g.Tools.Sysctl.With(append([]string{"-q", "-w"}, settings...)...)...), ip, firewall}
}

// hostRule is a rule of the host's firewall, as the words after -A and -D.
type hostRule struct{ table, chain, rule string }

// hostRules lets the guests out and replies in, where the host's FORWARD
// policy is DROP too, and keeps the neighbours on the host's networks out.
func (g Gateway) hostRules() []hostRule {
	if g.Host.NoIptables {
		return nil
	}
	dev := g.Interface
	rules := slices.Concat([]hostRule{
		{"nat", "POSTROUTING", fmt.Sprintf("-s %s -j MASQUERADE", g.Network.HostLink())},
		{"filter", "FORWARD", "-i " + dev + " -j ACCEPT"},
		{"filter", "FORWARD", "-o " + dev + " -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"},
		// Another gateway's rules come before those of filter, and let its guests
		// out; they would come here under the host's address.
		// What goes back to where it came from tries whether the host forwards.
		{"mangle", "FORWARD", "! -i " + dev + " -o " + dev + " -m conntrack ! --ctstate RELATED,ESTABLISHED -j DROP"},
	}, g.resolverRules(g.Host.resolver()), g.noHostRules())
	for i, r := range rules {
		rules[i].rule = strings.Replace(r.rule, " -j ", " -m comment --comment "+g.ruleMark()+" -j ", 1)
	}
	return rules
}

// ruleMark is on all rules in the host's firewall: others like them may be
// somebody else's, and are to stay.
func (g Gateway) ruleMark() string { return "vagganet/" + g.Interface }

// noSuchRule is how iptables says that there is no rule to delete, by its kind
// and by what is missing.
var noSuchRule = []string{"Bad rule", "No chain/target/match by that name", "does not exist"}

// addRules puts a table's rules before those that are there, in one
// transaction.
func (g Gateway) addRules(rules []hostRule, table string) []plan.Step {
	input, number := []string{"*" + table}, map[string]int{}
	for _, r := range rules {
		if r.table == table {
			number[r.chain]++
			input = append(input, fmt.Sprintf("-I %s %d %s", r.chain, number[r.chain], r.rule))
		}
	}
	if len(number) == 0 {
		return nil
	}
	s := g.root("host: firewall", g.Tools.Restore().With("--noflush", "--wait")...)
	s.Stdin = lines(append(input, "COMMIT")...)
	return []plan.Step{s}
}

// removeRules removes them one by one: somebody may have flushed the host's
// firewall since.
func (g Gateway) removeRules(rules []hostRule, table string) []plan.Step {
	var steps []plan.Step
	for _, r := range rules {
		if r.table != table {
			continue
		}
		args := append([]string{"--wait", "-t", r.table, "-D", r.chain}, strings.Fields(r.rule)...)
		s := g.root("host: firewall", g.Tools.Iptables.With(args...)...)
		s.Gone = noSuchRule
		steps = append(steps, s)
	}
	return steps
}

func (g Gateway) mount(kind, file string) []plan.Step {
	return []plan.Step{g.root("host: mount the gateway's namespaces",
		g.Tools.Mount.With("--bind", "/proc/"+holder+"/ns/"+kind, file)...)}
}

func (g Gateway) umount(file string) []plan.Step {
	return []plan.Step{g.root("host: unmount the gateway's namespaces", g.Tools.Umount.With(file)...)}
}

// root is a step on the host as root.
func (g Gateway) root(about string, argv ...string) plan.Step {
	return plan.Step{About: about, Place: plan.Place{Name: "host", Enter: g.Sudo}, Argv: argv}
}

// hostStep is a step on the host as the user.
func hostStep(about string, argv ...string) plan.Step {
	return plan.Step{About: about, Place: plan.Place{Name: "host"}, Argv: argv}
}

// inside is a step in the gateway.
func (g Gateway) inside(about string, argv ...string) plan.Step {
	return plan.Step{About: about, Place: plan.Place{Name: "gateway", Enter: g.Enter()}, Argv: argv}
}

// Enter is the way into a gateway that stands, or into what takes its place.
func (g Gateway) Enter() []string {
	if g.Isolated != nil {
		return g.Isolated.enter(g.Tools)
	}
	return g.Tools.Nsenter.With("--user="+g.UserNS(), "--net="+g.NetNS())
}
