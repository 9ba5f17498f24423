package doctor

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// debian is a usual machine, on which nothing is in the way: Debian 12 and a
// user who becomes root by sudo.
func debian(t *testing.T) Facts {
	t.Helper()
	text, err := os.ReadFile("testdata/debian-12.json")
	if err != nil {
		t.Fatal(err)
	}
	var f Facts
	patch(t, &f, string(text))
	return f
}

// patch changes what it names and leaves the rest.
func patch(t *testing.T, f *Facts, text string) {
	t.Helper()
	in := json.NewDecoder(strings.NewReader(text))
	in.DisallowUnknownFields()
	if err := in.Decode(f); err != nil {
		t.Fatal(err)
	}
}

// standing is what a machine has where a gateway of the user's stands.
const standing = `"gateway": {"parts": {"Dir": true, "Link": true, "UserNS": true, "NetNS": true, "Up": true}, "owner": 1000},
	"forwarding": true, "bridge_filter": true,
	"state_dir": {"kind": "folder", "mode": "0755"},
	"routes": [{"device": "vagga", "prefix": "172.18.255.1/30"}, {"device": "vagga", "prefix": "172.18.255.0/30"}]`

// machines are odd ones: what differs from the usual one, and the rows that
// have something to say about it. A row is what is missing (!) or only warned
// of (?), and parts of what is said.
var machines = []struct {
	name, facts string
	rows        map[string][]string
}{
	{"usual", `{}`, nil},
	{"gateway stands", `{` + standing + `, "rule_answers": [{}, {}, {}, {}]}`, nil},

	// tools
	{"no ip", `{"tools": {"ip": null}}`, map[string][]string{
		"!tools/iproute2": {"not there: ip", "sudo apt-get install iproute2"}}},
	{"no iptables on Fedora", `{"package_manager": "dnf", "tools": {"iptables": null, "iptables-restore": null}}`, map[string][]string{
		"!tools/iptables": {"not there: iptables iptables-restore", "sudo dnf install iptables-nft"}}},
	{"BusyBox's tools on Alpine", `{"package_manager": "apk", "sudo": ["doas"], "tools": {
			"doas": {"path": "/usr/bin/doas"},
			"ip": {"path": "/sbin/ip", "applet": true}, "unshare": {"path": "/usr/bin/unshare", "applet": true},
			"sysctl": {"path": "/sbin/sysctl", "applet": true}}}`, map[string][]string{
		"!tools/iproute2":   {"BusyBox's", "doas apk add iproute2"},
		"!tools/util-linux": {"BusyBox's", "unshare", "doas apk add util-linux"}}},
	{"no known package manager", `{"package_manager": "", "tools": {"nsenter": null}}`, map[string][]string{
		"!tools/util-linux": {"nsenter", "util-linux on Debian"}}},
	{"a tool of the settings' that isn't there", `{"needed": ["/opt/ip"]}`, map[string][]string{
		"!tools/iproute2": {"not there: /opt/ip"}}},
	{"a tool that no row knows", `{"needed": ["tc", "curl"], "tools": {"tc": {"path": "/sbin/tc"}}}`, map[string][]string{
		"!tools/curl": {"not there: curl", "install it"}}},
	{"util-linux 2.37", `{"answers": {"unshare version": {"output": "unshare from util-linux 2.37.2"}}}`, nil},
	{"util-linux 2.34", `{"answers": {"unshare version": {"output": "unshare from util-linux 2.34"}}}`, nil},
	{"util-linux 2.32", `{"answers": {"unshare version": {"output": "unshare from util-linux 2.32.1"}}}`, map[string][]string{
		"?tools/unshare": {"2.34", "--setuid"}}},
	{"util-linux 2.31", `{"answers": {"unshare version": {"output": "unshare from util-linux 2.31.1"}}}`, map[string][]string{
		"!tools/unshare": {"2.32", "--kill-child"}}},
	{"no newuidmap", `{"tools": {"newuidmap": null, "newgidmap": null}}`, map[string][]string{
		"?tools/uidmap": {"sudo apt-get install uidmap"}}},
	{"no tc", `{"tools": {"tc": null}}`, map[string][]string{
		"!tools/tc": {"not there: tc", "sudo apt-get install iproute2"}}},
	{"no newuidmap, for root", `{"user": {"UID": 0}, "sudo": [], "tools": {"newuidmap": null}}`, nil},
	{"a BusyBox without brctl", `{"answers": {"busybox applets": {"output": "ping\nsysctl"}}}`, map[string][]string{
		"!tools/brctl": {"without brctl", "VAGGANET_BRCTL=ip", "brctl: ip"}}},
	{"a BusyBox without arp", `{"answers": {"busybox applets": {"output": "ping\nsysctl\nbrctl"}}}`, map[string][]string{
		"!tools/brctl": {"without arp"}}},
	{"iptables-legacy", `{"legacy": true, "answers": {"iptables version": {"output": "iptables v1.8.7 (legacy)"}}}`, nil},
	{"iptables-legacy by its name", `{"iptables": "iptables-legacy", "needed": ["iptables-legacy", "iptables-legacy-restore"],
			"legacy": true, "answers": {"iptables version": {"output": "iptables v1.8.7 (legacy)"}},
			"tools": {"iptables-legacy": {"path": "/usr/sbin/iptables-legacy", "lock_variable": true}}}`, map[string][]string{
		"!tools/iptables": {"not there: iptables-legacy-restore"}}},
	{"a tool whose file looks like the other kind", `{"answers": {"iptables version": {"output": "iptables v1.8.7 (legacy)"}}}`, map[string][]string{
		"?tools/iptables kind": {"taken for the nft kind, but says", "VAGGANET_IPTABLES", "iptables-legacy"}}},
	{"iptables-legacy whose lock stays", `{"legacy": true, "answers": {"iptables version": {"output": "iptables v1.6.3"}},
			"tools": {"iptables": {"path": "/sbin/iptables", "lock_variable": false}}}`, map[string][]string{
		"!tools/iptables lock": {"XTABLES_LOCKFILE", "VAGGANET_IPTABLES=iptables-nft"}}},
	{"old iptables", `{"answers": {"iptables version": {"output": "iptables v1.6.1"}}}`, map[string][]string{
		"!tools/iptables kind": {"1.6.2", "--wait"}}},
	{"iptables that fails", `{"answers": {"iptables version": {"code": 1, "output": "", "complaint": "no such thing\nat all"}}}`, map[string][]string{
		"?tools/iptables kind": {"no such thing"}}},

	// rights
	{"no sudo", `{"tools": {"sudo": null}}`, map[string][]string{"!rights/sudo": {"there is no sudo"}}},
	{"no sudo, but a gateway", `{` + standing + `, "tools": {"sudo": null}}`, map[string][]string{"?rights/sudo": {"there is no sudo"}}},
	{"sudo asks", `{"answers": {"become root": {"code": 1, "complaint": "sudo: a password is required"}}}`, map[string][]string{
		"?rights/sudo": {"will ask for a password", "sudo -v"}}},
	{"sudo asks, and there is no terminal", `{"terminal": false, "answers": {"become root": {"code": 1, "complaint": "sudo: a password is required"}}}`, map[string][]string{
		"!rights/sudo": {"no terminal", "ada ALL=(ALL) NOPASSWD: ALL"}}},
	{"not in sudoers", `{"answers": {"become root": {"code": 1, "complaint": "ada is not in the sudoers file."}}}`, map[string][]string{
		"!rights/sudo": {"not in the sudoers", "create --dry-run"}}},
	{"another way to become root", `{"sudo": ["run0"], "tools": {"run0": {"path": "/usr/bin/run0"}}}`, nil},
	{"root of a container", `{"user": {"UID": 0}, "sudo": [], "container": "docker", "missing_rights": ["CAP_SYS_ADMIN"], "read_only": ["/proc/sys"],
			"answers": {"make namespaces": {"code": 1, "complaint": "unshare: unshare failed: Operation not permitted"}}}`, map[string][]string{
		"!rights/root":            {"CAP_SYS_ADMIN", "--privileged"},
		"!rights/user namespaces": {"seccomp"},
		"!rights//proc/sys":       {"read-only", "mount -o remount,rw /proc/sys"}}},
	{"user of a container", `{"no_proc": true, "no_settings": true, "read_only": ["/proc/sys"]}`, map[string][]string{
		"?rights//proc":     {"hidden", "systempaths=unconfined"},
		"!rights//proc/sys": {"can't be mounted anew", "systempaths=unconfined"}}},
	{"root of a user namespace", `{"user": {"UID": 0}, "sudo": [], "whole_map": false}`, map[string][]string{
		"!rights/root": {"user namespace"}}},
	{"Debian's switch", `{"restricted": true, "settings": {"kernel.unprivileged_userns_clone": "0"},
			"answers": {"make namespaces": {"code": 1, "complaint": "unshare: unshare failed: Operation not permitted"}}}`, map[string][]string{
		"?rights/user namespaces": {"kernel.unprivileged_userns_clone = 0", "sudo sysctl -w kernel.unprivileged_userns_clone=1"}}},
	{"Debian's switch, and a limit", `{"restricted": true, "settings": {"kernel.unprivileged_userns_clone": "0", "user.max_user_namespaces": "0"},
			"answers": {"make namespaces": {"code": 1, "complaint": "unshare: unshare failed: Operation not permitted"}}}`, map[string][]string{
		"!rights/user namespaces": {"user.max_user_namespaces=15000"}}},
	{"Debian's switch, without setpriv", `{"restricted": true, "needed": ["setpriv"], "settings": {"kernel.unprivileged_userns_clone": "0"},
			"answers": {"make namespaces": {"code": 1, "complaint": "unshare: unshare failed: Operation not permitted"}}}`, map[string][]string{
		"?rights/user namespaces": {"kernel.unprivileged_userns_clone = 0"},
		"!tools/setpriv":          {"not there: setpriv", "util-linux"}}},
	{"Ubuntu's AppArmor", `{"restricted": true, "settings": {"kernel.apparmor_restrict_unprivileged_userns": "1"},
			"answers": {"make namespaces": {"code": 1, "complaint": "unshare: write failed /proc/self/uid_map: Operation not permitted"}}}`, map[string][]string{
		"?rights/user namespaces": {"uid_map", "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"}}},
	{"AppArmor that lets unshare", `{"settings": {"kernel.apparmor_restrict_unprivileged_userns": "1"}}`, nil},
	{"no user namespaces at all, but a gateway", `{` + standing + `, "settings": {"user.max_user_namespaces": "0"},
			"answers": {"make namespaces": {"code": 1, "complaint": "unshare: unshare failed: No space left on device"}}}`, map[string][]string{
		"?rights/user namespaces": {"user.max_user_namespaces=15000"}}},
	{"parts of /proc hidden", `{"no_proc": true}`, map[string][]string{"?rights//proc": {"hidden", "systempaths=unconfined"}}},
	{"no subordinate ids", `{"user": {"SubUIDs": {"Count": 0}}}`, map[string][]string{
		"?rights/subordinate ids": {"sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ada"}}},
	{"no subordinate ids on Alpine", `{"package_manager": "apk", "user": {"SubGIDs": {"Count": 0}}}`, map[string][]string{
		"?rights/subordinate ids": {"echo ada:100000:65536 | sudo tee -a /etc/subuid /etc/subgid"}}},

	// kernel
	{"a kernel without bridges", `{"features": {"bridge": "absent"}}`, map[string][]string{
		"!kernel/bridge": {"6.1.0-18-amd64 was built without it"}}},
	{"no netem", `{"features": {"sch_netem": "absent"}}`, map[string][]string{"?kernel/sch_netem": {"built without it"}}},
	{"kernel was updated", `{"features": {"veth": "not installed", "sch_tbf": "not installed"}}`, map[string][]string{
		"!kernel/veth": {"reboot"}, "?kernel/sch_tbf": {"reboot"}}},
	{"modules can't be seen in a container", `{"container": "podman", "features": {"veth": "not installed", "nf_nat": "unknown"}}`, nil},
	{"nft lacks, legacy is used", `{"legacy": true, "features": {"nft_compat": "absent"}, "answers": {"iptables version": {"output": "iptables v1.8.7 (legacy)"}}}`, nil},
	{"legacy lacks, legacy is used", `{"legacy": true, "features": {"iptable_nat": "absent"}, "answers": {"iptables version": {"output": "iptables v1.8.7 (legacy)"}}}`, map[string][]string{
		"!kernel/iptable_nat": {"built without it"}}},
	{"legacy lacks, nft is used", `{"features": {"iptable_nat": "absent"}}`, nil},
	{"br_netfilter was removed", `{` + standing + `, "bridge_filter": false, "ebtables": false}`, map[string][]string{
		"!kernel/br_netfilter": {"not loaded", "sudo modprobe br_netfilter"}, "?tools/cuts": {"by iptables", "sudo apt-get install iptables"}}},
	{"br_netfilter is not loaded", `{` + standing + `, "bridge_filter": false}`, nil},
	{"no br_netfilter", `{"no_bridge_filter": true, "features": {"br_netfilter": "absent", "xt_physdev": "absent"}}`, map[string][]string{
		"?kernel/br_netfilter": {"built without it"}, "?kernel/xt_physdev": {"built without it"}}},
	{"neither ebtables nor br_netfilter", `{"no_bridge_filter": true, "ebtables": false, "features": {"br_netfilter": "absent"}}`, map[string][]string{
		"!kernel/br_netfilter": {"built without it"}, "?tools/cuts": {"by iptables"}}},
	{"neither ebtables nor xt_physdev", `{"bridge_filter": true, "ebtables": false, "features": {"xt_physdev": "absent"}}`, map[string][]string{
		"!kernel/xt_physdev": {"built without it"}, "?tools/cuts": {"by iptables"}}},
	{"no UTS namespaces", `{"namespaces": ["mnt", "net", "pid", "user"]}`, map[string][]string{"!kernel/namespaces": {"uts"}}},
	{"no IPv6", `{"ipv6": false}`, nil},

	// network
	{"Docker has 172.18", `{"docker": true, "routes": [{"device": "br-0123456789ab", "prefix": "172.18.0.1/16"}]}`, map[string][]string{
		"!network/host network":  {"device br-0123456789ab has 172.18.0.1/16", "vagganet --network 10.123.0.0/16 create"},
		"?network/guest network": {"br-0123456789ab", "--guest-network"}}},
	{"Docker is elsewhere", `{"docker": true, "forwarding": true, "settings": {"net.bridge.bridge-nf-call-iptables": "1"},
			"routes": [{"device": "docker0", "prefix": "172.17.0.1/16"}]}`, nil},
	{"much is in use", `{"routes": [{"device": "tun0", "prefix": "172.16.0.0/12"}, {"device": "eth0", "prefix": "10.0.0.0/8"}]}`, map[string][]string{
		"!network/host network":  {"tun0", "--network 192.168.0.0/16"},
		"?network/guest network": {"tun0"}}},
	{"forwarding was switched off", `{` + standing + `, "forwarding": false}`, map[string][]string{
		"!network/forwarding": {"sudo sysctl -w net.ipv4.ip_forward=1"}}},
	{"systemd-resolved", `{"resolver": {"servers": ["127.0.0.53"], "upstream": ["192.168.178.1"]}}`, nil},
	{"systemd-resolved that knows no server", `{"resolver": {"servers": ["127.0.0.53"]}}`, map[string][]string{
		"?network/name servers": {"only 127.0.0.53", "/etc/resolv.conf"}}},
	{"a resolver of one's own", `{"resolver": {"servers": ["127.0.0.1", "::1"]}}`, nil},
	{"a resolver of one's own by IPv6 alone", `{"resolver": {"servers": ["::1"]}}`, map[string][]string{
		"?network/name servers": {"only ::1", "/etc/resolv.conf"}}},
	{"a resolver of one's own, and a gateway that leads to it", `{` + standing + `, "resolver": {"servers": ["127.0.0.1"]},
			"gateway": {"parts": {"Note": {"resolver": "127.0.0.1"}}}}`, nil},
	{"a resolver of one's own since the gateway was made", `{` + standing + `, "resolver": {"servers": ["127.0.0.1"]},
			"gateway": {"parts": {"Note": {"resolver": ""}}}}`, map[string][]string{
		"?network/name servers": {"the host's resolver is 127.0.0.1", "vagganet destroy && vagganet create"}}},
	{"a resolver of one's own, and the host's firewall left alone", `{` + standing + `, "resolver": {"servers": ["127.0.0.1"]},
			"gateway": {"parts": {"Note": {"resolver": "", "no_iptables": true}}}}`, map[string][]string{
		"?network/name servers": {"the host's resolver is 127.0.0.1", "--no-iptables"}}},
	{"a resolver of one's own, and a gateway whose note can't be read", `{` + standing + `, "resolver": {"servers": ["127.0.0.1"]}}`, nil},
	{"a resolver of one's own, and what is left of a gateway", `{"resolver": {"servers": ["127.0.0.1"]},
			"gateway": {"parts": {"Dir": true, "Note": {"resolver": ""}}}}`, map[string][]string{
		"!gateway/gateway": {"half made"}}},
	{"one resolver of two is elsewhere", `{"resolver": {"servers": ["127.0.0.1", "9.9.9.9"]}}`, nil},

	// limits
	{"few neighbours", `{"settings": {"net.ipv4.neigh.default.gc_thresh1": "128", "net.ipv4.neigh.default.gc_thresh3": "1024"}}`, map[string][]string{
		"?limits/neighbours": {"1024", "sudo sysctl -w net.ipv4.neigh.default.gc_thresh1=32768 net.ipv4.neigh.default.gc_thresh3=131072"}}},
	{"few IPv6 neighbours", `{"settings": {"net.ipv6.neigh.default.gc_thresh3": "1024"}}`, map[string][]string{
		"?limits/IPv6 neighbours": {"1024", "sudo sysctl -w net.ipv6.neigh.default.gc_thresh3=131072"}}},
	{"low limits", `{"settings": {"fs.inotify.max_user_instances": "128", "kernel.pid_max": "4096", "user.max_net_namespaces": "100"},
			"limits": {"files": 1024, "processes": 100, "group_processes": 512}}`, map[string][]string{
		"?limits/inotify instances":      {"128", "sudo sysctl -w fs.inotify.max_user_instances=1024"},
		"?limits/process ids":            {"kernel.pid_max=4194304"},
		"?limits/network namespaces":     {"user.max_net_namespaces=15000"},
		"?limits/open files":             {"1024"},
		"?limits/processes":              {"100"},
		"?limits/processes of the group": {"512", "TasksMax"}}},

	// gateway
	{"half made", `{"gateway": {"parts": {"Dir": true, "UserNS": true}, "owner": 1000}, "state_dir": {"kind": "folder", "mode": "0755"}}`, map[string][]string{
		"!gateway/gateway": {"half made", "its folder, its user namespace", "vagganet create"}}},
	{"its user namespace is unmounted", `{` + standing + `, "gateway": {"parts": {"UserNS": false}}}`, map[string][]string{
		"!gateway/gateway": {"half made", "its folder, its device, its network namespace", "vagganet create"}}},
	{"half made under another name", `{"interface": "ci1", "gateway": {"parts": {"Dir": true}}}`, map[string][]string{
		"!gateway/gateway": {"ci1 is half made", "vagganet --interface ci1 create"}}},
	{"device lost", `{` + standing + `, "routes": [], "gateway": {"parts": {"Link": false}}}`, map[string][]string{
		"!gateway/gateway": {"lost its device", "vagganet destroy && vagganet create"}}},
	{"device down", `{` + standing + `, "routes": [], "gateway": {"parts": {"Up": false}}}`, map[string][]string{
		"!gateway/gateway": {"device is down", "vagganet create"}}},
	{"another's", `{` + standing + `, "gateway": {"owner": 0}, "owner_name": "root"}`, map[string][]string{
		"!gateway/gateway": {"root's", "--interface vagga2 --network 172.18.0.0/16 create"}}},
	{"not a gateway", `{"gateway": {"foreign": "the host has a device vagga that is not a gateway's"}}`, map[string][]string{
		"!gateway/gateway": {"the host has a device vagga", "--interface vagga2"}}},
	{"another's folder", `{"state_dir": {"kind": "folder", "owner": 1001, "mode": "0755"}, "gateway": {"foreign": "no folder of root's"}}`, map[string][]string{
		"!gateway//run/vagganet": {"folder of user 1001"},
		"!gateway/gateway":       {"no folder of root's"}}},
	{"a folder that all can write to", `{"state_dir": {"kind": "folder", "mode": "0777"}}`, map[string][]string{
		"!gateway//run/vagganet": {"mode 0777"}}},
	{"a link instead of the folder", `{"state_dir": {"kind": "link", "mode": "0755"}}`, map[string][]string{
		"!gateway//run/vagganet": {"a link of user 0"}}},
	{"made for another network", `{` + standing + `, "network": "10.7.0.0/16"}`, map[string][]string{
		"!gateway/gateway's address": {"172.18.255.1/30", "not 10.7.255.1/30", "VAGGANET_NETWORK=172.18.0.0/16"}}},
	{"address lost", `{` + standing + `, "routes": []}`, map[string][]string{
		"!gateway/gateway's address": {"has no address", "vagganet destroy && vagganet create"}}},
	{"rules flushed", `{` + standing + `, "rule_answers": [{}, {"code": 1}, {"code": 1}, {}]}`, map[string][]string{
		"!gateway/host's firewall": {"2 of the gateway's 4 rules", "vagganet destroy && vagganet create"}}},
	{"made for another network, and rules flushed", `{` + standing + `, "network": "10.7.0.0/16", "rule_answers": [{"code": 1}],
			"gateway": {"parts": {"Note": {"network": "172.18.0.0/16"}}}}`, map[string][]string{
		"!gateway/gateway's address": {"not 10.7.255.1/30"},
		"!gateway/host's firewall":   {"1 of the gateway's 1 rules"}}},
	{"the host's firewall left alone", `{` + standing + `, "gateway": {"parts": {"Note": {"no_iptables": true}}}}`, nil},
	{"rules can't be asked for", `{` + standing + `, "rule_answers": []}`, nil},
}

