package machine

import (
	"compress/gzip"
	"io"
	"os"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// Feature is how the kernel has a feature.
type Feature string

// The ways to have a feature.
const (
	Loaded   Feature = "loaded"
	BuiltIn  Feature = "built in"
	Loadable Feature = "loadable"
	// NotInstalled is a feature that was built as a module, and the modules of
	// the running kernel are not there.
	NotInstalled Feature = "not installed"
	Absent       Feature = "absent"
	Unknown      Feature = "unknown"
)

// configNames are what the kernel's configuration calls the features, by the
// name of the module.
var configNames = map[string]string{
	"veth":           "VETH",
	"bridge":         "BRIDGE",
	"br_netfilter":   "BRIDGE_NETFILTER",
	"nf_conntrack":   "NF_CONNTRACK",
	"nf_nat":         "NF_NAT",
	"xt_physdev":     "NETFILTER_XT_MATCH_PHYSDEV",
	"xt_conntrack":   "NETFILTER_XT_MATCH_CONNTRACK",
	"xt_CT":          "NETFILTER_XT_TARGET_CT",
	"iptable_raw":    "IP_NF_RAW",
	"xt_addrtype":    "NETFILTER_XT_MATCH_ADDRTYPE",
	"xt_MASQUERADE":  "NETFILTER_XT_TARGET_MASQUERADE",
	"nf_tables":      "NF_TABLES",
	"nft_compat":     "NFT_COMPAT",
	"ip_tables":      "IP_NF_IPTABLES",
	"iptable_filter": "IP_NF_FILTER",
	"iptable_nat":    "IP_NF_NAT",
	"ebt_arp":        "BRIDGE_EBT_ARP",
	"ebt_ip6":        "BRIDGE_EBT_IP6",
	"sch_netem":      "NET_SCH_NETEM",
	"sch_tbf":        "NET_SCH_TBF",
	"sch_htb":        "NET_SCH_HTB",
	"sch_ingress":    "NET_SCH_INGRESS",
	"cls_bpf":        "NET_CLS_BPF",
	"act_mirred":     "NET_ACT_MIRRED",
}

// Lacks reports whether the kernel surely has no such module, whether built in or to be
// loaded. Where its modules can't be seen, as in many containers, they may well be
// loaded all the same when they are asked for.
func (Host) Lacks(module string) bool {
	switch feature(module) {
	case Absent:
		return true
	case NotInstalled:
		return modulesDep() != ""
	}
	return false
}

// features looks for each of them.
func features() map[string]Feature {
	found := map[string]Feature{}
	for module := range configNames {
		found[module] = feature(module)
	}
	return found
}

// What the kernel and its modules tell takes long to read, and most often no more than
// the first of it is needed.
var (
	modulesBuiltin = sync.OnceValue(func() string { return readFile(modulesDir() + "/modules.builtin") })
	modulesDep     = sync.OnceValue(func() string { return readFile(modulesDir() + "/modules.dep") })
	config         = sync.OnceValue(func() string { return kernelConfig(KernelRelease()) })
)

func feature(module string) Feature {
	if exists("/sys/module/" + module) {
		return Loaded
	}
	return listed(module, modulesBuiltin, modulesDep, config)
}

// listed returns of a module that isn't loaded what the lists of modules have, or
// else the kernel's configuration.
func listed(module string, builtin, dep, config func() string) Feature {
	option := "\nCONFIG_" + configNames[module]
	switch file := "/" + module + ".ko"; {
	case strings.Contains(builtin(), file):
		return BuiltIn
	case strings.Contains(dep(), file):
		return Loadable
	case strings.Contains(config(), option+"=y\n"):
		return BuiltIn
	case strings.Contains(config(), option+"=m\n"):
		return NotInstalled
	case config() != "" || builtin() != "":
		return Absent
	}
	return Unknown
}

// kernelConfig is the configuration that the running kernel was built with;
// empty if it isn't there to be read.
func kernelConfig(release string) string {
	if file, err := os.Open("/proc/config.gz"); err == nil {
		defer file.Close()
		if unpacked, err := gzip.NewReader(file); err == nil {
			if text, err := io.ReadAll(unpacked); err == nil {
				return string(text)
			}
		}
	}
	return readFile("/boot/config-" + release)
}

// KernelRelease is that of the running kernel; empty if it says none.
func KernelRelease() string {
	var name unix.Utsname
	if unix.Uname(&name) != nil {
		return ""
	}
	return unix.ByteSliceToString(name.Release[:])
}
