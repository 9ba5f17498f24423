package doctor

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"vagganet/netcmd/plan"
)

func (f Facts) toolRows() []Row {
	rows := []Row{}
	known := slices.Concat(uidmap.tools, traffic.tools)
	for _, p := range packs {
		known = append(known, p.tools...)
		if needed := f.neededOf(p); len(needed) > 0 {
			rows = append(rows, f.packRow(p, needed))
		}
	}
	for _, tool := range f.Needed {
		if !slices.Contains(known, toolName(tool)) {
			rows = append(rows, f.packRow(pack{name: tool, why: "steps of the program call it"}, []string{tool}))
		}
	}
	return append(slices.DeleteFunc(append(rows, f.unshareRow(), f.iptablesRow(), f.lockRow(), f.cutRow(), f.brctlRow()),
		func(r Row) bool { return r.Name == "" }), f.uidmapRow(), f.trafficRow())
}

// neededOf lists those of a package's tools that plans call, by the names and
// paths that the settings give them.
func (f Facts) neededOf(p pack) []string {
	var needed []string
	for _, tool := range f.Needed {
		if slices.Contains(p.tools, toolName(tool)) {
			needed = append(needed, tool)
		}
	}
	return needed
}

// toolName is what a tool is, by whatever path or kind it was chosen:
// iptables-legacy-restore is an iptables-restore.
func toolName(tool string) string {
	return strings.NewReplacer("iptables-legacy", "iptables", "iptables-nft", "iptables", "ebtables-nft", "ebtables").Replace(filepath.Base(tool))
}

// packRow returns the row with which of a package's tools are there and which aren't,
// and which are BusyBox's and lack what is needed of them.
func (f Facts) packRow(p pack, needed []string) Row {
	var there, missing, applets []string
	for _, tool := range needed {
		switch t := f.Tools[tool]; {
		case t.Path == "":
			missing = append(missing, tool)
		case t.Applet && p.noApplet:
			applets = append(applets, tool)
		default:
			there = append(there, t.Path)
		}
	}
	if len(missing)+len(applets) == 0 {
		return ok(p.name, places(there)+f.versionOf(p.name))
	}
	var what []string
	if missing != nil {
		what = append(what, "not there: "+strings.Join(missing, " "))
	}
	if applets != nil {
		what = append(what, "BusyBox's, which can do too little: "+strings.Join(applets, " "))
	}
	row := Row{Name: p.name, State: Missing, What: strings.Join(what, "; "), Why: p.why}
	return f.toInstall(row, p)
}

// places lists files by their folders.
func places(paths []string) string {
	var folders []string
	names := map[string][]string{}
	for _, p := range paths {
		dir := filepath.Dir(p)
		if names[dir] == nil {
			folders = append(folders, dir)
		}
		names[dir] = append(names[dir], filepath.Base(p))
	}
	for i, dir := range folders {
		folders[i] = strings.Join(names[dir], " ") + " in " + dir
	}
	return strings.Join(folders, ", ")
}

// toInstall adds the cure of a package that isn't there.
func (f Facts) toInstall(row Row, p pack) Row {
	name := map[string]string{"apt-get": p.apt, "dnf": p.dnf, "apk": p.apk}[f.PackageManager]
	switch {
	case name != "" && f.PackageManager == "apk":
		row.Command = f.asRoot("apk add " + name)
	case name != "":
		row.Command = f.asRoot(f.PackageManager + " install " + name)
	case p.apt != "":
		row.Advice = fmt.Sprintf("install it; the package is called %s on Debian, %s on Fedora, %s on Alpine", p.apt, p.dnf, p.apk)
	default:
		row.Advice = "install it, or name another one in the settings"
	}
	return row
}

// versionOf is the version that a package's tools tell.
func (f Facts) versionOf(name string) string {
	question := map[string]Question{"iproute2": IPVersion, "iptables": IptablesVersion, "util-linux": UnshareVersion}[name]
	if v := versionPattern().FindString(f.Answers[question].Output); v != "" {
		return ", version " + v
	}
	return ""
}

// unshareRow is about old versions of util-linux. The oldest that will do has
// --kill-child; --map-auto came later, and is done without.
func (f Facts) unshareRow() Row {
	v := version(f.Answers[UnshareVersion].Output)
	switch {
	case !olderThan(v, []int{2, 34}):
		return Row{}
	case !olderThan(v, []int{2, 32}):
		return Row{Name: "unshare", State: Warning, What: "unshare is older than util-linux 2.34, and has no --root, --wd and --setuid",
			Why:    "children with a container, a work-dir or a user-id fail",
			Advice: "use a newer release of the distribution"}
	}
	return Row{Name: "unshare", State: Missing, What: "unshare is older than util-linux 2.32, and has no --kill-child",
		Why:    "what is left of a run could outlive it",
		Advice: "use a newer release of the distribution"}
}