func TestMachines(t *testing.T) {
	for _, m := range machines {
		t.Run(m.name, func(t *testing.T) {
			f := debian(t)
			patch(t, &f, m.facts)
			report := Examine(f)
			found := map[string]string{}
			for _, r := range report.Rows {
				mark := map[State]string{OK: "", Warning: "?", Missing: "!"}[r.State]
				if mark != "" {
					found[mark+r.Section+"/"+r.Name] = strings.Join([]string{r.What, r.Command, r.Advice}, "\n")
				}
			}
			for row, text := range found {
				if _, wanted := m.rows[row]; !wanted {
					t.Errorf("there is a row %s, which nobody expects: %s", row, text)
				}
			}
			missing := false
			for row, parts := range m.rows {
				missing = missing || row[0] == '!'
				for _, part := range parts {
					if !strings.Contains(found[row], part) {
						t.Errorf("row %s says %q, without %q", row, found[row], part)
					}
				}
			}
			if report.OK == missing {
				t.Errorf("ok is %v", report.OK)
			}
			checkRows(t, report.Rows)
		})
	}
}

// checkRows looks at what holds for all rows of any machine.
func checkRows(t *testing.T, rows []Row) {
	t.Helper()
	seen := map[string]bool{}
	for _, r := range rows {
		name := r.Section + "/" + r.Name
		if seen[name] {
			t.Errorf("there are two rows %s", name)
		}
		seen[name] = true
		if r.Section == "" || r.Name == "" || r.What == "" {
			t.Errorf("row %s lacks a word: %+v", name, r)
		}
		if r.State == OK && r.Why+r.Command+r.Advice != "" {
			t.Errorf("row %s is ok, but has a cure: %+v", name, r)
		}
		if r.State != OK && (r.Why == "" || r.Command+r.Advice == "") {
			t.Errorf("row %s has no reason or no cure: %+v", name, r)
		}
		for _, text := range []string{r.What, r.Why, r.Command, r.Advice} {
			if strings.Contains(text, "\n") || strings.HasSuffix(text, ".") {
				t.Errorf("row %s is not one line, or ends in a full stop: %q", name, text)
			}
		}
	}
}

