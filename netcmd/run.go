package netcmd

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"al.essio.dev/pkg/shellescape"

	"vagganet/netcmd/plan"
)

// Bridge is the name of the bridge where a node is asked for.
const Bridge = "bridge"

// Run is all that the plans for one run depend on: its network, and the
// processes in it.
type Run struct {
	Name    string
	Command string
	Gateway Gateway
	Network GuestNetwork
	Guests  []Guest
	// MTU is that of the guests' devices, their ports and the bridge, in bytes; 0
	// leaves them the kernel's.
	MTU int
	// Mode says what the end of one child means for the others.
	Mode plan.Mode
	// Children are the processes, in the order of their start.
	Children []Child
	// Program is the absolute path of this program. Children find it, and the
	// names it is called by, in PATH.
	Program string
	// Links says that the program's folder lacks some of its names.
	Links bool
	// Seed is what is drawn by in the run. Children find it in their environment.
	Seed uint64
	// ExactName says that there must be no other run of that name; else the run gets
	// another one then.
	ExactName bool
	// KillAfter is how long children may take to end.
	KillAfter time.Duration
	// ResolvConf is what the run's processes see as /etc/resolv.conf; empty
	// for the host's.
	ResolvConf string
	// Legacy says that iptables is of the legacy kind.
	Legacy bool
	// NoProc says that no /proc can be mounted in a user namespace, since parts
	// of the one that is there are hidden. The run does with that one, and its
	// guests without a PID namespace of their own: it would not be theirs.
	NoProc bool
	// OddNames says that the caller's environment has names that a shell would
	// drop.
	OddNames bool
	// Umask is the caller's, as a shell has it; empty for 022.
	Umask string
	// Hosts is the text of the host's own /etc/hosts.
	Hosts string
	// OneUserNS says that the kernel lets nobody in the run's user namespace make
	// another one: all nodes are in that one.
	OneUserNS bool
	// Network6 is the guests' IPv6 network, if they have one.
	Network6 GuestNetwork6
	// IPv6 and BridgeFilter say what this kernel has.
	IPv6, BridgeFilter bool
}

// Child is a process of a run, in a guest, in the bridge's namespace, or in the
// caller's network.
type Child struct {
	Name string
	// Node is the guest's name, Bridge or Caller.
	Node string
	Argv []string
	// Env are NAME=VALUE, besides what the caller has.
	Env []string
	// Path replaces the caller's PATH, if not empty.
	Path string
	// WorkDir is an absolute path, as the child sees it; empty for the
	// caller's folder.
	WorkDir string
	// UserID is the user's number in the user namespace.
	UserID int
	// Files is the child's file system; nil for the host's as it is.
	Files *FileSystem
	// CleanEnv says that the child gets Env alone, not what the caller has.
	CleanEnv bool
}

// ProgramNames are the names by which children call the program.
var ProgramNames = []string{"vagganet", "vagga", "vagga_network", "vagga_partition"}

// Info is what a run says of itself, in a file of its folder.
type Info struct {
	Run     string `json:"run"`
	Command string `json:"command"`
	// Isolated says that the run has no gateway: then Slot is -1, and Gateway
	// and Bridge, the addresses of its slot, are empty.
	Isolated     bool       `json:"isolated"`
	Slot         int        `json:"slot"`
	Gateway      netip.Addr `json:"gateway"`
	Bridge       netip.Addr `json:"bridge"`
	GuestNetwork string     `json:"guest_network"`
	Guests       []Guest    `json:"guests"`
	// MTU is 0 where the run leaves it to the kernel.
	MTU int `json:"mtu,omitempty"`
	// Iptables and Ebtables are what the run's rules are made by; Ebtables is
	// null where iptables makes plain cuts, too. Rules of one kind of iptables,
	// legacy or not, mean nothing to the other.
	Iptables Tool `json:"iptables"`
	Ebtables Tool `json:"ebtables"`
	Legacy   bool `json:"legacy"`
	// NoProc says that guests have no PID namespace of their own.
	NoProc bool `json:"no_proc"`
	// OneUserNS says that guests have no user namespace of their own.
	OneUserNS bool `json:"one_user_ns"`
}

// dir is a path in the run's own folder. Guests' names begin with a letter or a
// digit, so everything else in there begins with a dot.
func (r Run) dir(name string) string { return r.Gateway.RunDir() + "/" + name }

// InfoFile is where, inside of a run, its Info is.
func InfoFile(runDir string) string { return runDir + "/.run.json" }

// isolated says that the run has no gateway.
func (r Run) isolated() bool { return r.Gateway.Isolated != nil }

