// Package project makes of one command of a config file what a run is made of: its
// guests, its processes, and what these see of files.
package project

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sort"

	"vagganet/commands/config"
	"vagganet/netcmd"
	"vagganet/netcmd/addresses"
	"vagganet/netcmd/gateway"
	"vagganet/netcmd/live"
)

// Machine is what the package asks of the machine that it runs on.
type Machine interface {
	// Resolve follows the symbolic links of a path as a process sees them whose
	// root is base.
	Resolve(base, path string) (string, error)
	// Tree lists the folders of base on the way to each path.
	Tree(base string, paths []string) (netcmd.Tree, error)
}

// AddChildren gives a run the guests and processes of a command, as far as they
// are chosen: those in the caller's network, then guests, then who shares a guest's
// network, then bridge commands, each in the order of names. Guests have the addresses that they have in the
// whole command.
func AddChildren(m Machine, run *netcmd.Run, command *config.Command, chosen map[string]bool, file *config.File) error {
	run.Mode = command.Mode
	var guests []netcmd.Guest
	lines := map[string]int{}
	for _, child := range command.Children {
		if child.Network != nil {
			guests = append(guests, guest(child))
			lines[child.Name] = child.Line
		}
	}
	wanted := guests
	guests, err := netcmd.AssignAddresses(run.Network, wanted)
	var bad *netcmd.GuestError
	if errors.As(err, &bad) && file != nil {
		return &config.Error{Path: file.Path, Line: lines[bad.Guest], Msg: err.Error(),
			Hint: guestHint(run.Network, wanted[slices.IndexFunc(wanted, func(g netcmd.Guest) bool { return g.Name == bad.Guest })], command, file)}
	}
	if err != nil {
		return err
	}
	children := slices.DeleteFunc(slices.Clone(command.Children), func(c *config.Child) bool { return !chosen[c.Name] })
	run.Guests = slices.DeleteFunc(guests, func(g netcmd.Guest) bool { return !chosen[g.Name] })
	if err := netcmd.CheckPorts(run.Guests); errors.As(err, &bad) {
		return &config.Error{Path: file.Path, Line: lines[bad.Guest], Msg: err.Error(),
			Hint: "the gateway has each port once, for all guests of a run"}
	}
	sort.SliceStable(children, func(i, j int) bool {
		one, other := children[i], children[j]
		return cmp.Or(order(one)-order(other), cmp.Compare(one.Name, other.Name)) < 0
	})
	for _, child := range children {
		child := *child
		child.After = slices.DeleteFunc(slices.Clone(child.After), func(other string) bool { return !chosen[other] })
		c, err := process(m, *run, &child, file)
		if err != nil {
			return err
		}
		run.Children = append(run.Children, c)
	}
	return nil
}

// guestHint is the cure for a guest that can't be as the file has it.
func guestHint(network addresses.GuestNetwork, g netcmd.Guest, command *config.Command, file *config.File) string {
	switch {
	case !g.IP.IsValid() || network.CheckGuest(g.IP) == nil:
		return ""
	case network.Prefix().Contains(g.IP):
		return fmt.Sprintf("guests have addresses of %s, but not its first and last and not the bridge's %s", network, network.Bridge())
	}
	if all, err := addresses.NewGuestNetwork(file.Network()); err == nil && all != network {
		return fmt.Sprintf("all addresses of the file lie in %s: have \"guest-network: %s\" at its top, and no --guest-network or VAGGANET_GUEST_NETWORK", all, all)
	}
	if own, err := addresses.NewGuestNetwork(config.NetworkOf(command)); err == nil && own != network {
		return fmt.Sprintf("all addresses of %s lie in %s: say --guest-network %s", command.Name, own, own)
	}
	return "one network, from a /24 to a /17, must have all addresses of a command: see guest-network in \"vagganet init --print\""
}

func order(child *config.Child) int {
	switch {
	case child.Bridge:
		return 3
	case child.Node != "":
		return 2
	case child.Network != nil:
		return 1
	}
	return 0
}

