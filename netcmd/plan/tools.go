package plan

import (
	"path"
	"slices"
	"strings"
)

// Tool is the words that start a host tool, such as "ip" or "busybox brctl".
type Tool []string

// With is the tool's command line with these arguments.
func (t Tool) With(args ...string) []string {
	return append(append(make([]string, 0, len(t)+len(args)), t...), args...)
}

// String is the tool as a person would type it.
func (t Tool) String() string { return strings.Join(t, " ") }

// Tools are the host's tools as they are called. None of them is looked for
// here.
type Tools struct {
	IP, TC   Tool
	Brctl    Tool // nil: ip link add type bridge
	Iptables Tool
	Ebtables Tool // nil: iptables makes plain cuts, too
	Sysctl   Tool
	Hostname Tool
	// Of util-linux, of kmod, and of uidmap.
	Nsenter, Unshare, Mount, Umount, Setpriv Tool
	Modprobe                                 Tool
	Newuidmap, Newgidmap                     Tool
	// What writes packets into a file: either will do.
	Dumpcap, Tcpdump Tool
}

// ByName returns where each tool is, by its usual name, which its setting has, too.
func (t *Tools) ByName() map[string]*Tool {
	return map[string]*Tool{
		"ip": &t.IP, "tc": &t.TC, "brctl": &t.Brctl, "iptables": &t.Iptables, "ebtables": &t.Ebtables, "sysctl": &t.Sysctl, "hostname": &t.Hostname,
		"nsenter": &t.Nsenter, "unshare": &t.Unshare, "mount": &t.Mount, "umount": &t.Umount, "setpriv": &t.Setpriv,
		"modprobe": &t.Modprobe, "newuidmap": &t.Newuidmap, "newgidmap": &t.Newgidmap,
		"dumpcap": &t.Dumpcap, "tcpdump": &t.Tcpdump,
	}
}

// UsualTools are the tools by the names that they have on most machines.
func UsualTools() Tools {
	var t Tools
	for name, tool := range t.ByName() {
		*tool = Tool{name}
	}
	return t
}

// UsualIptables is the usual name of an iptables of that kind.
func UsualIptables(legacy bool) Tool {
	if legacy {
		return Tool{"iptables-legacy"}
	}
	return Tool{"iptables-nft"}
}

// Restore is the iptables-restore that belongs to the iptables in use:
// iptables-legacy-restore for iptables-legacy, in the same folder.
func (t Tools) Restore() Tool { return t.Iptables.And("-restore") }

// Iptables6 is the ip6tables that belongs to the iptables in use: ip6tables-legacy for
// iptables-legacy, in the same folder.
func (t Tools) Iptables6() Tool {
	folder, name := path.Split(t.Iptables.Last())
	if !strings.Contains(name, "iptables") {
		return Tool{"ip6tables"}
	}
	return append(slices.Clone(t.Iptables[:len(t.Iptables)-1]), folder+strings.Replace(name, "iptables", "ip6tables", 1))
}

// Last is the word that names the program itself: brctl of "busybox brctl".
func (t Tool) Last() string { return t[len(t)-1] }

// And is the tool that belongs to this one, in the same folder: of ebtables-nft
// and "-save", ebtables-nft-save.
func (t Tool) And(suffix string) Tool {
	return append(slices.Clone(t[:len(t)-1]), t.Last()+suffix)
}

// ARP is that of the BusyBox that makes the bridge; nil where something else does.
func (t Tools) ARP() Tool {
	last := len(t.Brctl) - 1
	if last < 1 || path.Base(t.Brctl[last-1]) != "busybox" {
		return nil
	}
	return append(slices.Clone(t.Brctl[:last]), "arp")
}

// Batch is one ip process for many lines.
func (t Tools) Batch() []string { return t.IP.With("-batch", "-") }

// Lines is the input of a batch.
func Lines(l ...string) string { return strings.Join(l, "\n") + "\n" }
