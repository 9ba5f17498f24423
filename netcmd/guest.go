package netcmd

import (
	"fmt"
	"net/netip"
	"slices"
	"sort"
	"strconv"
	"strings"

	"al.essio.dev/pkg/shellescape"

	"vagganet/netcmd/addresses"
	"vagganet/netcmd/gateway"
	"vagganet/netcmd/plan"
)

// Guest is a node of the run: a network namespace with one address.
type Guest struct {
	Name     string     `json:"name"`
	Hostname string     `json:"hostname"`
	IP       netip.Addr `json:"ip"`
	// IP6 has the same number in the guests' IPv6 network; the zero Addr where
	// the run has none.
	IP6 netip.Addr `json:"ip6,omitzero"`
	// Ports are those of the gateway that lead to the guest.
	Ports []gateway.PortForward `json:"ports,omitempty"`
}

// Addresses are the guest's own: IP, and IP6 if it has one.
func (g Guest) Addresses() []netip.Addr {
	if g.IP6.IsValid() {
		return []netip.Addr{g.IP, g.IP6}
	}
	return []netip.Addr{g.IP}
}

// Port is the guest's port of the bridge.
func (g Guest) Port() string { return addresses.BridgePort(g.Name) }

// GuestError is what is wrong with one guest.
type GuestError struct {
	Guest string
	Err   error
}

func (e *GuestError) Error() string { return fmt.Sprintf("guest %s: %v", e.Guest, e.Err) }
func (e *GuestError) Unwrap() error { return e.Err }

// AssignAddresses checks the guests' addresses and gives those without one the
// lowest free ones, in the order of names. It returns the guests by name.
func AssignAddresses(network addresses.GuestNetwork, guests []Guest) ([]Guest, error) {
	guests = slices.Clone(guests)
	sort.Slice(guests, func(i, j int) bool { return guests[i].Name < guests[j].Name })
	if err := checkHostnames(guests); err != nil {
		return nil, err
	}
	taken := map[netip.Addr]string{}
	for _, g := range guests {
		if !g.IP.IsValid() {
			continue
		}
		if err := network.CheckGuest(g.IP); err != nil {
			return nil, &GuestError{g.Name, err}
		}
		if other, twice := taken[g.IP]; twice {
			return nil, &GuestError{g.Name, fmt.Errorf("address %s is guest %s's already", g.IP, other)}
		}
		taken[g.IP] = g.Name
	}
	next := network.Prefix().Addr()
	for i, g := range guests {
		if g.IP.IsValid() {
			continue
		}
		for next = next.Next(); network.CheckGuest(next) != nil || taken[next] != ""; next = next.Next() {
			if !network.Prefix().Contains(next) {
				return nil, &GuestError{g.Name, fmt.Errorf("no address is left in the guest network %s", network)}
			}
		}
		guests[i].IP = next
	}
	return guests, nil
}

// checkHostnames returns an error if a guest has a name in /etc/hosts that is another's.
func checkHostnames(guests []Guest) error {
	owner := map[string]string{"localhost": "every guest"}
	for _, g := range guests {
		owner[g.Name] = "guest " + g.Name
	}
	for _, g := range guests {
		if other := owner[g.Hostname]; other != "" && g.Hostname != g.Name {
			return &GuestError{g.Name, fmt.Errorf("hostname %s is that of %s already", g.Hostname, other)}
		}
		owner[g.Hostname] = "guest " + g.Name
	}
	return nil
}

// guest makes a guest's device, with a peer in the bridge's namespace, and, where
// nodeNamespaces doesn't, the guest's own.
func (r Run) guest(g Guest) plan.Step {
	s := r.at(g.Name, "device and address", r.Gateway.Tools.Batch()...)
	if r.OneUserNS {
		s.About = "guest " + g.Name + ": network namespace, device and address"
		s.Place = plan.Place{Name: s.Place.Name, Enter: r.newNetNS(g.Name, r.guestSettings()...)}
	}
	batch := []string{
		"link set dev lo up",
		fmt.Sprintf("link add %s address %s%s type veth peer name %s%s netns %s", addresses.GuestDevice, addresses.MAC(g.IP), r.mtu(), g.Port(), r.mtu(), r.dir(Bridge)),
		fmt.Sprintf("addr add %s/%d dev %s", g.IP, r.Network.Prefix().Bits(), addresses.GuestDevice),
		"link set dev " + addresses.GuestDevice + " up",
		"route add default via " + r.Network.Bridge().String(),
		Neighbour(r.Network.Bridge(), r.Network.Bridge(), addresses.GuestDevice),
	}
	if r.Network6.IsValid() {
		// Without a route that leads on: what programs try to reach elsewhere by
		// IPv6 fails at once, and they take IPv4.
		batch = append(batch,
			fmt.Sprintf("addr add %s/64 dev %s", g.IP6, addresses.GuestDevice),
			Neighbour(r.bridge6(), r.Network.Bridge(), addresses.GuestDevice))
	}
	s.Stdin = plan.Lines(batch...)
	return s
}