// iptablesRow returns the row with the kind of iptables: they don't see each other's
// rules.
func (f Facts) iptablesRow() Row {
	answer := f.Answers[IptablesVersion]
	v := version(answer.Output)
	switch {
	case !f.has(f.Iptables):
		return Row{}
	case olderThan(v, []int{1, 6, 2}):
		return Row{Name: "iptables kind", State: Missing, What: "iptables is older than 1.6.2, and its iptables-restore has no --wait",
			Why:    "two at a time would overwrite each other's rules",
			Advice: "use a newer release of the distribution"}
	case answer.Output != "" && f.Legacy == strings.Contains(answer.Output, "nf_tables"):
		return Row{Name: "iptables kind", State: Warning,
			What:   fmt.Sprintf("%s is taken for the %s kind, but says %q", f.Iptables, kindOf(f.Legacy), firstLine(answer.Output)),
			Why:    "kinds of iptables don't see each other's rules, and need different things of the kernel",
			Advice: "name one of the kind's own by VAGGANET_IPTABLES, such as " + plan.UsualIptables(!f.Legacy).String()}
	case answer.Output != "":
		return ok("iptables kind", kindOf(f.Legacy))
	}
	return Row{Name: "iptables kind", State: Warning, What: "it doesn't tell: " + firstLine(answer.Complaint),
		Why:    "kinds of iptables need different things of the kernel",
		Advice: "look what this says: " + f.Iptables + " --version"}
}

func kindOf(legacy bool) string {
	if legacy {
		return "legacy"
	}
	return "nft"
}

// cutRow returns the row with the tool that cuts links.
func (f Facts) cutRow() Row {
	if f.Ebtables {
		return ok("cuts", "by ebtables: all that a link carries")
	}
	row := Row{Name: "cuts", State: Warning, What: "by iptables: no ebtables of the nft kind, or no nf_tables in this kernel",
		Why: "ARP and frames that are no IP pass a link that is cut, others cost each packet more, and br_netfilter must be loaded"}
	return f.toInstall(row, pack{apt: "iptables", dnf: "iptables-nft", apk: "iptables"})
}

// lockRow is about iptables-legacy's lock, a file that only root can open.
func (f Facts) lockRow() Row {
	if !f.Legacy || !f.has(f.Iptables) {
		return Row{}
	}
	if f.Tools[f.Iptables].LockVariable || f.root() {
		return ok("iptables lock", "can be put into the namespaces")
	}
	return Row{Name: "iptables lock", State: Missing, What: "this iptables-legacy has no XTABLES_LOCKFILE",
		Why:     "a plain user can't open /run/xtables.lock, and so can't set rules in the user's own namespaces either",
		Command: "export VAGGANET_IPTABLES=iptables-nft",
		Advice:  "or install a newer iptables"}
}

// brctlRow is about a BusyBox that was built without what we call of it.
func (f Facts) brctlRow() Row {
	if len(f.Brctl) == 0 {
		return ok("brctl", "none: ip makes the bridges")
	}
	if len(f.Brctl) < 2 || filepath.Base(f.Brctl[0]) != "busybox" || !f.has(f.Brctl[0]) {
		return Row{}
	}
	// Where it makes the bridge, its arp is called, too.
	answer := f.Answers[Applets]
	applets := strings.Fields(answer.Output)
	missing := slices.DeleteFunc([]string{f.Brctl[1], "arp"}, func(applet string) bool { return slices.Contains(applets, applet) })
	if answer.Code != 0 || len(missing) == 0 {
		return ok("brctl", strings.Join(f.Brctl, " "))
	}
	return Row{Name: "brctl", State: Missing, What: "this busybox was built without " + strings.Join(missing, " and "),
		Why:     "each run has a bridge, whose address the gateway is told",
		Command: "export VAGGANET_BRCTL=ip",
		Advice:  "or write it down as \"brctl: ip\" in ~/.config/vagganet/settings.yaml; ip makes the bridges then"}
}

// trafficRow is about what shapes links, and reads how they are shaped.
func (f Facts) trafficRow() Row {
	if f.has("tc") {
		return ok(traffic.name, places([]string{f.Tools["tc"].Path}))
	}
	return f.toInstall(Row{Name: traffic.name, State: Missing, What: "not there: tc",
		Why: "it makes links slow or lossy, and says which are, for status, check and partition fullmesh"}, traffic)
}

// uidmapRow is about what is wanted, but not needed.
func (f Facts) uidmapRow() Row {
	if f.has("newuidmap") && f.has("newgidmap") {
		return ok(uidmap.name, places([]string{f.Tools["newuidmap"].Path, f.Tools["newgidmap"].Path}))
	}
	if f.root() {
		return ok(uidmap.name, "not there, and not needed by root")
	}
	return f.toInstall(Row{Name: uidmap.name, State: Warning, What: "not there: newuidmap newgidmap",
		Why: "root maps your subordinate ids into the gateway then, and doesn't check that they are yours"}, uidmap)
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return strings.TrimRight(line, " .")
}