// Enter is the step that all other steps of the run are inside of: the
// gateway's namespaces, or new ones in place of them, and a mount and a PID
// namespace of the run's own. When the first process in there ends, everything
// else of the run does.
func (r Run) Enter() plan.Step {
	about := "run: its own mounts and processes, in the gateway's namespaces"
	if r.isolated() {
		about = "run: its own network, mounts and processes"
	}
	words := []string{"--mount", "--propagation", "private", "--pid", "--fork", "--kill-child"}
	if !r.NoProc {
		words = append(words, "--mount-proc")
	}
	return plan.Step{
		About: about,
		Place: plan.Place{Name: r.outermost(), Enter: r.enter()},
		Argv:  r.Gateway.Tools.Unshare.With(words...),
	}
}

// SlotVariable takes the number of the run's slot.
const SlotVariable = "_slot"

// The variables that take what is decided when the run begins: its name, what tells
// it from others of that name, and what follows from its slot.
const (
	nameVar       = "_run"
	tokenVar      = "_token"
	zoneVar       = "_zone"
	gatewayVar    = "_gateway"
	bridgeVar     = "_bridge"
	gatewayMACVar = "_gateway_mac"
	bridgeMACVar  = "_bridge_mac"
)

// Plan is the whole run as one plan: one step, with all others inside of it. The
// last one before the children writes down what the run says of itself.
func (r Run) Plan() plan.Plan {
	s := r.Enter()
	s.Inside = &plan.Inside{
		Plan: slices.Concat(r.prepare(), r.populate(), r.forward(), r.connect(), r.start()),
		Name: &plan.Name{
			Folder: r.Gateway.RunsDir(), Make: r.isolated(), Wanted: r.Name, Exact: r.ExactName,
			Variable: nameVar, Token: tokenVar, Patience: r.KillAfter.Seconds(),
		},
	}
	return plan.Plan{s}
}

// claim takes a slot, where there is a gateway.
func (r Run) claim() plan.Plan {
	if r.isolated() {
		return nil
	}
	s := r.inGateway("gateway: a slot that no other run has", r.Gateway.Tools.batch()...)
	first := r.Gateway.Network.Slot(0)
	s.Numbers = &plan.Numbers{
		Name: SlotVariable, Count: Slots,
		Values: []plan.Value{
			{Name: gatewayVar, First: number(first.Gateway), Each: slotSize, Form: plan.Address},
			{Name: gatewayMACVar, First: number(first.Gateway), Each: slotSize, Form: plan.Hardware},
			{Name: bridgeVar, First: number(first.Bridge), Each: slotSize, Form: plan.Address},
			{Name: bridgeMACVar, First: number(first.Bridge), Each: slotSize, Form: plan.Hardware},
		},
		// Of the first line: the kernel makes a device only once.
		Taken: "File exists\nCommand failed -:1",
		None:  fmt.Sprintf("all %d slots of the gateway %s are taken by other runs", Slots, r.Gateway.Interface),
	}
	if r.HasPorts() {
		s.Numbers.Values = append(s.Numbers.Values, plan.Value{Name: zoneVar, First: uint32(first.zone()), Each: 1})
	}
	slot := r.slot()
	s.Stdin = lines(
		fmt.Sprintf("link add %s address %s type veth peer name %s address %s netns %s",
			slot.gatewayDevice, slot.gatewayMAC, slot.bridgeDevice, slot.bridgeMAC, r.dir(Bridge)),
		fmt.Sprintf("addr add %s/30 dev %s", slot.gateway, slot.gatewayDevice),
		"link set dev "+slot.gatewayDevice+" up")
	if r.Gateway.Tools.arp() == nil {
		s.Stdin += lines(peer(slot.bridge, slot.bridgeMAC, slot.gatewayDevice))
	}
	return plan.Plan{s}
}

// gatewayNeighbour writes down the bridge's hardware address, where claim doesn't:
// for an entry like this, ip reads all devices first, and the gateway has one for
// each run.
func (r Run) gatewayNeighbour() plan.Plan {
	arp := r.Gateway.Tools.arp()
	if arp == nil || r.isolated() {
		return nil
	}
	slot := r.slot()
	return plan.Plan{r.inGateway("gateway: the bridge's hardware address", arp.With("-i", slot.gatewayDevice, "-s", slot.bridge, slot.bridgeMAC)...)}
}

// slotWords are what a slot's devices and addresses are called in plans.
type slotWords struct{ gatewayDevice, bridgeDevice, gateway, bridge, gatewayMAC, bridgeMAC, zone string }

// slot is the run's, of which nothing is known before it is taken.
func (r Run) slot() slotWords {
	return slotWords{
		gatewayDevice: "ch" + plan.Var(SlotVariable), bridgeDevice: "ch" + plan.Var(SlotVariable) + "c",
		gateway: plan.Var(gatewayVar), bridge: plan.Var(bridgeVar),
		gatewayMAC: plan.Var(gatewayMACVar), bridgeMAC: plan.Var(bridgeMACVar),
		zone: plan.Var(zoneVar),
	}
}

