package nodes

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

// idMaps are what a new user namespace gets: all ids of the one above it, each
// mapped to itself.
type idMaps struct {
	Users  []syscall.SysProcIDMap `json:"users"`
	Groups []syscall.SysProcIDMap `json:"groups"`
	// SetGroups reports whether processes may set their groups.
	SetGroups bool `json:"set_groups"`
}

// ownMaps reads what this process's user namespace has.
func ownMaps() (c idMaps, err error) {
	if c.Users, err = ownMap("uid_map"); err != nil {
		return c, err
	}
	if c.Groups, err = ownMap("gid_map"); err != nil {
		return c, err
	}
	text, err := os.ReadFile("/proc/self/setgroups")
	c.SetGroups = strings.TrimSpace(string(text)) == "allow"
	return c, err
}

func ownMap(name string) ([]syscall.SysProcIDMap, error) {
	text, err := os.ReadFile("/proc/self/" + name)
	if err != nil {
		return nil, err
	}
	var list []syscall.SysProcIDMap
	for line := range strings.Lines(string(text)) {
		var first, above, size int
		if _, err := fmt.Sscan(line, &first, &above, &size); err != nil {
			return nil, fmt.Errorf("/proc/self/%s: %w", name, err)
		}
		list = append(list, syscall.SysProcIDMap{ContainerID: first, HostID: first, Size: size})
	}
	return list, nil
}

// start starts a command in new namespaces.
func start(cmd *exec.Cmd) error {
	err := cmd.Start()
	if errors.Is(err, syscall.ENOSPC) { // which nobody would understand
		return fmt.Errorf("make namespaces: %w", syscall.ENOSPC)
	}
	return err
}

// inNewNamespaces has a command begin in a user namespace and a network namespace that
// belongs to it. The latter is made when the ids are mapped: some files of /proc/net
// belong for ever to who was root at that moment, and nobody may have been.
func (c idMaps) inNewNamespaces() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{
		Cloneflags: syscall.CLONE_NEWUSER, Unshareflags: syscall.CLONE_NEWNET,
		UidMappings: c.Users, GidMappings: c.Groups, GidMappingsEnableSetgroups: c.SetGroups,
	}
}