// A report has the facts, so that what somebody sends in can be examined again.
func TestReportAgain(t *testing.T) {
	first := Examine(debian(t))
	text, err := json.Marshal(first)
	if err != nil {
		t.Fatal(err)
	}
	var sent Report
	if err := json.Unmarshal(text, &sent); err != nil {
		t.Fatal(err)
	}
	if again := Examine(sent.Facts); !slices.Equal(first.Rows, again.Rows) {
		t.Errorf("rows differ\nfirst: %v\nagain: %v", first.Rows, again.Rows)
	}
}

func TestWrite(t *testing.T) {
	report := Report{Missing: 1, Warnings: 2, Rows: []Row{
		{Section: "tools", Name: "iproute2", State: OK, What: "ip in /usr/sbin"},
		{Section: "tools", Name: "uidmap", State: Warning, What: "not there", Why: "for this", Command: "apt-get install uidmap"},
		{Section: "gateway", Name: "gateway", State: Missing, What: "half made", Why: "for that", Command: "vagganet create", Advice: "look first"},
		{Section: "gateway", Name: "x", State: Warning, What: "y", Why: "z", Advice: "by hand"},
	}}
	const want = `tools:
  ok       iproute2  ip in /usr/sbin
  warning  uidmap    not there
           why:  for this
           run:  apt-get install uidmap
gateway:
  missing  gateway   half made
           why:  for that
           run:  vagganet create
           note: look first
  warning  x         y
           why:  z
           cure: by hand

1 thing is in the way; 2 warnings
`
	var plain, coloured bytes.Buffer
	if err := report.Write(&plain, false); err != nil || plain.String() != want {
		t.Errorf("got %v and\n%s", err, plain.String())
	}
	if err := report.Write(&coloured, true); err != nil || !strings.Contains(coloured.String(), "\x1b[31mmissing\x1b[0m  gateway") {
		t.Errorf("in colour: %v and %q", err, coloured.String())
	}
}

// What doctor tells people to install is what scripts/deps installs.
func TestPackagesAreThoseOfDeps(t *testing.T) {
	file, err := os.Open("../../scripts/deps")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	looked := 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		col := strings.Fields(lines.Text())
		if len(col) != 5 || col[0] != "run" {
			continue
		}
		looked++
		i := slices.IndexFunc(packs, func(p pack) bool { return slices.Contains(p.tools, col[1]) })
		p := uidmap
		if i >= 0 {
			p = packs[i]
		} else if slices.Contains(traffic.tools, col[1]) {
			p = traffic
		} else if !slices.Contains(uidmap.tools, col[1]) {
			t.Errorf("no package has %s", col[1])
			continue
		}
		if got := []string{p.apt, p.dnf, p.apk}; !slices.Equal(got, col[2:]) {
			t.Errorf("%s is in the packages %q here, and in %q in scripts/deps", col[1], got, col[2:])
		}
	}
	if looked == 0 {
		t.Error("scripts/deps has no table any more")
	}
}
