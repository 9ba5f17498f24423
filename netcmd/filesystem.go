package netcmd

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"vagganet/netcmd/plan"
)

// FileSystem is what a child sees of files, where that isn't simply the host's.
type FileSystem struct {
	// Base is the folder that is the child's root: "/" for the host's file
	// system.
	Base string
	// Mounts are what is mounted in there, by path.
	Mounts []Mount
	// Tree has the folders of Base on the way to each mount, as far as they
	// exist.
	Tree Tree
}

// Mount is a file system, folder or file at a path in a child's root.
type Mount struct {
	// Path is absolute, and free of symbolic links as the child sees it.
	Path string
	// Source is a folder or file of the host; empty for a tmpfs.
	Source string
	// Recursive mounts what is mounted below Source, too.
	Recursive bool
	ReadOnly  bool
	// Size (bytes), Mode (permission bits), UID and GID are a tmpfs's.
	Size     int64
	Mode     uint32
	UID, GID int
	// File reports whether Source is no folder.
	File bool
}

// Tree lists folders: by path, what is in them. A folder that isn't in there
// doesn't exist.
type Tree map[string][]Entry

// Entry is something in a folder.
type Entry struct {
	Name string
	Kind EntryKind
}

// EntryKind is what an Entry is.
type EntryKind string

// The kinds of entries: all but folders and links can be treated as files.
const (
	FolderEntry EntryKind = "folder"
	FileEntry   EntryKind = "file"
	LinkEntry   EntryKind = "link"
)

func (t Tree) has(p string) bool {
	if p == "/" {
		return true
	}
	return slices.ContainsFunc(t[path.Dir(p)], func(e Entry) bool { return e.Name == path.Base(p) })
}

// ownRoot reports whether the child needs a root of its own, because it is another
// one than the host's or lacks mount points. Nothing is ever made in the host's
// file system.
func (f FileSystem) ownRoot() bool {
	if f.Base != "/" {
		return true
	}
	return slices.ContainsFunc(f.Mounts, f.lacks)
}

// lacks reports whether a mount has no place in the base. What is inside of
// another mount is not the base's to have.
func (f FileSystem) lacks(m Mount) bool {
	return !f.Tree.has(m.Path) && f.parent(m) == nil
}

// parent is the mount that a mount is inside of, if there is one.
func (f FileSystem) parent(m Mount) *Mount {
	var best *Mount
	for i, other := range f.Mounts {
		if strings.HasPrefix(m.Path, other.Path+"/") && (best == nil || len(other.Path) > len(best.Path)) {
			best = &f.Mounts[i]
		}
	}
	return best
}

// root collects what makes a root of its own: a folder of the run's tmpfs, into
// which the base's entries are bound. Where a mount point is missing, the
// folders on the way to it are made anew, and their entries bound in the same
// way.
type root struct {
	fs FileSystem
	at string // the folder that becomes the root
	// What is to be made: folders, files to bind to, lines of fstab, and
	// symbolic links, by the folder that they are copied into.
	folders, files, tab, linkFolders []string
	links                            map[string][]string
	// Folders that are made anew, and those of the base that are not used.
	opened  map[string]bool
	skipped []string
}

func newRoot(fs FileSystem, at string) *root {
	r := &root{fs: fs, at: at, links: map[string][]string{}, opened: map[string]bool{"/": true}, skipped: []string{"/proc"}}
	r.folders = []string{at + "/proc"}
	if fs.Base != "/" {
		r.fromHost()
	}
	for _, m := range fs.Mounts {
		if fs.lacks(m) {
			for dir := path.Dir(m.Path); dir != "/"; dir = path.Dir(dir) {
				r.opened[dir] = true
			}
		}
	}
	r.open("/")
	for _, m := range fs.Mounts {
		r.makePoint(m)
	}
	return r
}

// fromHost takes the devices' folders from the host, whatever the base has.
func (r *root) fromHost() {
	for _, dir := range []string{"/dev", "/sys"} {
		r.skipped = append(r.skipped, dir)
		r.folders = append(r.folders, r.at+dir)
		r.tab = append(r.tab, tabLine(dir, r.at+dir, "none", "rbind"))
	}
}

func (r *root) open(dir string) {
	for _, e := range r.fs.Tree[dir] {
		p := path.Join(dir, e.Name)
		from := path.Join(r.fs.Base, p)
		switch {
		case slices.Contains(r.skipped, p):
		case e.Kind == LinkEntry:
			if r.links[dir] == nil {
				r.linkFolders = append(r.linkFolders, dir)
			}
			r.links[dir] = append(r.links[dir], from)
		case e.Kind == FolderEntry && r.opened[p]:
			r.folders = append(r.folders, r.at+p)
			r.open(p)
		case e.Kind == FolderEntry:
			r.folders = append(r.folders, r.at+p)
			r.tab = append(r.tab, tabLine(from, r.at+p, "none", "rbind"))
		default:
			r.files = append(r.files, r.at+p)
			r.tab = append(r.tab, tabLine(from, r.at+p, "none", "bind"))
		}
	}
}