func guest(child *config.Child) netcmd.Guest {
	g := netcmd.Guest{Name: child.Name, Hostname: child.Network.Hostname, IP: child.Network.IP}
	if g.Hostname == "" {
		g.Hostname = child.Name
	}
	for _, p := range child.Network.Ports {
		protocol := "tcp"
		if p.UDP {
			protocol = "udp"
		}
		g.Ports = append(g.Ports, gateway.PortForward{Protocol: protocol, External: p.External, Internal: p.Internal})
	}
	return g
}

func process(m Machine, run netcmd.Run, child *config.Child, file *config.File) (netcmd.Child, error) {
	c := netcmd.Child{Name: child.Name, Node: netcmd.Caller, Argv: child.Run, UserID: child.UserID, GroupID: child.GroupID, External0: child.External0}
	switch {
	case child.Bridge:
		c.Node = netcmd.Bridge
	case child.Network != nil:
		c.Node = child.Name
	case child.Node != "":
		c.Node = child.Node
	}
	c.After, c.Restart = child.After, child.Restart
	if r := child.Ready; r != nil {
		c.Ready = &netcmd.Ready{Port: r.Port, Run: r.Run, Log: r.Log, Within: r.Within}
	}
	if file == nil {
		return c, nil
	}
	container := file.Containers[child.Container]
	if child.Container != "" && container == nil {
		container = &config.Container{}
	}
	setEnvironment(&c, child, container)
	files, err := fileSystem(m, run, child, container, file)
	if err != nil {
		return c, err
	}
	c.Files = files
	return c, setWorkDir(&c, child, file)
}

// passedOn are the variables that a child with a root file system of its own
// gets from the caller.
var passedOn = []string{"TERM", "http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy",
	"HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY", "NO_PROXY"}

// setEnvironment puts the container's variables and then the child's into the
// child's environment.
func setEnvironment(c *netcmd.Child, child *config.Child, container *config.Container) {
	environ := map[string]string{}
	if container != nil && container.Rootfs != "" {
		c.CleanEnv = true
		environ["PATH"] = live.DefaultPath
		for _, name := range passedOn {
			if value, set := os.LookupEnv(name); set {
				environ[name] = value
			}
		}
	}
	if container != nil {
		maps.Copy(environ, container.Environ)
	}
	maps.Copy(environ, child.Environ)
	c.Path = environ["PATH"]
	delete(environ, "PATH")
	for _, name := range slices.Sorted(maps.Keys(environ)) {
		c.Env = append(c.Env, name+"="+environ[name])
	}
}

// setWorkDir finds the child's folder. Children of a container see the
// project's folder as /work, and start in there where the caller is.
func setWorkDir(c *netcmd.Child, child *config.Child, file *config.File) error {
	project, err := filepath.Abs(file.Dir)
	if err != nil {
		return err
	}
	here := child.WorkDir
	if here == "" && c.Files != nil {
		if cwd, err := os.Getwd(); err == nil {
			here, _ = filepath.Rel(project, cwd)
		}
		if !filepath.IsLocal(here) {
			here = "."
		}
	}
	if here == "" {
		return nil
	}
	dir := filepath.Join(project, here)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return &config.Error{Path: file.Path, Line: child.Line,
			Msg:  fmt.Sprintf("work-dir of %s is no folder: %q", child.Name, dir),
			Hint: "work-dir is relative to the config file's folder"}
	}
	c.WorkDir = dir
	if child.Container != "" {
		c.WorkDir = filepath.Join(workMount, here)
	}
	return nil
}

// CheckSupervised refuses a command of the file that has no network.
func CheckSupervised(file *config.File, command *config.Command) error {
	if command.Supervise {
		return nil
	}
	return &config.Error{Path: file.Path, Line: command.Line, Msg: fmt.Sprintf("command %q has no network", command.Name),
		Hint: "run takes commands of the kind !Supervise"}
}