// guestSettings are the lines of a shell that gives a guest's namespace settings
// for devices to come. Where the run has no IPv6, guests have no link-local addresses
// either: iptables would not cut these. Where it has, addresses are good at once, as
// nobody else can have them, and no guest takes another one for a router.
func (r Run) guestSettings() []string {
	set := func(name, value string) string { return "echo " + value + " >/proc/sys/net/ipv6/conf/default/" + name }
	switch {
	case r.Network6.IsValid():
		return []string{set("disable_ipv6", "0"), set("accept_dad", "0"), set("accept_ra", "0")}
	case r.IPv6:
		return []string{set("disable_ipv6", "1")}
	}
	return nil
}

// bridge6 is the bridge's address in the guests' IPv6 network.
func (r Run) bridge6() netip.Addr { return r.Network6.Of(r.Network, r.Network.Bridge()) }

// Child is the step that starts a process. In a guest, a shell that stays is the first process
// of its PID namespace: the command itself then gets signals as anywhere else,
// and what it leaves behind ends with it.
func (r Run) Child(c Child) plan.Step {
	s := plan.Step{
		About: "start " + c.Name,
		Place: plan.Place{Name: "the caller's network"},
		Env:   r.childEnv(c),
		Child: &plan.Child{Name: c.Name, Mode: r.Mode, ExitFile: r.dir(".exit")},
	}
	if c.IsGuest() {
		s.Child.DownFile = DownFile(r.RunDir(), c.Node)
	}
	var enter []string
	switch {
	case c.Node == Caller:
	case r.OneUserNS:
		s.Place = r.inNetNS(c.Node, r.dir(c.Node))
	default:
		s.Place.Name, enter = c.Node, append(r.intoUser(Bridge), "--net="+r.dir(c.Node))
	}
	if c.IsGuest() {
		r.named(&s.Place, r.hostname(c.Node))
		s.Place.Name = "guest " + c.Node
	}
	s.Argv = slices.Concat(enter, r.unshare(c), r.below(c), []string{"sh", "-c", r.script(c), "sh"}, c.Argv)
	if c.CleanEnv {
		// The command's PATH is the last thing to be set, so that until then
		// the host's tools are found.
		s.Env = append([]string{"PATH=" + plan.Env("PATH")}, s.Env...)
		s.OnlyEnv = true
	}
	return s
}

// named has a place be in a UTS namespace of its own as well. Those that are made
// from there have the same hostname.
func (r Run) named(p *plan.Place, hostname string) {
	script := must(r.Gateway.Tools.Hostname.With(hostname)) + `exec "$@"`
	p.Enter = slices.Concat(r.Gateway.Tools.Unshare.With("--uts", "sh", "-c", script, "sh"), p.Enter)
	p.Thread.Hostname = hostname
}

// unshare makes the namespaces that are the child's alone.
func (r Run) unshare(c Child) []string {
	switch {
	case c.Node == Bridge && c.Files == nil && r.OneUserNS:
		return nil
	case !c.IsGuest() || r.NoProc:
		return r.Gateway.Tools.Unshare.With("--mount")
	}
	proc := "--mount-proc"
	if c.Files != nil && c.Files.ownRoot() {
		proc += "=" + r.root(c) + "/proc"
	}
	return r.Gateway.Tools.Unshare.With("--mount", "--pid", "--fork", "--kill-child", proc)
}

// below are the words that lead from there into a guest's own user namespace. All
// that is mounted by then is locked.
func (r Run) below(c Child) []string {
	if r.OneUserNS || !c.IsGuest() {
		return nil
	}
	var words []string
	if c.Files != nil {
		words = []string{"sh", "-c", r.mountFiles(c) + `exec "$@"`, "sh"}
	}
	return slices.Concat(words, r.intoUser(c.Node), r.Gateway.Tools.Unshare.With("--mount", "--uts"))
}

// mountFiles is the part of a shell's script that mounts a child's file system.
func (r Run) mountFiles(c Child) string {
	return must(r.Gateway.Tools.Mount.With("--all", "--fstab", r.fstab(c)))
}

// orFail ends a child's script as the program itself ends where it fails.
var orFail = " || exit " + strconv.Itoa(ExitOwn) + "; "

// must is the part of a shell's script for one command, without which the child
// doesn't start.
func must(words []string) string { return shellescape.QuoteCommand(words) + orFail }

// script is what is done in the child's namespaces before its command.
func (r Run) script(c Child) string {
	tools := r.Gateway.Tools
	var b strings.Builder
	if c.Node == Caller {
		// The names and the name servers there are the caller's, too.
		b.WriteString(must(tools.Umount.With(r.covered()...)))
	}
	if c.Files != nil && (r.OneUserNS || !c.IsGuest()) {
		b.WriteString(r.mountFiles(c))
	}
	exec := []string{"exec"}
	if r.carries(c) {
		exec = append(exec, shellescape.Quote(r.program()), EnvVerb)
	}
	if options := c.enter(r); len(options) > 0 {
		// With the child's own PATH, the tool might not be found any more.
		tool := tools.Unshare
		b.WriteString("enter=$(command -v " + shellescape.Quote(tool[0]) + ")" + orFail)
		exec = append(exec, `"$enter"`)
		for _, word := range slices.Concat(tool[1:], options) {
			exec = append(exec, shellescape.Quote(word))
		}
	}
	if r.Umask != "" {
		b.WriteString("umask " + shellescape.Quote(r.Umask) + "; ")
	}
	b.WriteString("PATH=" + r.searchPath(c) + "; ")
	command := strings.Join(append(exec, `"$@"`), " ")
	if !c.IsGuest() || r.NoProc {
		return b.String() + command
	}
	// The shell's own standard error is put aside: it would say "Terminated"
	// where the command should have the last word.
	return b.String() + fmt.Sprintf("exec %d>&2 2>/dev/null; (%s 2>&%[1]d %[1]d>&-); exit $?", AsideFD, command)
}

