package bench

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"vagganet/netcmd"
	"vagganet/netcmd/addresses"
)

// Floor makes the network of a run with as little as it takes: one process,
// netlink and namespaces by system calls, one thing after another; iptables-restore
// is the only tool. The program shells out and can't be as fast: how near it comes
// is what the benchmark says. That both make the same network is a test:
// testdata/kernel/bench_floor.txtar.
//
//	floor run M      the network, and then a child in each guest, which says "up"
//	floor tools M    the same by the program's tools and no more
//	floor hold M     the network, "up" and files of the guests' namespaces; stays
//	floor plain M    the same without iptables
//	floor script M   one command a line for the same network, for sh
//	floor lines N    no network: N short lines, each by a write of its own
//
// It is started in the gateway's namespaces, for tools in those of a run's first process,
// and takes the first free slot there.
func Floor() {
	os.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin:/sbin") // like the program
	if err := floor(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "floor:", err)
		os.Exit(1)
	}
}

func floor(args []string) error {
	if len(args) != 2 {
		return errors.New("usage: floor run|tools|hold|plain|script M, or floor lines N")
	}
	m, err := strconv.Atoi(args[1])
	if err != nil {
		return err
	}
	if args[0] == "lines" {
		return writeLines(m)
	}
	slot, err := firstFreeSlot()
	if err != nil {
		return err
	}
	run := benchRun(m, slot)
	switch args[0] {
	case "script":
		return writeOneByOne(os.Stdout, run)
	case "tools":
		return shellOut(m, slot)
	}
	// Namespaces are a thread's. This one is left in one of them or another,
	// and what it starts begins there.
	runtime.LockOSThread()
	f := &floorNetwork{run: run}
	if err := f.make(args[0] != "plain"); err != nil {
		return err
	}
	if args[0] == "run" {
		return f.runChildren()
	}
	fmt.Println(append([]any{"up", f.bridge}, f.files()...)...)
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

// slottedRun is a run and its slot.
type slottedRun struct {
	netcmd.Run
	Slot addresses.Slot
}

// benchRun is the run that all measurements are of: m guests, g001 and so on.
func benchRun(m, slot int) slottedRun {
	var guests []netcmd.Guest
	for i := range m {
		guests = append(guests, netcmd.Guest{Name: benchGuest(i), Hostname: benchGuest(i)})
	}
	guests, err := netcmd.AssignAddresses(addresses.DefaultGuestNetwork, guests)
	if err != nil {
		panic(err)
	}
	for i := range guests {
		guests[i].IP6 = addresses.DefaultGuestNetwork6.Of(addresses.DefaultGuestNetwork, guests[i].IP)
	}
	return slottedRun{netcmd.Run{Network: addresses.DefaultGuestNetwork, Network6: addresses.DefaultGuestNetwork6, Guests: guests},
		addresses.DefaultNetwork.Slot(slot)}
}

// bridge6 is the bridge's IPv6 address.
func bridge6(run slottedRun) netip.Addr { return run.Network6.Of(run.Network, run.Network.Bridge()) }

func benchGuest(i int) string { return fmt.Sprintf("g%03d", i+1) }

func firstFreeSlot() (int, error) {
	entries, err := os.ReadDir("/proc/sys/net/ipv4/conf")
	taken := map[string]bool{}
	for _, e := range entries {
		taken[e.Name()] = true
	}
	n := 0
	for taken[fmt.Sprintf("ch%d", n)] {
		n++
	}
	return n, err
}

type floorNetwork struct {
	run    slottedRun
	bridge int   // the namespace, a file
	guests []int // theirs
}

func (f *floorNetwork) make(firewall bool) error {
	gateway, err := openNetlink()
	if err != nil {
		return err
	}
	defer gateway.close()
	if f.bridge, err = newNamespace(map[string]string{
		"ipv4/ip_forward": "1", "bridge/bridge-nf-call-iptables": "0", "bridge/bridge-nf-call-ip6tables": "0",
		"bridge/bridge-nf-filter-vlan-tagged": "1", "ipv6/conf/default/accept_dad": "0",
		"ipv6/conf/default/accept_ra": "0", "ipv6/conf/default/addr_gen_mode": "1",
		"ipv6/conf/default/disable_ipv6": "0", "ipv6/conf/all/forwarding": "0",
	}); err != nil {
		return err
	}
	if err := f.uplink(gateway); err != nil {
		return err
	}
	bridge, err := openNetlink()
	if err != nil {
		return err
	}
	defer bridge.close()
	if err := f.makeBridge(bridge); err != nil {
		return err
	}
	if firewall {
		if err := f.firewall(); err != nil {
			return err
		}
	}
	return f.makeGuests(bridge)
}

// newNamespace makes a network namespace, writes settings there, and stays.
func newNamespace(settings map[string]string) (int, error) {
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return 0, fmt.Errorf("unshare: %w", err)
	}
	for key, value := range settings {
		fd, err := unix.Open("/proc/sys/net/"+key, unix.O_WRONLY|unix.O_CLOEXEC, 0)
		if err == nil {
			_, err = unix.Write(fd, []byte(value))
			unix.Close(fd)
		}
		if err != nil {
			return 0, fmt.Errorf("%s: %w", key, err)
		}
	}
	return unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
}

