package doctor

import (
	"slices"
)

// pack is a set of tools that come together.
type pack struct {
	name  string
	tools []string
	why   string
	// Names of the package for apt-get, dnf and apk.
	apt, dnf, apk string
	// noApplet reports whether BusyBox's own tools of these names will not do.
	noApplet bool
}

// packs are the packages that the plans' tools come from. Those of scripts/deps
// are the same.
var packs = []pack{
	{"iproute2", []string{"ip"}, "it makes the devices and gives them addresses", "iproute2", "iproute", "iproute2", true},
	{"iptables", []string{"iptables", "iptables-restore"}, "the gateway's address translation, uplinks that are cut and links that are refused are rules of iptables", "iptables", "iptables-nft", "iptables", true},
	{"ebtables", []string{"ebtables-restore"}, "links are cut by it", "iptables", "iptables-nft", "iptables", true},
	{"util-linux", []string{"unshare", "nsenter"}, "these make the namespaces and enter them", "util-linux", "util-linux", "util-linux", true},
	{"mount", []string{"mount", "umount"}, "these keep the namespaces, and give each run a folder of its own", "mount", "util-linux", "util-linux", true},
	{"setpriv", []string{"setpriv"}, "by it, create makes the gateway's user namespace where users may make none", "util-linux", "util-linux", "setpriv", true},
	{"setsid", []string{"setsid"}, "in a script, it gives each child a session of its own", "util-linux", "util-linux", "busybox", false},
	{"flock", []string{"flock"}, "in a script, it holds the run's name", "util-linux", "util-linux", "flock", true},
	{"procps", []string{"sysctl"}, "forwarding and other settings of the kernel are switched by it", "procps", "procps-ng", "procps", false},
	{"hostname", []string{"hostname"}, "in a script, it gives each guest a host name", "hostname", "hostname", "busybox", false},
	{"bridge tool", []string{"busybox", "brctl"}, "each run has a bridge", "busybox", "busybox", "busybox", false},
	{"kmod", []string{"modprobe"}, "create loads the kernel modules that are missing", "kmod", "kmod", "kmod", false},
	{"coreutils", []string{"cat", "cp", "dd", "env", "install", "mkdir", "rm", "rmdir", "sleep", "touch", "true"}, "files and folders of gateways and runs are made by these", "coreutils", "coreutils", "coreutils", false},
	{"shell", []string{"sh"}, "the gateway's namespaces are held by it until they are mounted", "dash", "bash", "busybox", false},
}

// uidmap is not among them: without it root writes the maps.
var uidmap = pack{name: "uidmap", tools: []string{"newuidmap", "newgidmap"}, apt: "uidmap", dnf: "shadow-utils", apk: "shadow-uidmap"}

// traffic is not among them either: all but shapes works without it.
var traffic = pack{name: "tc", tools: []string{"tc"}, apt: "iproute2", dnf: "iproute-tc", apk: "iproute2-tc"}

// Tools are all tools that rows tell of, besides those that plans call.
func Tools() []string {
	tools := slices.Concat(uidmap.tools, traffic.tools)
	for _, p := range packs {
		tools = append(tools, p.tools...)
	}
	return tools
}

// Package is Debian's name of the package that has a tool, by whatever path it was
// chosen; the tool's own name, if it isn't known.
func Package(tool string) string {
	name := toolName(tool)
	if name == "brctl" {
		return "bridge-utils"
	}
	for _, p := range append([]pack{uidmap, traffic}, packs...) {
		if slices.Contains(p.tools, name) {
			return p.apt
		}
	}
	return name
}
