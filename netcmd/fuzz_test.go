package netcmd

import (
	"net/netip"
	"strings"
	"testing"

	"vagganet/netcmd/addresses"
	"vagganet/netcmd/gateway"
	"vagganet/netcmd/plan"
)

// FuzzNetworks holds networks that pass to having the addresses that the map in
// doc.go promises, all different, and guests to having addresses of their own.
func FuzzNetworks(f *testing.F) {
	f.Add("172.18.0.0/16", "172.18.0.0/24", "172.18.0.1", uint16(0))
	f.Add("10.255.0.0/16", "10.255.128.0/17", "10.255.255.254", uint16(2047))
	f.Add("223.255.0.0/16", "192.168.4.0/22", "192.168.4.254", uint16(7))
	f.Add("172.18.0.7/16", "::ffff:10.0.0.0/120", "fe80::1%eth0", uint16(3000))
	f.Add("0.0.0.0/16", "255.255.255.0/24", "0.0.0.0", uint16(1))
	f.Add("172.18.0.0/16 -j ACCEPT", "10.0.0.0/24\nx", "-1", uint16(9))
	f.Fuzz(func(t *testing.T, network, guests, address string, slot uint16) {
		n, err := addresses.ParseNetwork(network)
		isSaid(t, err)
		g, errGuests := addresses.ParseGuestNetwork(guests)
		isSaid(t, errGuests)
		if err == nil {
			checkNetwork(t, n, int(slot)%addresses.Slots)
		}
		if errGuests == nil {
			checkGuests(t, g, address)
		}
		if err == nil && errGuests == nil && addresses.CheckApart(n, g) == nil {
			for _, ip := range []netip.Addr{n.Host(), n.Gateway(), n.Slot(int(slot) % addresses.Slots).Bridge} {
				holds(t, !g.Prefix().Contains(ip), "guests have", ip)
			}
		}
	})
}

func checkNetwork(t *testing.T, n addresses.Network, number int) {
	var again addresses.Network
	text, err := n.MarshalText()
	holds(t, err == nil && again.UnmarshalText(text) == nil && again == n, "read again:", n)
	s := n.Slot(number)
	seen := map[netip.Addr]bool{}
	for _, ip := range []netip.Addr{n.Host(), n.Gateway(), s.Gateway, s.Bridge} {
		holds(t, netip.MustParsePrefix(n.String()).Contains(ip) && !seen[ip], "address", ip, "of", n)
		seen[ip] = true
	}
	holds(t, n.SlotOf(s.Bridge) == number && n.SlotRange().Contains(s.Bridge), "slot of", s.Bridge)
	holds(t, s.Link.Contains(s.Gateway) && s.Link.Contains(s.Bridge) && !n.SlotRange().Overlaps(n.HostLink()), "links of", n)
	holds(t, len(s.GatewayDevice()) <= addresses.DeviceNameMax && len(s.BridgeDevice()) <= addresses.DeviceNameMax, "devices of", s)
}

func checkGuests(t *testing.T, g addresses.GuestNetwork, address string) {
	holds(t, g.Prefix().Contains(g.Bridge()) && g.Prefix().Contains(g.Bridge().Next()), "bridge of", g)
	ip, err := netip.ParseAddr(address)
	if err != nil || g.CheckGuest(ip) != nil {
		ip = netip.Addr{}
	}
	guests, err := AssignAddresses(g, []Guest{{Name: "a", Hostname: "a"}, {Name: "b", Hostname: "b", IP: ip}, {Name: "c", Hostname: "c"}})
	holds(t, err == nil && len(guests) == 3, "guests of", g, err)
	seen := map[netip.Addr]bool{}
	for _, guest := range guests {
		holds(t, g.CheckGuest(guest.IP) == nil && !seen[guest.IP], "guest", guest)
		holds(t, guest.Name != "b" || !ip.IsValid() || guest.IP == ip, "not the address that was asked for", guest)
		seen[guest.IP] = true
	}
}

// FuzzInterface holds names that pass to being one word for the kernel, for
// ip's and iptables' input, for a path and for a switch of /proc/sys.
func FuzzInterface(f *testing.F) {
	for _, name := range []string{"vagga", "a.b-c_d", "lo", "default", "fifteen-bytes-x", "--help", "-i", "a/b", "..", "a b", "a\nb", "a+", "é", "\x00"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		err := addresses.CheckInterface(name)
		isSaid(t, err)
		if err != nil {
			return
		}
		for _, device := range []string{name, addresses.PeerDevice(name)} {
			holds(t, device != "" && len(device) <= addresses.DeviceNameMax && !strings.ContainsFunc(device, notInDevice), "device", device)
			holds(t, device[0] != '-' && device[0] != '.', "beginning of", device)
		}
		holds(t, addresses.PeerDevice(name) != "lo", "peer", addresses.PeerDevice(name))
		g := gateway.Gateway{Interface: name}
		holds(t, strings.Count(g.Dir(), "/") == 3 && g.Dir() != gateway.ForwardingMarker, "folder", g.Dir())
	})
}

func notInDevice(r rune) bool {
	return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", r)
}

// FuzzReadForwards reads rules that nobody vouches for: what is taken for a
// run's, and would be removed, is a whole line of what was listed.
func FuzzReadForwards(f *testing.F) {
	f.Add("-P PREROUTING ACCEPT\n-A PREROUTING -s 172.18.255.1/32 -d 172.18.255.2/32 -i vagga_guest -p tcp -m tcp --dport 8000 -m comment --comment \"web/abc\" -j DNAT --to-destination 172.18.192.2:8000\n")
	f.Add("-A PREROUTING -p udp --dport 99999 --comment a/b --to-destination 172.18.192.2:1\n")
	f.Add("-A PREROUTING --dport --comment --to-destination\n-A X --comment / -p\r\n")
	f.Fuzz(func(t *testing.T, listed string) {
		g := gateway.Gateway{Interface: "vagga", Network: addresses.DefaultNetwork, Tools: plan.UsualTools()}
		list := g.ReadForwards(listed)
		for _, forward := range list {
			holds(t, forward.Slot >= 0 && forward.Slot < addresses.Slots, "forward", forward)
		}
		if len(list) > 0 {
			removed := g.RemoveForwards(nil, list)
			input := removed[len(removed)-1].Stdin
			holds(t, strings.Count(input, "\n") == len(list)+2, "input", input)
			for rule := range strings.Lines(input) {
				made, removes := strings.CutPrefix(strings.TrimSpace(rule), "-D PREROUTING ")
				holds(t, !removes || strings.Contains(listed, "-A PREROUTING "+made), "rule", rule)
			}
		}
	})
}

// isSaid looks at an error for a person: it has a text of one line.
func isSaid(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		holds(t, err.Error() != "" && !strings.ContainsAny(err.Error(), "\n\x00\x1b"), "message", err)
	}
}

func holds(t *testing.T, ok bool, what ...any) {
	t.Helper()
	if !ok {
		t.Fatal(what...)
	}
}
