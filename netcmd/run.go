package netcmd

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"al.essio.dev/pkg/shellescape"

	"vagganet/netcmd/addresses"
	"vagganet/netcmd/gateway"
	"vagganet/netcmd/plan"
)

// Bridge is the name of the bridge where a node is asked for.
const Bridge = "bridge"

// Run is all that the plans for one run depend on: its network, and the
// processes in it.
type Run struct {
	Name    string
	Command string
	Gateway gateway.Gateway
	// Isolated takes the gateway's place for a run that has none; nil for others.
	Isolated *Isolated
	Network  addresses.GuestNetwork
	Guests   []Guest
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
	// Links reports whether the program's folder lacks some of its names.
	Links bool
	// Roles are shell commands that succeed in the nodes that are in a role, by role.
	Roles map[string]string
	// Seed is what is drawn by in the run. Children find it in their environment.
	Seed uint64
	// Out is the absolute path of the folder that the run's files are written to; empty for
	// none. Children find it in their environment.
	Out string
	// ExactName reports whether there must be no other run of that name; else the run gets
	// another one then.
	ExactName bool
	// KillAfter is how long children may take to end.
	KillAfter time.Duration
	// ResolvConf is what the run's processes see as /etc/resolv.conf; empty
	// for the host's.
	ResolvConf string
	// Legacy reports whether iptables is of the legacy kind.
	Legacy bool
	// NoProc reports whether no /proc can be mounted in a user namespace, since parts
	// of the one that is there are hidden. The run does with that one, and its
	// guests without a PID namespace of their own: it would not be theirs.
	NoProc bool
	// OddNames reports whether the caller's environment has names that a shell would
	// drop.
	OddNames bool
	// Umask is the caller's, as a shell has it; empty for 022.
	Umask string
	// Hosts is the text of the host's own /etc/hosts.
	Hosts string
	// OneUserNS reports whether the kernel lets nobody in the run's user namespace make
	// another one: all nodes are in that one.
	OneUserNS bool
	// Network6 is the guests' IPv6 network, if they have one.
	Network6 addresses.GuestNetwork6
	// IPv6 and BridgeFilter say what this kernel has.
	IPv6, BridgeFilter bool
}

// Child is a process of a run, in a guest, in the bridge's namespace, or in the
// caller's network.
type Child struct {
	Name string
	// Node is the guest's name, Bridge or Caller. Of several children of a guest, the
	// one that has its name is the guest's own, and the others share its network.
	Node string
	Argv []string
	// Env are NAME=VALUE, besides what the caller has.
	Env []string
	// Path replaces the caller's PATH, if not empty.
	Path string
	// WorkDir is an absolute path, as the child sees it; empty for the
	// caller's folder.
	WorkDir string
	// UserID and GroupID are the numbers of user and group in the user namespace. With
	// another one than 0, the child has no supplementary groups.
	UserID, GroupID int
	// External0 reports whether they are to be the caller's outside of the child.
	External0 bool
	// Files is the child's file system; nil for the host's as it is.
	Files *FileSystem
	// CleanEnv reports whether the child gets Env alone, not what the caller has.
	CleanEnv bool
	// Ready is what shows that the child is ready; nil for one that is, once it is started.
	Ready *Ready
	// After are the names of children that are to be ready before it is started.
	After []string
	// Restart is when it is started again that has ended, whatever the run's mode.
	Restart Restart
}

// Ready is what shows that a child is ready: one of Port, Run and Log.
type Ready struct {
	// Port is a TCP port at which it takes connections, 1 to 65535.
	Port int
	// Run is a command that succeeds in its node.
	Run []string
	// Log is a regular expression (RE2) that a line matches which it writes.
	Log string
	// Within is how long it may take.
	Within time.Duration
}

// Restart is when a child is started again that has ended.
type Restart int

// The kinds of restart.
const (
	NoRestart        Restart = iota // as the run's mode has it
	RestartOnFailure                // when it has failed
	RestartAlways                   // whatever its exit code
)

// AddressOf returns a guest's IPv4 address; the zero Addr if there is no such guest.
func (r Run) AddressOf(guest string) netip.Addr {
	for _, g := range r.Guests {
		if g.Name == guest {
			return g.IP
		}
	}
	return netip.Addr{}
}

