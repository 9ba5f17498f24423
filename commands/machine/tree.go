package machine

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	securejoin "github.com/cyphar/filepath-securejoin"

	"vagganet/netcmd"
)

// Resolve follows the symbolic links of a path as a process sees them whose
// root is base. What doesn't exist has none.
func (Host) Resolve(base, p string) (string, error) {
	full, err := securejoin.SecureJoin(base, p)
	if err != nil {
		return "", err
	}
	inside, err := filepath.Rel(base, full)
	return path.Join("/", inside), err
}

// Tree lists the folders of base on the way to each path.
func (Host) Tree(base string, paths []string) (netcmd.Tree, error) {
	tree := netcmd.Tree{}
	for _, p := range append(paths, "/.") {
		for dir := path.Dir(p); ; dir = path.Dir(dir) {
			if _, known := tree[dir]; !known {
				entries, err := list(filepath.Join(base, dir))
				if err != nil {
					return nil, err
				}
				if entries != nil {
					tree[dir] = entries
				}
			}
			if dir == "/" {
				break
			}
		}
	}
	return tree, nil
}

// list is what a folder has; nil if there is no such folder.
func list(dir string) ([]netcmd.Entry, error) {
	found, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	entries := []netcmd.Entry{}
	for _, f := range found {
		e := netcmd.Entry{Name: f.Name(), Kind: netcmd.FileEntry}
		switch {
		case f.IsDir():
			e.Kind = netcmd.FolderEntry
		case f.Type()&fs.ModeSymlink != 0:
			e.Kind = netcmd.LinkEntry
		}
		entries = append(entries, e)
	}
	return entries, nil
}