// makePoint makes a mount point that the base lacks.
func (r *root) makePoint(m Mount) {
	if !r.fs.lacks(m) {
		return
	}
	folder := r.at + m.Path
	if m.File {
		r.files = append(r.files, folder)
		folder = path.Dir(folder)
	}
	if !slices.Contains(r.folders, folder) {
		r.folders = append(r.folders, folder)
	}
}

// fileSystems are the steps that prepare the children's file systems. The mounts
// themselves are made by each child's first process, from a file in the form of
// fstab, in the child's own mount namespace.
func (r Run) fileSystems() plan.Plan {
	var files, links plan.Plan
	for _, c := range r.Children {
		if c.Files != nil {
			file, link := r.fileSystem(c)
			files, links = append(files, file), append(links, link...)
		}
	}
	return append(files, plan.InAnyOrder("links", links)...)
}

// fileSystem is the step that makes the folders and files of a child's file system,
// and those that copy links into them.
func (r Run) fileSystem(c Child) (plan.Step, plan.Plan) {
	about := c.Name + ": its file system"
	folders, files, tab, at := []string{r.dir(".fstab")}, []string(nil), []string(nil), ""
	var links plan.Plan
	if c.Files.ownRoot() {
		at = r.root(c)
		own := newRoot(*c.Files, at)
		folders, files, tab = append(folders, own.folders...), own.files, own.tab
		for _, dir := range own.linkFolders {
			words := append([]string{"cp", "-P"}, own.links[dir]...)
			links = append(links, r.step(about, append(words, own.at+dir)...))
		}
		if r.NoProc || !c.IsGuest() {
			// The run's own: a bridge command has no right to mount another one of
			// its PID namespace.
			tab = append(tab, tabLine("/proc", at+"/proc", "none", "rbind"))
		}
	}
	for i, m := range c.Files.Mounts {
		if m.isTmpfs() {
			m.Source = r.tmpfs(c, i)
			folders = append(folders, m.Source)
		}
		tab = append(tab, c.Files.tabLine(m, at))
	}
	var all []plan.File
	for _, folder := range folders {
		all = append(all, plan.File{Path: folder, Folder: true})
	}
	for _, file := range files {
		all = append(all, plan.File{Path: file})
	}
	return r.make(about, append(all, plan.File{Path: r.fstab(c), Text: plan.Lines(tab...)})...), links
}

func (r Run) root(c Child) string  { return r.dir(".root/" + c.Name) }
func (r Run) fstab(c Child) string { return r.dir(".fstab/" + c.Name) }

// tmpfs is the folder of the run on which a child's tmpfs is mounted, which is number i
// of its mounts. There it outlives the child's processes: each has it bound to its place.
func (r Run) tmpfs(c Child, i int) string { return r.dir(fmt.Sprintf(".tmpfs/%s/%d", c.Name, i)) }

// tmpfsLines are the lines of fstab(5) that mount them.
func (r Run) tmpfsLines() []string {
	var tab []string
	for _, c := range r.Children {
		if c.Files == nil {
			continue
		}
		for i, m := range c.Files.Mounts {
			if m.isTmpfs() {
				tab = append(tab, tabLine("tmpfs", r.tmpfs(c, i), "tmpfs", r.tmpfsOptions(m)))
			}
		}
	}
	return tab
}

func (m Mount) isTmpfs() bool { return m.Source == "" }

// tmpfsOptions are those of mount(8). Where the run has one id, all is its.
func (r Run) tmpfsOptions(m Mount) string {
	options := fmt.Sprintf("size=%d,mode=%o", m.Size, m.Mode)
	if m.UID != 0 && !r.OneID() {
		options += fmt.Sprintf(",uid=%d", m.UID)
	}
	if m.GID != 0 && !r.OneID() {
		options += fmt.Sprintf(",gid=%d", m.GID)
	}
	return options
}

func (f FileSystem) tabLine(m Mount, at string) string {
	options := "bind"
	if m.Recursive {
		options = "rbind"
	}
	if m.ReadOnly {
		options += ",ro"
	}
	if parent := f.parent(m); parent != nil && parent.isTmpfs() {
		options += ",X-mount.mkdir" // in a tmpfs of ours; with a small x, it would be noted in /run/mount
	}
	return tabLine(m.Source, at+m.Path, "none", options)
}

// tabLine is a line of fstab(5).
func tabLine(source, target, kind, options string) string {
	return strings.Join([]string{escapeTab(source), escapeTab(target), kind, options, "0", "0"}, " ")
}

// escapeTab writes what separates fields and lines of fstab(5) in octal.
func escapeTab(field string) string {
	return strings.NewReplacer(`\`, `\134`, " ", `\040`, "\t", `\011`, "\n", `\012`, "#", `\043`).Replace(field)
}