// ProgramNames are the names by which children call the program.
var ProgramNames = []string{"vagganet", "vagga", "vagga_network", "vagga_partition"}

// dir is a path in the run's own folder. Guests' names begin with a letter or a
// digit, so everything else in there begins with a dot.
func (r Run) dir(name string) string { return r.RunDir() + "/" + name }

// RunDir is where the run mounts a folder of its own.
func (r Run) RunDir() string {
	if r.isolated() {
		return r.Isolated.RunDir
	}
	return r.Gateway.RunDir()
}

// RunsDir is the user's folder with one locked file for each run.
func (r Run) RunsDir() string {
	if r.isolated() {
		return r.Isolated.RunsDir
	}
	return r.Gateway.RunsDir()
}

// OneID reports whether the run's user namespace has but one user and one group, the
// caller's, since there are no subordinate ids.
func (r Run) OneID() bool {
	if r.isolated() {
		return r.Isolated.OwnUser
	}
	return r.Gateway.User.UID != 0 && r.Gateway.User.SubUIDs.Count == 0
}

// isolated reports whether the run has no gateway.
func (r Run) isolated() bool { return r.Isolated != nil }

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
			Folder: r.RunsDir(), Make: r.isolated(), Wanted: r.Name, Exact: r.ExactName,
			Variable: nameVar, Token: tokenVar, Patience: r.KillAfter.Seconds(),
		},
	}
	return plan.Plan{s}
}

// populate gives the bridge's namespace all that has to be there before its devices, takes
// the slot, and makes the bridge and then the guests.
//
// In this order, since devices are numbered as they are made, and the kernel is slow with
// a veth whose ends have the same number, each in its own namespace: it may be a second
// before it forwards what is sent there. A guest's end is the first device of its
// namespace, so its port must not be that of the bridge's; and the run's end of the way to
// the gateway is the first one there, since the gateway's first goes to the host.
func (r Run) populate() plan.Plan {
	settings, settle := plan.Plan{r.bridgeNetNS()}, r.bridgeFirewall()
	if !r.OneUserNS { // else they come with the namespace
		settings, settle = nil, slices.Concat(settings, settle)
	}
	var guests plan.Plan
	for _, g := range r.Guests {
		guests = append(guests, r.guest(g))
	}
	return slices.Concat(settings, plan.InAnyOrder("settle", settle), r.claim(), plan.Plan{r.bridgeDevice()},
		plan.InAnyOrder("populate", guests))
}

// connect builds the network between the namespaces. Ports are led on before the
// bridge can get a packet for them: conntrack would know it as one for the bridge.
func (r Run) connect() plan.Plan {
	p := append(r.bridgePorts(), plan.InAnyOrder("connect", r.gatewayNeighbour(), plan.Plan{r.bridge()})...)
	return append(p, r.make("run: what it says of itself, now that it is up", plan.File{Path: InfoFile(r.RunDir()), Text: r.info()}))
}

// start starts the children.
func (r Run) start() plan.Plan {
	var p plan.Plan
	for _, c := range r.Children {
		p = append(p, r.Child(c))
	}
	return p
}

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
	return plan.Step{About: name + ": " + about, Place: r.inNetNS(name, r.dir(node)), Argv: argv}
}

// inNetNS is the place in the network namespace of a file that belongs to the run's
// user namespace, or to one below it.
func (r Run) inNetNS(name, file string) plan.Place {
	return plan.Place{Name: name, Enter: r.Gateway.Tools.Nsenter.With("--net=" + file), Thread: plan.Thread{NetNS: file}}
}

// make is a step that makes files in the run's own folder.
func (r Run) make(about string, files ...plan.File) plan.Step {
	s := r.step(about)
	s.Files = files
	return s
}

// Neighbour is the line of an ip batch that writes down the hardware address of
// a peer. The kernel's table of learned neighbours is small, and one for all
// namespaces; entries made by hand don't count.
// The hardware address is that which goes with the peer's IPv4 address.
func Neighbour(ip, ip4 netip.Addr, device string) string {
	return peer(ip.String(), addresses.MAC(ip4), device)
}

// peer is neighbour for an address and a hardware address in words.
func peer(ip, mac, device string) string {
	return fmt.Sprintf("neigh replace %s lladdr %s dev %s nud permanent", ip, mac, device)
}