// words are those of a slot that is known.
func (s Slot) words() slotWords {
	return slotWords{s.GatewayDevice(), s.BridgeDevice(), s.Gateway.String(), s.Bridge.String(), MAC(s.Gateway), MAC(s.Bridge), strconv.Itoa(s.zone())}
}

// populate takes the slot, makes the guests, and does what else needs no more than
// the bridge's namespace.
func (r Run) populate() plan.Plan {
	p := slices.Concat(r.claim(), plan.Plan{r.mountCovers()}, r.bridgeDevice(), r.bridgeFirewall())
	for _, g := range r.Guests {
		p = append(p, r.guest(g))
	}
	return plan.InAnyOrder("populate", p)
}

// connect builds the network between the namespaces. Ports are led on before the
// bridge can get a packet for them: conntrack would know it as one for the bridge.
func (r Run) connect() plan.Plan {
	p := append(slices.Concat(r.gatewayNeighbour(), r.bridgePorts()), r.bridge())
	return append(p, r.write("run: what it says of itself, now that it is up", InfoFile(r.Gateway.RunDir()), r.info()))
}

// start starts the children.
func (r Run) start() plan.Plan {
	var p plan.Plan
	for _, c := range r.Children {
		p = append(p, r.Child(c))
	}
	return p
}

// info is the run's Info as JSON, in which a variable stands for each value that is
// known when the run begins.
func (r Run) info() string {
	info := Info{
		Run: plan.Var(nameVar), Command: r.Command, Isolated: r.isolated(), Slot: -1,
		GuestNetwork: r.Network.String(), Guests: r.Guests, MTU: r.MTU,
		Iptables: r.Gateway.Tools.Iptables, Ebtables: r.Gateway.Tools.Ebtables, Legacy: r.Legacy, NoProc: r.NoProc, OneUserNS: r.OneUserNS,
	}
	var written any = info
	if !r.isolated() {
		written = struct {
			Info
			Slot    string `json:"slot"`
			Gateway string `json:"gateway"`
			Bridge  string `json:"bridge"`
		}{info, bare + plan.Var(SlotVariable) + bare, plan.Var(gatewayVar), plan.Var(bridgeVar)}
	}
	text, err := json.MarshalIndent(written, "", "  ")
	if err != nil {
		panic(err) // names and addresses always have a JSON form
	}
	return strings.NewReplacer(`"`+bare, "", bare+`"`, "", `\u0000`, "\x00").Replace(string(text)) + "\n"
}

// bare stands on both sides of a number that JSON would have in quotes.
const bare = "(bare)"

// newNetNS is the way into a network namespace that is made by going there. What
// is done first is a shell's, in the namespace: settings that it starts with.
func (r Run) newNetNS(file string, first ...string) []string {
	unshare := r.Gateway.Tools.Unshare.With("--net=" + r.dir(file))
	if r.NoProc {
		// Unshare looks for itself in /proc by its number, which is another
		// one there.
		mount := shellescape.QuoteCommand(r.Gateway.Tools.Mount.With("--bind", "/proc/self/ns/net", r.dir(file)))
		first = append([]string{mount}, first...)
		unshare = r.Gateway.Tools.Unshare.With("--net")
	}
	if len(first) == 0 {
		return unshare
	}
	return append(unshare, "sh", "-c", strings.Join(append(first, `exec "$@"`), " && "), "sh")
}

// outermost is the name of the network namespace that the run's first process
// is in.
func (r Run) outermost() string {
	if r.isolated() || r.InCallersNet() {
		return "run"
	}
	return "gateway"
}

// step is a step inside the run, where its first process is.
func (r Run) step(about string, argv ...string) plan.Step {
	return plan.Step{About: about, Place: plan.Place{Name: r.outermost()}, Argv: argv}
}

// at is a step in the network namespace of the bridge or a guest.
func (r Run) at(node, about string, argv ...string) plan.Step {
	name := node
	if node != Bridge {
		name = "guest " + node
	}
	place := plan.Place{Name: name, Enter: r.Gateway.Tools.Nsenter.With("--net=" + r.dir(node))}
	return plan.Step{About: name + ": " + about, Place: place, Argv: argv}
}

// write is a step that writes a file.
func (r Run) write(about, file, text string) plan.Step {
	s := r.step(about, "dd", "of="+file, "status=none")
	s.Stdin = text
	return s
}

// neighbour is the line of an ip batch that writes down the hardware address of
// a peer. The kernel's table of learned neighbours is small, and one for all
// namespaces; entries made by hand don't count.
// The hardware address is that which goes with the peer's IPv4 address.
func neighbour(ip, ip4 netip.Addr, device string) string { return peer(ip.String(), MAC(ip4), device) }

// peer is neighbour for an address and a hardware address in words.
func peer(ip, mac, device string) string {
	return fmt.Sprintf("neigh replace %s lladdr %s dev %s nud permanent", ip, mac, device)
}
