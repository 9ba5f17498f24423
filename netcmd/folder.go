package netcmd

import (
	"slices"

	"vagganet/netcmd/plan"
)

// prepare makes what does not depend on the slot: the run's folder, which only
// its own processes see, and the namespaces of the nodes.
func (r Run) prepare() plan.Plan {
	mount := r.step(aboutFolder, r.Gateway.Tools.Mount.With("-t", "tmpfs", "-o", "mode=0755", "tmpfs", r.RunDir())...)
	p := append(plan.Plan{mount, r.files()}, r.fileSystems()...)
	mounts := plan.Plan{r.mountCovers()}
	if !r.OneUserNS {
		mounts = append(mounts, r.nodeNamespaces())
	}
	return append(p, plan.InAnyOrder("mounts", mounts)...)
}

const aboutFolder = "run: a folder that only its own processes see"

// files makes the files of the run's folder: those that namespaces and the
// program are mounted on, and those that cover some of the host's.
func (r Run) files() plan.Step {
	var files []plan.File
	folder := func(name string) { files = append(files, plan.File{Path: r.dir(name), Folder: true}) }
	point := func(name string) { files = append(files, plan.File{Path: r.dir(name)}) }
	if !r.OneUserNS {
		folder(".user")
	}
	if r.ownBin() {
		folder(".bin")
		for _, name := range ProgramNames {
			point(".bin/" + name)
		}
	}
	for _, node := range r.nodes() {
		point(node)
		if !r.OneUserNS {
			point(UserPoint(node))
		}
	}
	files = append(files, plan.File{Path: r.dir(".hosts"), Text: r.hosts()})
	if r.ResolvConf != "" {
		files = append(files, plan.File{Path: r.dir(".resolv.conf"), Text: r.ResolvConf})
	}
	return r.make(aboutFolder, append(files, plan.File{Path: r.dir(".covers"), Text: r.covers()})...)
}

// ownBin reports whether the run has a folder with the program under all its
// names: because they are not beside the program, or for a child whose root is
// another one.
func (r Run) ownBin() bool {
	return r.Links || slices.ContainsFunc(r.Children, func(c Child) bool { return c.Files != nil })
}

// BinDir is that folder.
func (r Run) BinDir() string { return r.dir(".bin") }

// program is where children see the program, whatever volumes they have.
func (r Run) program() string {
	if r.ownBin() {
		return r.BinDir() + "/" + ProgramNames[0]
	}
	return r.Program
}

// covers lists, in the form of fstab, what the run's processes see in place of
// the host's files, the program under its names, and the children's tmpfs.
func (r Run) covers() string {
	bind := func(source, target string) string { return tabLine(source, target, "none", "bind") }
	tab := []string{bind(r.dir(".hosts"), "/etc/hosts")}
	if r.ResolvConf != "" {
		tab = append(tab, bind(r.dir(".resolv.conf"), "/etc/resolv.conf"))
	}
	if r.ownBin() {
		for _, name := range ProgramNames {
			tab = append(tab, bind(r.Program, r.BinDir()+"/"+name))
		}
	}
	if !r.isolated() && !r.InCallersNet() {
		// No way from here to the namespace that all runs share.
		tab = append(tab, bind("/dev/null", r.Gateway.NetNS()))
	}
	return plan.Lines(append(tab, r.tmpfsLines()...)...)
}

func (r Run) mountCovers() plan.Step {
	return r.step("run: what its processes see in place of the host's files",
		r.Gateway.Tools.Mount.With("--all", "--fstab", r.dir(".covers"))...)
}
