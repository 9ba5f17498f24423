package commands

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"vagganet/commands/config"
	"vagganet/netcmd"
	"vagganet/netcmd/plan"
)

// modes are the file's words for what the end of a child means.
var modes = map[config.Mode]plan.Mode{
	config.StopOnFailure:     plan.StopOnFailure,
	config.WaitAllSuccessful: plan.WaitAllSuccessful,
	config.WaitAll:           plan.WaitAll,
	config.Restart:           plan.Restart,
}

// addChildren gives a run the guests and processes of a command, as far as they
// are chosen: those in the caller's network, then guests, then bridge commands,
// each in the order of names. Guests have the addresses that they have in the
// whole command.
func addChildren(run *netcmd.Run, command *config.Command, chosen choice, file *config.File) error {
	run.Mode = modes[command.Mode]
	var guests []netcmd.Guest
	lines := map[string]int{}
	for _, child := range command.Children {
		if child.Network != nil {
			guests = append(guests, guest(child))
			lines[child.Name] = child.Line
		}
	}
	guests, err := netcmd.AssignAddresses(run.Network, guests)
	var bad *netcmd.GuestError
	if errors.As(err, &bad) && file != nil {
		return &config.Error{Path: file.Path, Line: lines[bad.Guest], Msg: err.Error(),
			Hint: fmt.Sprintf("guests have addresses of %s, but not its first and last and not the bridge's %s", run.Network, run.Network.Bridge())}
	}
	if err != nil {
		return err
	}
	children := slices.DeleteFunc(slices.Clone(command.Children), func(c *config.Child) bool { return !chosen[c.Name] })
	run.Guests = slices.DeleteFunc(guests, func(g netcmd.Guest) bool { return !chosen[g.Name] })
	slices.SortStableFunc(children, func(a, b *config.Child) int {
		return order(a) - order(b)
	})
	for _, child := range children {
		c, err := process(child, file)
		if err != nil {
			return err
		}
		run.Children = append(run.Children, c)
	}
	return nil
}

func order(child *config.Child) int {
	switch {
	case child.Bridge:
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
	return g
}

func process(child *config.Child, file *config.File) (netcmd.Child, error) {
	c := netcmd.Child{Name: child.Name, Node: netcmd.Caller, Argv: child.Run, Path: child.Environ["PATH"]}
	switch {
	case child.Bridge:
		c.Node = netcmd.Bridge
	case child.Network != nil:
		c.Node = child.Name
	}
	for _, name := range slices.Sorted(maps.Keys(child.Environ)) {
		if name != "PATH" {
			c.Env = append(c.Env, name+"="+child.Environ[name])
		}
	}
	if child.WorkDir == "" {
		return c, nil
	}
	dir, err := filepath.Abs(filepath.Join(file.Dir, child.WorkDir))
	if err != nil {
		return c, err
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return c, &config.Error{Path: file.Path, Line: child.Line,
			Msg:  fmt.Sprintf("work-dir of %s is no folder: %s", child.Name, dir),
			Hint: "work-dir is relative to the config file's folder"}
	}
	c.WorkDir = dir
	return c, nil
}

// checkSupported refuses what a file can say and this program can't do yet,
// rather than run something else than was asked for.
func checkSupported(file *config.File, command *config.Command) error {
	fail := func(line int, what string) error {
		return &config.Error{Path: file.Path, Line: line, Msg: what + " is not supported yet"}
	}
	if !command.Supervise {
		return &config.Error{Path: file.Path, Line: command.Line, Msg: fmt.Sprintf("command %q has no network", command.Name),
			Hint: "run takes commands of the kind !Supervise"}
	}
	for _, child := range command.Children {
		if child.Network != nil && len(child.Network.Ports) > 0 {
			return fail(child.Network.Line, "ports")
		}
		if child.UserID != 0 {
			return fail(child.Line, "user-id")
		}
		container := file.Containers[child.Container]
		if len(child.Volumes) > 0 || container != nil && (container.Rootfs != "" || len(container.Volumes) > 0 || len(container.Environ) > 0) {
			return fail(child.Line, "a container with a file system of its own")
		}
	}
	return nil
}
