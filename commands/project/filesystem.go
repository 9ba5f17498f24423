package project

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"vagganet/commands/config"
	"vagganet/netcmd"
)

// workMount is where children of a container see the project's folder.
const workMount = "/work"

// fileSystem is what a child sees of files: nil for the host's as it is.
func fileSystem(m Machine, run netcmd.Run, child *config.Child, container *config.Container, file *config.File) (*netcmd.FileSystem, error) {
	if container == nil && len(child.Volumes) == 0 {
		return nil, nil
	}
	files := &netcmd.FileSystem{Base: "/"}
	if container != nil && container.Rootfs != "" {
		base, err := existing(file, container.Line, "rootfs", container.Rootfs)
		if err != nil {
			return nil, err
		}
		files.Base = base
	}
	mounts, err := mounts(run, child, container, file)
	if err != nil {
		return nil, err
	}
	for i := range mounts {
		if mounts[i].Path, err = m.Resolve(files.Base, mounts[i].Path); err != nil {
			return nil, err
		}
	}
	sort.Slice(mounts, func(i, j int) bool { return mounts[i].Path < mounts[j].Path })
	files.Mounts = mounts
	var points []string
	for _, mount := range mounts {
		points = append(points, mount.Path)
	}
	files.Tree, err = m.Tree(files.Base, points)
	return files, err
}

// RunDir is the first of some folders that an isolated run can mount its own on: where no
// volume of its children is, nor anywhere in it or around it. It is empty if there is none.
func RunDir(dirs []string, command *config.Command, chosen Choice, file *config.File) string {
	var volumes []config.Volume
	for _, child := range command.Children {
		if !chosen[child.Name] || file == nil {
			continue
		}
		volumes = append(volumes, child.Volumes...)
		if container := file.Containers[child.Container]; container != nil {
			volumes = append(volumes, container.Volumes...)
		}
	}
	for _, dir := range dirs {
		if !slices.ContainsFunc(volumes, func(v config.Volume) bool {
			return strings.HasPrefix(v.Path+"/", dir+"/") || strings.HasPrefix(dir+"/", v.Path+"/")
		}) {
			return dir
		}
	}
	return ""
}

// mounts are the project's folder, the volumes of child and container, and, in
// a root file system, what a run has in files.
func mounts(run netcmd.Run, child *config.Child, container *config.Container, file *config.File) ([]netcmd.Mount, error) {
	project, err := filepath.Abs(file.Dir)
	if err != nil {
		return nil, err
	}
	byPath := map[string]netcmd.Mount{}
	var volumes []config.Volume
	if container != nil {
		byPath[workMount] = netcmd.Mount{Path: workMount, Source: project, Recursive: true}
		volumes = slices.Clone(container.Volumes)
		if container.Rootfs != "" {
			for _, name := range []string{"/etc/hosts", "/etc/resolv.conf"} {
				byPath[name] = netcmd.Mount{Path: name, Source: name, File: true}
			}
			// Without it, nobody in there could make a partition.
			dir := run.RunDir()
			byPath[dir] = netcmd.Mount{Path: dir, Source: dir, Recursive: true}
		}
	}
	// The child's own go over the container's of the same path, which is then not
	// needed.
	wanted := map[string]config.Volume{}
	for _, v := range append(volumes, child.Volumes...) {
		wanted[v.Path] = v
	}
	for _, path := range slices.Sorted(maps.Keys(wanted)) {
		m, err := mount(run, child, wanted[path], file)
		if err != nil {
			return nil, err
		}
		byPath[path] = m
	}
	var list []netcmd.Mount
	for _, m := range byPath {
		list = append(list, m)
	}
	return list, nil
}

func mount(run netcmd.Run, child *config.Child, v config.Volume, file *config.File) (netcmd.Mount, error) {
	m := netcmd.Mount{Path: v.Path}
	if v.Unusable != "" {
		return m, &config.Error{Path: file.Path, Line: v.Line,
			Msg:  fmt.Sprintf("%s needs the volume %q, which %s", child.Name, v.Path, v.Unusable),
			Hint: "use !BindRO, !BindRW, !Tmpfs or !VaggaBin; commands that don't need the volume run as they are"}
	}
	switch v.Kind {
	case config.Tmpfs:
		m.Size, m.Mode, m.UID, m.GID = v.Size, uint32(v.Mode), v.UID, v.GID
		return m, nil
	case config.VaggaBin:
		m.Source, m.Recursive = run.BinDir(), true
		return m, nil
	}
	source, err := existing(file, v.Line, "volume "+v.Path, v.Source)
	if err != nil {
		return m, err
	}
	info, err := os.Stat(source)
	m.Source, m.ReadOnly, m.Recursive = source, v.Kind == config.BindRO, v.Kind == config.BindRW
	m.File = err == nil && !info.IsDir()
	return m, err
}

// existing is the absolute path of something that the config file names.
func existing(file *config.File, line int, what, name string) (string, error) {
	path, err := filepath.Abs(name)
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		return "", &config.Error{Path: file.Path, Line: line, Msg: fmt.Sprintf("%s is not there: %q", what, path),
			Hint: "make it first: nothing is made in the host's file system by itself"}
	}
	return path, nil
}
