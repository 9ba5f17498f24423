package doctor

import (
	"fmt"
	"slices"
	"strings"

	"vagganet/commands/machine"
)

// want is a feature of the kernel and what it is for.
type want struct {
	module, why string
	state       State // without it
}

var (
	wants = []want{
		{"veth", "host, gateway, bridge and guests are connected by veth devices", Missing},
		{"bridge", "each run has a bridge", Missing},
		{"br_netfilter", "links are refused by it, and cut where there is no ebtables", Warning},
		{"xt_physdev", "links are refused by it, and cut where there is no ebtables", Warning},
		{"nf_conntrack", "addresses are translated, and replies let in, by it", Missing},
		{"xt_conntrack", "the host's firewall lets replies in by it", Missing},
		{"nf_nat", "guests have no address outside of their run", Missing},
		{"xt_MASQUERADE", "guests have no address outside of their run", Missing},
		{"xt_addrtype", "runs are kept off each other's addresses by it", Missing},
		{"xt_CT", "without it, UDP ports of guests can't be forwarded", Warning},
		{"sch_netem", "without it, shape can't delay, reorder or corrupt what is sent", Warning},
		{"sch_tbf", "without it, shape has no --rate", Warning},
	}
	wantsOfEbtables = []want{
		{"ebt_arp", "without it, no link can be cut one way", Warning},
		{"ebt_ip6", "without it, no link can be cut one way", Warning},
	}
	wantsOfNft = []want{
		{"nf_tables", "this iptables works by it", Missing},
		{"nft_compat", "this iptables works by it", Missing},
	}
	wantsOfLegacy = []want{
		{"ip_tables", "this iptables works by it", Missing},
		{"iptable_filter", "this iptables works by it", Missing},
		{"iptable_nat", "this iptables works by it", Missing},
		{"iptable_raw", "without it, UDP ports of guests can't be forwarded", Warning},
	}
)

func (f Facts) kernelRows() []Row {
	rows := []Row{f.kindRow()}
	all := slices.Concat(wants, wantsOfNft)
	if f.Legacy {
		all = slices.Concat(wants, wantsOfLegacy)
	}
	if f.Ebtables {
		all = slices.Concat(all, wantsOfEbtables)
	}
	for _, w := range all {
		rows = append(rows, f.featureRow(w))
	}
	return append(rows, f.hostBridgeRow(), f.ipv6Row())
}

func (f Facts) kindRow() Row {
	var missing []string
	for _, kind := range []string{"user", "net", "mnt", "pid", "uts"} {
		if !slices.Contains(f.Namespaces, kind) {
			missing = append(missing, kind)
		}
	}
	if missing == nil {
		return ok("namespaces", strings.Join(f.Namespaces, " "))
	}
	return Row{Name: "namespaces", State: Missing, What: "this kernel lacks the kinds: " + strings.Join(missing, " "),
		Why: "gateway, bridge and guests are namespaces", Advice: "use another kernel"}
}

// featureRow is about one module. What can't be told is no reason to worry
// anybody: where it matters, a step fails and says so.
func (f Facts) featureRow(w want) Row {
	row := Row{Name: w.module, State: w.state, Why: w.why}
	if (w.module == "xt_physdev" || w.module == "br_netfilter") && !f.Ebtables {
		row.State = Missing // nothing else cuts
	}
	switch state := f.Features[w.module]; {
	case w.module == "br_netfilter" && f.BridgeFilter:
		return ok(w.module, "active")
	case state == machine.Loadable && f.needsHand(w.module):
		row.What = "not loaded, and runs can't have it loaded"
		row.Command = f.asRoot("modprobe " + w.module)
	case state == machine.Loadable && w.module == "br_netfilter" && f.Ebtables:
		return ok(w.module, "not loaded, and not needed but by --how reject and --how new, which say how to load it")
	case state == machine.Loadable && w.module == "br_netfilter":
		return ok(w.module, "not loaded: create does that, and keeps it off the host's own bridges")
	case state == machine.NotInstalled && f.Container == "":
		row.What = fmt.Sprintf("a module, and those of the running kernel %s are not there", f.Kernel)
		row.Advice = "after an update of the kernel, reboot; otherwise install the package with its modules"
	case state == machine.Absent:
		row.What = fmt.Sprintf("kernel %s was built without it", f.Kernel)
		row.Advice = "use a kernel that has it, such as the distribution's own"
	case state == machine.NotInstalled || state == machine.Unknown || state == "":
		return ok(w.module, "can't be seen from here")
	default:
		return ok(w.module, string(state))
	}
	return row
}

// needsHand reports whether a module is one that create loads, that isn't there
// though there is a gateway: somebody removed it, or chose another iptables
// since. Others are loaded when they are first used.
func (f Facts) needsHand(module string) bool {
	return f.Standing() && (module == "br_netfilter" && !f.Ebtables || slices.Contains(f.Modules, module))
}

// hostBridgeRow is about the host's own bridges, which br_netfilter leads
// through the host's firewall.
func (f Facts) hostBridgeRow() Row {
	const name = "host's bridges"
	switch f.Settings["net.bridge.bridge-nf-call-iptables"] {
	case "1":
		return ok(name, "pass through iptables, as Docker wants it (bridge-nf-call-iptables = 1)")
	case "0":
		return ok(name, "don't pass through iptables")
	}
	return ok(name, "are left alone")
}

func (f Facts) ipv6Row() Row {
	switch {
	case !f.IPv6:
		return ok("IPv6", "none")
	case !f.Ebtables:
		return ok("IPv6", "there, but guests have none, as iptables would not cut it")
	}
	return ok("IPv6", "there, and guests have it")
}