// uplink is the gateway's side.
func (f *floorNetwork) uplink(gateway *netlinkSocket) error {
	slot := f.run.Slot
	here := end{device: slot.GatewayDevice(), ip: slot.Gateway, up: true}
	if err := gateway.addVeth(here, end{device: slot.BridgeDevice(), ip: slot.Bridge, netns: f.bridge}); err != nil {
		return err
	}
	index, err := gateway.index(slot.GatewayDevice())
	if err != nil {
		return err
	}
	return errors.Join(gateway.addAddress(index, slot.Gateway, 30), gateway.addNeighbour(index, slot.Bridge))
}

func (f *floorNetwork) makeBridge(bridge *netlinkSocket) error {
	slot, network := f.run.Slot, f.run.Network
	up, err := bridge.index(slot.BridgeDevice())
	if err != nil {
		return err
	}
	if err := errors.Join(
		bridge.setUp(loopback, netip.Addr{}),
		bridge.addAddress(up, slot.Bridge, 30),
		bridge.setUp(up, netip.Addr{}),
		bridge.addNeighbour(up, slot.Gateway),
		bridge.addDefaultRoute(slot.Gateway),
		bridge.addBridge("children")); err != nil {
		return err
	}
	children, err := bridge.index("children")
	if err != nil {
		return err
	}
	return errors.Join(
		bridge.setUp(children, network.Bridge()),
		bridge.addAddress(children, network.Bridge(), network.Prefix().Bits()),
		bridge.addAddress(children, bridge6(f.run), 64))
}

const loopback = 1 // its number in every namespace

// firewall is what the program restores at bring-up.
func (f *floorNetwork) firewall() error {
	folder, err := os.MkdirTemp("", "floor")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	for tool, input := range bringUpRules(f.run) {
		restore := exec.Command(tool, "--noflush")
		restore.Env = append(os.Environ(), "XTABLES_LOCKFILE="+folder+"/lock")
		restore.Stdin = strings.NewReader(input)
		if out, err := restore.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", tool, err, out)
		}
	}
	return nil
}

// bringUpRules are the inputs of the tools that restore them.
func bringUpRules(run slottedRun) map[string]string {
	return map[string]string{
		"iptables-restore": fmt.Sprintf("*nat\n-A POSTROUTING -s %s ! -o children -j MASQUERADE\nCOMMIT\n", run.Network),
		"ebtables-restore": "*filter\n:VAGGA RETURN\n-A FORWARD -j VAGGA\nCOMMIT\n",
	}
}

func (f *floorNetwork) makeGuests(bridge *netlinkSocket) error {
	children, err := bridge.index("children")
	if err != nil {
		return err
	}
	for _, g := range f.run.Guests {
		if err := f.makeGuest(bridge, children, g); err != nil {
			return fmt.Errorf("guest %s: %w", g.Name, err)
		}
	}
	return nil
}

func (f *floorNetwork) makeGuest(bridge *netlinkSocket, children uint32, g netcmd.Guest) error {
	netns, err := newNamespace(map[string]string{"ipv6/conf/default/disable_ipv6": "0", "ipv6/conf/default/accept_dad": "0", "ipv6/conf/default/accept_ra": "0"})
	if err != nil {
		return err
	}
	f.guests = append(f.guests, netns)
	port := end{device: g.Port(), up: true, master: children}
	if err := bridge.addVeth(port, end{device: "eth0", ip: g.IP, netns: netns}); err != nil {
		return err
	}
	guest, err := openNetlink()
	if err != nil {
		return err
	}
	defer guest.close()
	eth0, err := guest.index("eth0")
	if err != nil {
		return err
	}
	return errors.Join(
		bridge.addNeighbour(children, g.IP, g.IP6),
		guest.setUp(loopback, netip.Addr{}),
		guest.addAddress(eth0, g.IP, f.run.Network.Prefix().Bits()),
		guest.addAddress(eth0, g.IP6, 64),
		guest.setUp(eth0, netip.Addr{}),
		guest.addDefaultRoute(f.run.Network.Bridge()),
		guest.addNeighbour(eth0, f.run.Network.Bridge(), bridge6(f.run)))
}

// runChildren starts a command in every guest, in namespaces like those that the
// program's children have, and waits for all. Not done is what takes a tool
// inside: to mount /proc and to set the host's name.
func (f *floorNetwork) runChildren() error {
	var started []*exec.Cmd
	for _, netns := range f.guests {
		if err := unix.Setns(netns, unix.CLONE_NEWNET); err != nil {
			return err
		}
		child := exec.Command("/bin/sh", "-c", "echo up")
		child.Stdout = os.Stdout
		child.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNS | unix.CLONE_NEWUTS | unix.CLONE_NEWPID}
		if err := child.Start(); err != nil {
			return err
		}
		started = append(started, child)
	}
	var errs []error
	for _, child := range started {
		errs = append(errs, child.Wait())
	}
	return errors.Join(errs...)
}

func (f *floorNetwork) files() []any {
	var files []any
	for _, fd := range f.guests {
		files = append(files, fd)
	}
	return files
}
