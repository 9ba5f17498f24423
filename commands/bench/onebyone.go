package bench

import (
	"fmt"
	"io"
	"strings"

	"vagganet/netcmd"
	"vagganet/netcmd/addresses"
)

// writeOneByOne writes a script for the network of a run as one would type it:
// each setting, device, address, route and rule by a process of its own. It is
// run by `sh -e` where a run's first process is.
func writeOneByOne(w io.Writer, run slottedRun) error {
	const folder = "/run/vagganet/vagga/run"
	var b strings.Builder
	write := func(lines ...string) {
		for _, line := range lines {
			b.WriteString(line + "\n")
		}
	}
	// in is a function that writes command lines for one namespace.
	in := func(node string) func(...string) {
		return func(lines ...string) {
			for _, line := range lines {
				write("nsenter --net=" + folder + "/" + node + " " + line)
			}
		}
	}
	netns := func(node string) { write("touch "+folder+"/"+node, "unshare --net="+folder+"/"+node+" true") }
	write(`PATH="$PATH:/usr/sbin:/sbin"`, "mount -t tmpfs tmpfs "+folder, "export XTABLES_LOCKFILE="+folder+"/.lock")
	netns("bridge")
	writeUplink(write, in("bridge"), run.Slot, folder)
	writeBridge(in("bridge"), run)
	for _, g := range run.Guests {
		netns(g.Name)
		writeGuest(in("bridge"), in(g.Name), run, g, folder)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeUplink(gateway, bridge func(...string), slot addresses.Slot, folder string) {
	here, there := slot.GatewayDevice(), slot.BridgeDevice()
	gateway(
		fmt.Sprintf("ip link add %s address %s type veth peer name %s address %s netns %s/bridge",
			here, addresses.MAC(slot.Gateway), there, addresses.MAC(slot.Bridge), folder),
		fmt.Sprintf("ip addr add %s/30 dev %s", slot.Gateway, here),
		"ip link set dev "+here+" up",
		permanent(slot.Bridge.String(), addresses.MAC(slot.Bridge), here))
	bridge(
		"sysctl -q -w net.ipv4.ip_forward=1",
		"sysctl -q -w net.bridge.bridge-nf-call-iptables=0",
		"sysctl -q -w net.bridge.bridge-nf-filter-vlan-tagged=1",
		"sysctl -q -w net.bridge.bridge-nf-call-ip6tables=0",
		"sysctl -q -w net.ipv6.conf.default.accept_dad=0",
		"sysctl -q -w net.ipv6.conf.default.accept_ra=0",
		"sysctl -q -w net.ipv6.conf.default.addr_gen_mode=1",
		"sysctl -q -w net.ipv6.conf."+there+".accept_dad=0",
		"sysctl -q -w net.ipv6.conf."+there+".accept_ra=0",
		"sysctl -q -w net.ipv6.conf."+there+".addr_gen_mode=1",
		"ip link set dev lo up",
		fmt.Sprintf("ip addr add %s/30 dev %s", slot.Bridge, there),
		"ip link set dev "+there+" up",
		permanent(slot.Gateway.String(), addresses.MAC(slot.Gateway), there),
		"ip route add default via "+slot.Gateway.String())
}

func writeBridge(bridge func(...string), run slottedRun) {
	network := run.Network
	bridge(
		"busybox brctl addbr children",
		"ip link set dev children address "+addresses.MAC(network.Bridge()),
		fmt.Sprintf("ip addr add %s/%d dev children", network.Bridge(), network.Prefix().Bits()),
		fmt.Sprintf("ip addr add %s/64 dev children", bridge6(run)),
		"ip link set dev children up",
		fmt.Sprintf("iptables -w -t nat -A POSTROUTING -s %s ! -o children -j MASQUERADE", network),
		"ebtables -N VAGGA -P RETURN",
		"ebtables -A FORWARD -j VAGGA")
}

func writeGuest(bridge, guest func(...string), run slottedRun, g netcmd.Guest, folder string) {
	network := run.Network
	mac := addresses.MAC(g.IP)
	guest(
		"sysctl -q -w net.ipv6.conf.default.accept_dad=0",
		"sysctl -q -w net.ipv6.conf.default.accept_ra=0")
	bridge(
		fmt.Sprintf("ip link add %s type veth peer name eth0 address %s netns %s/%s", g.Port(), mac, folder, g.Name),
		"busybox brctl addif children "+g.Port(),
		"ip link set dev "+g.Port()+" up",
		permanent(g.IP.String(), mac, "children"),
		permanent(g.IP6.String(), mac, "children"))
	guest(
		"ip link set dev lo up",
		fmt.Sprintf("ip addr add %s/%d dev eth0", g.IP, network.Prefix().Bits()),
		fmt.Sprintf("ip addr add %s/64 dev eth0", g.IP6),
		"ip link set dev eth0 up",
		"ip route add default via "+network.Bridge().String(),
		permanent(network.Bridge().String(), addresses.MAC(network.Bridge()), "eth0"),
		permanent(bridge6(run).String(), addresses.MAC(network.Bridge()), "eth0"))
}

func permanent(ip, mac, device string) string {
	return fmt.Sprintf("ip neigh replace %s lladdr %s dev %s nud permanent", ip, mac, device)
}
