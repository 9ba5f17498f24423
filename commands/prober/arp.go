package prober

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"vagganet/netcmd/live"
)

// arpSocket gets the ARP requests that come to a guest, and sends the guest's own.
type arpSocket struct {
	fd int
	// all is everybody's hardware address, by the device that has the guest's IP
	// address.
	all unix.SockaddrLinklayer
	mac net.HardwareAddr
}

// openARP makes a guest's arpSocket, on a thread that is in its network namespace.
// It returns nil where ARP can't be tried: the kernel has no packet sockets or
// allows none, or the guest's address is on no Ethernet device.
func openARP(ip netip.Addr) (*arpSocket, error) {
	device, err := deviceOf(ip)
	if device == nil || err != nil {
		return nil, err
	}
	// It is not bound to the device: where that is part of a bridge or a bond, what
	// comes in is the other device's.
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, int(bigEndian(unix.ETH_P_ARP)))
	if errors.Is(err, syscall.EAFNOSUPPORT) || errors.Is(err, syscall.EPERM) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s := &arpSocket{fd: fd, mac: device.HardwareAddr,
		all: unix.SockaddrLinklayer{Protocol: bigEndian(unix.ETH_P_ARP), Ifindex: device.Index, Halen: macSize}}
	for i := range macSize {
		s.all.Addr[i] = 0xff
	}
	return s, nil
}

const macSize = 6

// deviceOf returns the Ethernet device that has an address; nil if there is none.
func deviceOf(ip netip.Addr) (*net.Interface, error) {
	devices, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	for _, device := range devices {
		if len(device.HardwareAddr) != macSize {
			continue
		}
		addresses, err := device.Addrs()
		if err != nil {
			return nil, err
		}
		for _, a := range addresses {
			if a, ok := a.(*net.IPNet); ok && a.IP.Equal(ip.AsSlice()) {
				return &device, nil
			}
		}
	}
	return nil, nil
}

// arpSize is that of the least that Ethernet carries: an ARP request, and instead of
// padding what tells whose it is. The kernel takes no notice of that.
const arpSize = 28 + 16 + 2

// request is the ARP request of one guest. Its form is that of a probe of RFC 5227,
// which has no sender's IP address, so that nobody's table changes; and it asks for
// the guest's own address, so that nobody answers. That it arrives is enough: an
// answer would take the way back, too.
func (p *probe) request(from int) []byte {
	const request = 1
	m := make([]byte, 0, arpSize)
	m = binary.BigEndian.AppendUint16(m, unix.ARPHRD_ETHER)
	m = binary.BigEndian.AppendUint16(m, unix.ETH_P_IP)
	m = append(m, macSize, net.IPv4len, 0, request)
	m = append(append(m, p.guests[from].arp.mac...), 0, 0, 0, 0)
	m = append(append(m, 0, 0, 0, 0, 0, 0), p.guests[from].ip.AsSlice()...)
	m = append(m, p.token[:]...)
	return binary.BigEndian.AppendUint16(m, uint16(from))
}

// requester reads a request; false if it is none of ours.
func (p *probe) requester(request []byte) (int, bool) {
	if len(request) != arpSize || [16]byte(request[28:44]) != p.token {
		return 0, false
	}
	from := int(binary.BigEndian.Uint16(request[44:]))
	return from, from < len(p.guests)
}

// ask has guests send ARP requests, again and again, until they have come to all
// others they are to reach, or the time is up. One request is for all guests, as it
// is a broadcast: there are as many frames as links, but few system calls.
func (p *probe) ask(to [][]int, limit time.Duration) {
	start := time.Now()
	for round, pause := 0, 10*time.Millisecond; round < 3 || time.Since(start) < limit; round++ {
		if !p.askOnce(to) {
			return
		}
		time.Sleep(pause)
		p.collect()
		pause = min(2*pause, limit/3, 300*time.Millisecond)
	}
}

// unheardMost is how many requests are sent before those that came are read: a
// socket of the usual size has room for some 250.
const unheardMost = 64

// askOnce sends the requests that have not come to all yet, and reports whether
// there were any.
func (p *probe) askOnce(to [][]int) bool {
	asked := 0
	for from, g := range p.guests {
		silent := func(other int) bool { return p.arp[p.number(from, other)].get() == live.Silent }
		if !slices.ContainsFunc(to[from], silent) {
			continue
		}
		// An error is one of the way there: what doesn't arrive is silent.
		unix.Sendto(g.arp.fd, p.request(from), 0, &g.arp.all)
		if asked++; asked%unheardMost == 0 {
			p.collect()
		}
	}
	return asked > 0
}

// collect notes whose requests have come to whom. No more than so many are read of
// each guest, or one that gets ARP all the time would hold up the others.
func (p *probe) collect() {
	const most = 1024
	buf := make([]byte, arpSize+1) // what is longer is not ours
	for to, g := range p.guests {
		if g.arp == nil {
			continue
		}
		for range most {
			n, err := unix.Read(g.arp.fd, buf)
			if err != nil {
				break
			}
			if from, ours := p.requester(buf[:n]); ours {
				p.arp[p.number(from, to)].set(live.Through)
			}
		}
	}
}