// AsideFD is the file that a guest's first process, a shell, has open once it has
// set the guest up, and only then: shells take lower ones for their own use.
const AsideFD = 8

// enterOptions are those of the unshare that changes a command's root, folder, group
// and user.
var enterOptions = []string{rootOption, folderOption, groupOption, userOption, mapUserOption, mapGroupOption}

const (
	rootOption   = "--root="
	folderOption = "--wd="
	groupOption  = "--setgid="
	userOption   = "--setuid="
	// These two make a user namespace.
	mapUserOption  = "--map-user="
	mapGroupOption = "--map-group="
)

// enter are the options of the unshare that changes a command's root, folder
// and user.
func (c Child) enter(r Run) []string {
	var options []string
	if c.Files != nil && c.Files.ownRoot() {
		options = append(options, rootOption+r.root(c))
	}
	if c.WorkDir != "" {
		options = append(options, folderOption+c.WorkDir)
	}
	switch user, group := strconv.Itoa(c.UserID), strconv.Itoa(c.GroupID); {
	case r.MapsIDs(c):
		options = append(options, "--user", mapUserOption+user, mapGroupOption+group)
	case c.hasID():
		// The one for the group also drops supplementary groups.
		options = append(options, groupOption+group, userOption+user)
	}
	return options
}

// hasID reports whether the child has another user or group than root's.
func (c Child) hasID() bool { return c.UserID != 0 || c.GroupID != 0 }

// MapsIDs reports whether the child's user and group are those of a user namespace of its
// own, in which they stand for the only ones that the run has: files that it makes are
// the caller's. It has no rights over its network then, as any user but root.
func (r Run) MapsIDs(c Child) bool { return c.hasID() && (r.OneID() || c.External0) }

// MappedIDs are a command's user and group that MapsIDs is about, by the command line of
// the guest's first process; false if there are none.
func MappedIDs(first []string) (user, group int, mapped bool) {
	script := slices.Index(first, "-c")
	if script < 0 || len(first) < script+2 {
		return 0, 0, false
	}
	words := strings.Fields(first[script+1])
	i := slices.IndexFunc(words, func(w string) bool { return strings.HasPrefix(w, mapUserOption) })
	if i < 0 || i+2 >= len(words) || !strings.HasPrefix(words[i+2], `"$@"`) {
		return 0, 0, false
	}
	user, err1 := strconv.Atoi(strings.TrimPrefix(words[i], mapUserOption))
	group, err2 := strconv.Atoi(strings.TrimPrefix(words[i+1], mapGroupOption))
	return user, group, err1 == nil && err2 == nil
}

// Underway reports whether a process of a guest is still on its way to the guest's
// command, by its command line and that of the guest's first process: then it is
// that shell, or what the shell has become to change root, folder, user and
// variables.
func Underway(first, own []string) bool {
	script := slices.Index(first, "-c")
	if script < 0 || len(first) < script+3 {
		return false
	}
	argv := first[script+3:]
	before := len(own) - len(argv)
	if before <= 0 || !slices.Equal(own[before:], argv) {
		return false
	}
	last := own[before-1]
	return slices.Equal(first, own) || last == EnvVerb || slices.ContainsFunc(enterOptions, func(o string) bool { return strings.HasPrefix(last, o) })
}

// searchPath is the command's PATH, as a shell has it: the program's own names
// come last.
func (r Run) searchPath(c Child) string {
	own := r.ownPath()
	if c.Path == "" {
		return "$PATH:" + shellescape.Quote(own)
	}
	return shellescape.Quote(c.Path + ":" + own)
}

func (r Run) hostname(guest string) string {
	for _, g := range r.Guests {
		if g.Name == guest {
			return g.Hostname
		}
	}
	return guest
}

// outVar is the variable by which children find the folder of run --out.
const outVar = "VAGGANET_OUT"

func (r Run) childEnv(c Child) []string {
	env := Carry(c.Env)
	if r.Out != "" {
		env = append(env, outVar+"="+r.Out)
	}
	return append(env,
		"VAGGANET_INTERFACE="+r.Gateway.Interface,
		"VAGGANET_RUN="+plan.Var(nameVar),
		"VAGGANET_SEED="+strconv.FormatUint(r.Seed, 10),
		"VAGGA_COMMAND="+r.Command,
		"VAGGA_SUBCOMMAND="+c.Name)
}
